import Bytes
import Log
import Testing

@Suite("The index")
struct IndexTests {
    struct ModelEntry: Equatable {
        var value: [UInt8]
        var generation: Int
        var position: Int
        var expiry: Int
        var isTombstone: Bool
    }

    typealias Model = [[UInt8]: ModelEntry]

    @Test("does what a dictionary does, whatever the order of operations", arguments: [1, 2, 3])
    func againstModel(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        let index = Index(seed: seed, slotCount: 4)
        defer { index.deallocate() }
        var models = [Model](repeating: [:], count: 4)
        for step in 1...30_000 {
            let slot = Int.random(in: 0..<4, using: &generator)
            // Many keys for a while, then few: tables grow and shrink.
            let range = step / 5_000 % 2 == 0 ? 2_000 : 20
            let key = bytes("key:\(Int.random(in: 0..<range, using: &generator))")
            operate(index, &models[slot], slot, key, step, &generator)
            if step % 500 == 0 { compare(index, models) }
        }
        compare(index, models)
    }

    private func operate(
        _ index: Index, _ model: inout Model, _ slot: Int, _ key: [UInt8], _ step: Int,
        _ generator: inout SeededGenerator
    ) {
        key.withUnsafeBytes { key in
            let hash = index.hash(key)
            let bytes = Array(key)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<55:
                let value = generator.bytes(0...90)
                let expiry = step % 3 == 0 ? step : 0
                value.withUnsafeBytes {
                    index.put(
                        slot: slot, key: key, hash: hash, value: $0, generation: 1,
                        position: step, expiry: expiry)
                }
                model[bytes] = ModelEntry(
                    value: value, generation: 1, position: step, expiry: expiry,
                    isTombstone: false)
            case 55..<65:
                index.bury(slot: slot, key: key, hash: hash, generation: 2, position: step)
                model[bytes] = ModelEntry(
                    value: [], generation: 2, position: step, expiry: 0, isTombstone: true)
            case 65..<75:
                let isThere = model[bytes].map { !$0.isTombstone } ?? false
                let expiry = step % 2 == 0 ? step : 0
                let done = index.setExpiry(
                    slot: slot, key: key, hash: hash, generation: 3, position: step,
                    expiry: expiry)
                #expect(done == isThere)
                if isThere {
                    model[bytes]?.generation = 3
                    model[bytes]?.position = step
                    model[bytes]?.expiry = expiry
                }
            case 75..<98:
                let removed = index.remove(slot: slot, key: key, hash: hash)
                #expect(removed == (model.removeValue(forKey: bytes) != nil))
            default:
                if step % 7 == 0 {
                    index.removeAll(slot: slot)
                    model = [:]
                }
            }
            index.prefetch(slot: slot, hash: hash)
            #expect(index.find(slot: slot, key: key, hash: hash).map(modelled) == model[bytes])
        }
    }

    private func modelled(_ entry: Entry) -> ModelEntry {
        ModelEntry(
            value: Array(entry.value), generation: entry.generation, position: entry.position,
            expiry: entry.expiry, isTombstone: entry.isTombstone)
    }

    private func compare(_ index: Index, _ models: [Model]) {
        let other = Index(seed: 99, slotCount: 1)
        defer { other.deallocate() }
        for (slot, model) in models.enumerated() {
            var found: Model = [:]
            index.forEach(slot: slot) { found[Array($0.key)] = modelled($0) }
            #expect(found == model)
            let live = model.filter { !$0.value.isTombstone }
            #expect(index.count(slot: slot) == live.count)
            let bytes = live.reduce(0) { $0 + $1.key.count + $1.value.value.count }
            #expect(index.bytes(slot: slot) == bytes)
            other.removeAll(slot: 0)
            for (key, entry) in live { put(other, key, entry) }
            #expect(index.digest(slot: slot) == other.digest(slot: 0))
            let random = index.randomEntry(slot: slot, random: UInt64(live.count) << 60)
            #expect((random == nil) == live.isEmpty)
            if let random { #expect(live[Array(random.key)] == modelled(random)) }
        }
    }

    private func put(_ index: Index, _ key: [UInt8], _ entry: ModelEntry) {
        key.withUnsafeBytes { key in
            entry.value.withUnsafeBytes {
                index.put(
                    slot: 0, key: key, hash: index.hash(key), value: $0,
                    generation: entry.generation, position: entry.position,
                    expiry: entry.expiry)
            }
        }
    }

    @Test("an empty digest is 0, and key, generation and position all count in it")
    func digests() {
        func digest(_ entries: [(String, Int, Int)]) -> UInt64 {
            let index = Index(seed: 5, slotCount: 1)
            defer { index.deallocate() }
            for (key, generation, position) in entries {
                put(
                    index, bytes(key),
                    ModelEntry(
                        value: [], generation: generation, position: position, expiry: 0,
                        isTombstone: false))
            }
            return index.digest(slot: 0)
        }
        #expect(digest([]) == 0)
        #expect(digest([("a", 1, 2), ("b", 1, 3)]) == digest([("b", 1, 3), ("a", 1, 2)]))
        #expect(digest([("a", 1, 2), ("b", 1, 3)]) != digest([("a", 1, 3), ("b", 1, 2)]))
        #expect(digest([("a", 1, 2)]) != digest([("a", 2, 1)]))
        #expect(digest([("a", 1, 2)]) != digest([("a\0", 1, 2)]))
        #expect(digest([("a", 1, 2)]) != digest([("a", 1, 2), ("a", 1, 2), ("", 1, 2)]))
    }

    @Test("a value may be copied from an entry to itself and to another")
    func aliasedValues() {
        let index = Index(seed: 6, slotCount: 1)
        defer { index.deallocate() }
        let value = [UInt8](0..<100)
        put(
            index, bytes("a"),
            ModelEntry(value: value, generation: 1, position: 1, expiry: 0, isTombstone: false))
        bytes("a").withUnsafeBytes { key in
            let hash = index.hash(key)
            for (position, expiry) in [(2, 0), (3, 77), (4, 78), (5, 0)] {
                guard let entry = index.find(slot: 0, key: key, hash: hash) else {
                    Issue.record("lost")
                    return
                }
                index.put(
                    slot: 0, key: entry.key, hash: hash, value: entry.value, generation: 1,
                    position: position, expiry: expiry)
                let after = index.find(slot: 0, key: key, hash: hash)
                #expect(after.map { Array($0.value) } == value)
                #expect(after?.expiry == expiry)
                #expect(after?.position == position)
            }
            // A value of about the same length may stay in its memory or move.
            for count in [99, 98, 90, 91, 100, 20, 100] {
                guard let entry = index.find(slot: 0, key: key, hash: hash) else { return }
                let expected = Array(entry.value.prefix(count))
                index.put(
                    slot: 0, key: key, hash: hash,
                    value: UnsafeRawBufferPointer(rebasing: entry.value.prefix(count)),
                    generation: 1, position: 9, expiry: 0)
                #expect(
                    index.find(slot: 0, key: key, hash: hash).map { Array($0.value) } == expected)
            }
        }
    }

    @Test(
        "long keys and empty ones are found",
        arguments: [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 65_536])
    func keyLengths(count: Int) {
        let index = Index(seed: 7, slotCount: 1)
        defer { index.deallocate() }
        let key = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let entry = ModelEntry(
            value: [1], generation: 1, position: 1, expiry: 0, isTombstone: false)
        put(index, key, entry)
        key.withUnsafeBytes { bytes in
            #expect(index.find(slot: 0, key: bytes, hash: index.hash(bytes)).map(modelled) == entry)
        }
        for place in key.indices.prefix(40) {
            var near = key
            near[place] ^= 1
            near.withUnsafeBytes { bytes in
                let hash = index.hash(bytes)
                #expect(index.find(slot: 0, key: bytes, hash: hash) == nil)
                #expect(hash != key.withUnsafeBytes { index.hash($0) })
            }
        }
    }
}
