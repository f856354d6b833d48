import RESP
import Ring
import Synchronization
import Testing

@testable import Client

@Suite struct RedisClusterTests {
    /// A Redis Cluster of two homes that share the slots between them.
    struct Pair {
        let nodes: [FakeNode]

        init(_ script: @escaping @Sendable (Int, [String]) -> FakeAnswer) async throws {
            var nodes: [FakeNode] = []
            for _ in 0..<2 { nodes.append(try await FakeNode.start()) }
            self.nodes = nodes
            let ranges = nodes.enumerated().map { index, node in
                let first = index * 8_192
                return "*3\r\n:\(first)\r\n:\(first + 8_191)\r\n"
                    + "*3\r\n$0\r\n\r\n:\(node.endpoint.port)\r\n$2\r\nid\r\n"
            }
            let slots = "*2\r\n" + ranges.joined()
            for (index, node) in nodes.enumerated() {
                node.answer { words in
                    switch words[0] {
                    case "RING": .error("ERR unknown command 'RING'")
                    case "CLUSTER": .raw(slots)
                    default: script(index, words)
                    }
                }
            }
        }

        func index(of key: String) -> Int { Slots.slot(of: key) / 8_192 }
    }

    @Test("a Redis Cluster is routed by its slots")
    func routing() async throws {
        let pair = try await Pair { index, _ in .bulk("\(index)") }
        let client = ClusterClient(seeds: [pair.nodes[1].endpoint], options: .patient)
        for key in ["a", "b", "c", "d", "foo", "{foo}bar"] {
            #expect(await client.get(key) == .done(Array("\(pair.index(of: key))".utf8)))
        }
        await client.close()
    }

    @Test("MOVED and ASK are followed, ASK right behind ASKING")
    func redirections() async throws {
        for word in ["MOVED", "ASK"] {
            let target = Mutex<Endpoint?>(nil)
            let pair = try await Pair { index, words in
                guard index == 0, let target = target.withLock({ $0 }) else { return .ok }
                return .error("\(word) 1 \(target)")
            }
            target.withLock { $0 = pair.nodes[1].endpoint }
            let client = ClusterClient(seeds: [pair.nodes[0].endpoint], options: .patient)
            let key = try #require(["a", "b", "c", "d"].first { pair.index(of: $0) == 0 })
            #expect(await client.set(key, "1") == .done(.notAsked))
            let expected = word == "ASK" ? [["ASKING"]] : []
            #expect(pair.nodes[1].requests == expected + [["SET", key, "1"]])
            await client.close()
        }
    }

    @Test("a scan goes through all homes, one after the other")
    func scan() async throws {
        let pair = try await Pair { index, _ in .raw("*2\r\n$1\r\n0\r\n*1\r\n$2\r\nk\(index)\r\n") }
        let client = ClusterClient(seeds: [pair.nodes[0].endpoint], options: .patient)
        var keys: Set<[UInt8]> = []
        var cursor: ScanCursor? = .start
        while let from = cursor {
            guard case .done(let page) = await client.scan(from: from) else {
                Issue.record("the scan broke off")
                return
            }
            keys.formUnion(page.keys)
            cursor = page.next
        }
        #expect(keys == [Array("k0".utf8), Array("k1".utf8)])
        await client.close()
    }

    @Test("a server without a cluster serves every key")
    func single() async throws {
        let node = try await FakeNode.start { words in
            switch words[0] {
            case "RING": .error("ERR unknown command 'RING'")
            case "CLUSTER": .error("ERR This instance has cluster support disabled")
            default: .bulk("v")
            }
        }
        let client = ClusterClient(seeds: [node.endpoint], options: .patient)
        #expect(await client.get("a") == .done(Array("v".utf8)))
        await client.close()
    }

    @Test("an answer to CLUSTER SLOTS that is none is refused, not believed")
    func badSlots() {
        let source = Endpoint(host: "h", port: 1)
        let node = RESPValue.array([.bulk(Array("h".utf8)), .integer(1)])
        for reply in [
            RESPValue.null, .array([]), .array([.integer(1)]),
            .array([.array([.integer(-1), .integer(5), node])]),
            .array([.array([.integer(0), .integer(16_384), node])]),
            .array([.array([.integer(5), .integer(4), node])]),
            .array([.array([.integer(0), .integer(5), .array([.null, .integer(0)])])]),
        ] {
            #expect(ClusterTopology(clusterSlots: reply, from: source) == nil)
        }
    }
}
