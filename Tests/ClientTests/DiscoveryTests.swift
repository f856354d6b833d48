import Ring
import Synchronization
import Testing

@testable import Client

@Suite(.timeLimit(.minutes(1))) struct DiscoveryTests {
    /// Long enough for a busy machine; what waits for it in vain is asked for less.
    private static let patient = Duration.seconds(20)

    private func look(
        _ node: FakeNode, within limit: Duration = patient
    ) async -> FoundServer.Kind? {
        await DiscoveryProbe.look(at: node.endpoint, within: limit)?.kind
    }

    @Test("a scan meets a cluster's nodes and tells their names, epoch and states")
    func cluster() async throws {
        let ring = try await FakeRing { _, _ in .ok }
        ring.markDown(2)
        let range = try DiscoveryRange(
            parsing: ring.nodes.map(\.endpoint.description).joined(separator: ","))
        var options = Discovery.Options()
        options.timeout = Self.patient
        let found = await Discovery(range, options: options).scan()
        #expect(found.map(\.endpoint) == ring.nodes.map(\.endpoint).sorted())
        let nodes = found.compactMap(\.node).sorted { $0.name < $1.name }
        #expect(nodes.map(\.name) == ["n1", "n2", "n3"])
        #expect(nodes.map(\.state) == [.up, .up, .down])
        #expect(nodes.allSatisfy { $0.clusterName == "demo" && $0.epoch == 2 })
        for node in ring.nodes {
            for words in node.allRequests {
                #expect([["RING", "STATUS"], ["RING", "EPOCH"], ["HELLO", "3"]].contains(words))
            }
        }
    }

    @Test("other servers are told by what they answer")
    func others() async throws {
        let redis = try await FakeNode.start { words in
            words[0] == "INFO"
                ? .bulk("# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\n")
                : .error("ERR unknown command 'RING', with args beginning with: 'STATUS'")
        }
        #expect(await look(redis) == .redis(product: "redis", version: "7.2.4"))
        let valkey = try await FakeNode.start { words in
            words[0] == "INFO"
                ? .raw("=47\r\ntxt:redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n\r\n")
                : .error("ERR unknown command")
        }
        #expect(await look(valkey) == .redis(product: "valkey", version: "8.0.1"))
        let locked = try await FakeNode.start { _ in .error("NOAUTH Authentication required.") }
        #expect(await look(locked) == .locked)
        let web = try await FakeNode.start { _ in .raw("HTTP/1.1 400 Bad Request\r\n\r\n") }
        #expect(await look(web) == .other("HTTP/1.1 400 Bad Request"))
        let tls = try await FakeNode.start { _ in .raw("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}") }
        #expect(await look(tls) == .tls)
        let rude = try await FakeNode.start { _ in .hangUp }
        #expect(await look(rude) == .other(""))
        let steering = try await FakeNode.start { _ in .raw("\u{1B}[2Jhello\u{7}\r\n") }
        #expect(await look(steering) == .other("[2Jhello"))
    }

    @Test("a server that says nothing is given up in time, and a port without one at once")
    func silence() async throws {
        let silent = try await FakeNode.start { _ in .silence }
        #expect(await look(silent, within: .milliseconds(50)) == .silent)
        let half = try await FakeNode.start { _ in .raw("$100\r\nnot all of it") }
        #expect(await look(half, within: .seconds(2)) == .other("$100"))
        let gone = try await FakeNode.start()
        try await gone.stopListening()
        #expect(await look(gone) == nil)
    }

    @Test("an answer without an end is not read for ever")
    func endless() async throws {
        let flood = String(repeating: "x", count: 1 << 20)
        let endless = try await FakeNode.start { _ in
            .raw("$900000000\r\n" + flood)
        }
        // No time-out ends this one: only that the answer is longer than any may be.
        #expect(await look(endless, within: .seconds(600)) == .other("$900000000"))
    }

    @Test("each port of a range is asked once, also when few are at the same time")
    func width() async throws {
        let silent = try await FakeNode.start { _ in .silence }
        let port = silent.endpoint.port
        let range = try DiscoveryRange(parsing: "127.0.0.0/28:\(port)")
        var options = Discovery.Options()
        options.timeout = .milliseconds(200)
        options.parallelMax = 4
        let steps = Steps()
        _ = await Discovery(range, options: options).scan { steps.add($0) }
        #expect(steps.all.map(\.done) == Array(1...16))
        #expect(steps.all.allSatisfy { $0.total == 16 })
    }
}

@Suite struct FoundClusterTests {
    private func server(_ port: Int, _ cluster: String, _ id: String, epoch: Int) -> FoundServer {
        var generator = SystemRandomNumberGenerator()
        var report = NodeReport(
            id: NodeID(random: &generator), number: 1, name: "n1", host: "127.0.0.1", port: port,
            pid: 1, incarnation: 1, clusterID: id, clusterName: cluster, epoch: epoch)
        report.loaded = 1
        return FoundServer(
            endpoint: Endpoint(host: "127.0.0.1", port: port), kind: .ringmaster(FoundNode(report)))
    }

    @Test("the one cluster of a name is found, its newest nodes first")
    func one() throws {
        let found = [
            server(1, "demo", "aa", epoch: 3), server(2, "demo", "aa", epoch: 5),
            server(3, "other", "bb", epoch: 9),
            FoundServer(endpoint: Endpoint(host: "127.0.0.1", port: 4), kind: .silent),
        ]
        let cluster = try FoundCluster.only(named: "demo", id: nil, among: found)
        #expect(cluster.id == "aa")
        #expect(cluster.nodes.map(\.port) == [2, 1])
    }

    @Test("two clusters of one name are an error that names both, unless the id is said")
    func two() throws {
        let found = [server(1, "demo", "aa", epoch: 3), server(2, "demo", "bb", epoch: 5)]
        let error = #expect(throws: DiscoveryFailure.self) {
            try FoundCluster.only(named: "demo", id: nil, among: found)
        }
        let text = error?.description ?? ""
        for part in ["aa at 127.0.0.1:1", "bb at 127.0.0.1:2", "--cluster-id"] {
            #expect(text.contains(part), "\(text)")
        }
        #expect(
            try FoundCluster.only(named: "demo", id: "bb", among: found).nodes.map(\.port) == [2])
    }

    @Test("no cluster of the name is an error that says what there is and how to make one")
    func none() throws {
        let error = #expect(throws: DiscoveryFailure.self) {
            try FoundCluster.only(
                named: "demo", id: nil, among: [server(1, "other", "bb", epoch: 1)])
        }
        let text = error?.description ?? ""
        #expect(
            text.contains("other bb at 127.0.0.1:1") && text.contains("ringmaster up"), "\(text)")
    }
}

/// The steps of a scan, in order.
private final class Steps: Sendable {
    private let steps = Mutex<[Discovery.Progress]>([])

    var all: [Discovery.Progress] { steps.withLock { $0 } }

    func add(_ step: Discovery.Progress) { steps.withLock { $0.append(step) } }
}
