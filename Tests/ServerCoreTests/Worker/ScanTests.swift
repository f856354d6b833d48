import RESP
import Ring
import Testing

@testable import ServerCore

@Suite("SCAN over nodes")
struct ScanTests {
    let cluster = WorkerCluster()

    /// Keys and the next cursor of one step.
    private func step(_ cursor: String, at node: Int) throws -> (cursor: String, keys: [String]) {
        let request = cluster.ask(node, "SCAN", cursor, "COUNT", "7")
        cluster.run()
        let reply = try #require(cluster.reply(request, at: node))
        let lines = reply.split(separator: "\r\n").map(String.init)
        let texts = lines.filter { !$0.hasPrefix("*") && !$0.hasPrefix("$") }
        return (try #require(texts.first), Array(texts.dropFirst()))
    }

    /// Whether a cursor still lies in partition 0, the only one that the workers own.
    private func isWithin(_ cursor: String) throws -> Bool {
        try #require(UInt64(cursor)) >> 32 < 1_024
    }

    @Test("a pass finds every key exactly once, whichever nodes are asked")
    func passFindsEveryKey() throws {
        var expected: Set<String> = []
        for home in 1...3 {
            for place in 0..<5 { expected.insert(cluster.key(home: home, place)) }
            for tail in 0..<20 { expected.insert("{\(cluster.key(home: home))}\(tail)") }
        }
        for key in expected { _ = cluster.ask(1, "SET", key, "v") }
        cluster.run()
        var found: [String] = []
        var cursor = "0"
        var node = 1
        repeat {
            let step = try step(cursor, at: node)
            found += step.keys
            cursor = step.cursor
            node = node % 3 + 1
        } while try isWithin(cursor)
        #expect(found.count == expected.count)
        #expect(Set(found) == expected)
    }

    @Test("from any cursor on, a pass finds every key that lies behind it")
    func passFromTheMiddle() throws {
        let keys = (0..<20).map { cluster.key(home: $0 % 3 + 1, $0) }
        for key in keys { _ = cluster.ask(1, "SET", key, "v") }
        cluster.run()
        var cursor = String(500 << 32)
        var found: Set<String> = []
        repeat {
            let step = try step(cursor, at: 2)
            found.formUnion(step.keys)
            cursor = step.cursor
        } while try isWithin(cursor)
        #expect(found == Set(keys.filter { Slots.slot(of: $0) >= 500 }))
        #expect(!found.isEmpty)
    }

    @Test("a key whose removal may yet come to nothing is found")
    func undecidedRemoval() throws {
        let key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, "v")
        cluster.run()
        cluster.lossy = [[1, 2], [1, 3]]
        let removal = cluster.ask(1, "DEL", key)
        cluster.run()
        #expect(cluster.reply(removal, at: 1) == nil)
        #expect(try step(String(Slots.slot(of: key) << 32), at: 1).keys.contains(key))
    }
}
