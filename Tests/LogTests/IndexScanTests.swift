import Log
import Testing

@Suite("Scanning the index")
struct IndexScanTests {
    private func filled(_ keys: Range<Int>, seed: UInt64) -> Index {
        let index = Index(seed: seed, slotCount: 1)
        for key in keys { put(index, key) }
        return index
    }

    private func put(_ index: Index, _ key: Int) {
        bytes("key:\(key)").withUnsafeBytes {
            index.put(
                slot: 0, key: $0, hash: index.hash($0), value: $0, generation: 1,
                position: key, expiry: 0)
        }
    }

    private func remove(_ index: Index, _ key: Int) {
        bytes("key:\(key)").withUnsafeBytes {
            _ = index.remove(slot: 0, key: $0, hash: index.hash($0))
        }
    }

    @Test(
        "gives every key once, at least as many per step as asked for",
        arguments: [0, 1, 5, 100, 5_000], [1, 10, 1_000, Int.max])
    func completeScans(keys: Int, count: Int) {
        let index = filled(0..<keys, seed: 1)
        defer { index.deallocate() }
        var found: [Int] = []
        var position: UInt32? = 0
        var steps = 0
        while let from = position {
            let before = found.count
            position = index.scan(slot: 0, from: from, count: count) { found.append($0.position) }
            if position != nil { #expect(found.count - before >= count) }
            steps += 1
        }
        #expect(found.sorted() == Array(0..<keys))
        #expect(steps <= keys / count + 1)
    }

    @Test("a step asked for little gives little")
    func smallSteps() {
        let index = filled(0..<5_000, seed: 1)
        defer { index.deallocate() }
        var largest = 0
        var position: UInt32? = 0
        while let from = position {
            var given = 0
            position = index.scan(slot: 0, from: from, count: 10) { _ in given += 1 }
            largest = max(largest, given)
        }
        #expect(largest < 60)
    }

    @Test("a cursor goes on at another node, while keys come and go, and misses none that stayed")
    func movedCursor() {
        let nodes = [filled(0..<3_000, seed: 2), filled(0..<3_000, seed: 3)]
        defer { for node in nodes { node.deallocate() } }
        var found: Set<Int> = []
        var position: UInt32? = 0
        var step = 0
        while let from = position {
            let node = nodes[step % 2]
            position = node.scan(slot: 0, from: from, count: 20) { found.insert($0.position) }
            // Keys from 1,000 on come and go; the others stay.
            for node in nodes {
                for key in 0..<50 { remove(node, 1_000 + (step * 50 + key) % 2_000) }
                for key in 0..<50 { put(node, 10_000 + step * 50 + key) }
            }
            step += 1
        }
        #expect(found.isSuperset(of: 0..<1_000))
    }

    @Test("tombstones are not given and end no step early")
    func tombstones() {
        let index = filled(0..<100, seed: 4)
        defer { index.deallocate() }
        for key in 0..<90 {
            bytes("key:\(key)").withUnsafeBytes {
                index.bury(slot: 0, key: $0, hash: index.hash($0), generation: 1, position: 1)
            }
        }
        var found: [Int] = []
        let next = index.scan(slot: 0, from: 0, count: 100) { found.append($0.position) }
        #expect(next == nil)
        #expect(found.sorted() == Array(90..<100))
    }
}
