import Client
import Ring
import Synchronization

/// Three fake nodes and the epoch that they tell.
final class FakeRing: Sendable {
    let nodes: [FakeNode]
    let epoch: Mutex<RingEpoch>

    /// Starts three nodes; the script says what the node of an index answers to what is not about
    /// the ring.
    init(_ script: @escaping @Sendable (Int, [String]) -> FakeAnswer) async throws {
        var nodes: [FakeNode] = []
        for _ in 0..<3 { nodes.append(try await FakeNode.start()) }
        self.nodes = nodes
        epoch = Mutex(Self.founding(nodes.map(\.endpoint)))
        for (index, node) in nodes.enumerated() {
            // Nodes and ring hold each other, and so live as long as the test's process.
            node.answer { words in
                self.ringAnswer(words, index: index) ?? script(index, words)
            }
        }
    }

    static func founding(_ endpoints: [Endpoint]) -> RingEpoch {
        var generator = SystemRandomNumberGenerator()
        return RingEpoch.founding(
            clusterID: String(repeating: "5", count: 32), clusterName: "demo",
            settings: ClusterSettings(),
            nodes: endpoints.enumerated().map { index, endpoint in
                (
                    id: NodeID(random: &generator), name: "n\(index + 1)", host: endpoint.host,
                    port: endpoint.port
                )
            })
    }

    /// What a node says of the ring's state; nil when it was asked for something else.
    private func ringAnswer(_ words: [String], index: Int) -> FakeAnswer? {
        guard words.count > 1, words[0] == "RING" else { return nil }
        let epoch = epoch.withLock { $0 }
        switch words[1] {
        case "EPOCH": return .json(epoch)
        case "STATUS": return .json(report(index, in: epoch))
        case "EVENTS": return .json([EventReport]())
        default: return nil
        }
    }

    func report(_ index: Int, in epoch: RingEpoch) -> NodeReport {
        let member = epoch.members[index]
        return NodeReport(
            id: member.id, number: member.number, name: member.name, host: member.host,
            port: member.port, pid: 100 + index, incarnation: member.incarnation,
            clusterID: epoch.clusterID, clusterName: epoch.clusterName, epoch: epoch.number)
    }

    /// Marks a node down in the next epoch.
    func markDown(_ index: Int) {
        epoch.withLock { epoch in
            if let next = epoch.next(applying: [.down(member: index + 1)], settled: { _ in true }) {
                epoch = next
            }
        }
    }

    /// The index of the node that is home of a key.
    func home(of key: String) throws -> Int {
        let home = epoch.withLock { $0.home(of: Slots.slot(of: key)) }
        guard let home else { throw TimedOut(what: "a home") }
        return home - 1
    }

    /// A key whose home is the node of an index.
    func key(at index: Int) throws -> String {
        for number in 0..<1_000 where try home(of: "key:\(number)") == index {
            return "key:\(number)"
        }
        throw TimedOut(what: "a key")
    }

    func client(
        deadline: Duration = ClientOptions.patient.deadline,
        silence: Duration = ClientOptions.patient.silence
    ) -> ClusterClient {
        var options = ClientOptions.patient
        options.deadline = deadline
        options.silence = silence
        return ClusterClient(seeds: [nodes[0].endpoint], options: options)
    }
}

extension ClientOptions {
    /// For a machine on which much else is tested at the same time.
    static var patient: ClientOptions {
        var options = ClientOptions()
        options.deadline = .seconds(60)
        options.connectTimeout = .seconds(10)
        options.silence = .seconds(10)
        return options
    }
}

extension ClusterClient {
    func get(_ key: String) async -> Outcome<[UInt8]> { await get(Array(key.utf8)) }
    func set(_ key: String, _ value: String) async -> Outcome<Previous> {
        await set(Array(key.utf8), Array(value.utf8))
    }
}
