import Testing

@testable import Ring

@Suite("Neighbours and fingers")
struct ChordTests {
    /// Members 1 to 4; 1 holds two tokens.
    private let ring = TokenRing(tokens: [
        (holder: 1, positions: [100, 9_000]), (holder: 2, positions: [4_000]),
        (holder: 3, positions: [8_000]), (holder: 4, positions: [16_000]),
    ])

    @Test("a slot belongs to the first token at or after it")
    func ownership() {
        #expect(ring.holder(of: 0) == 1 && ring.holder(of: 100) == 1 && ring.holder(of: 101) == 2)
        #expect(ring.holder(of: 16_001) == 1 && ring.holder(of: 8_001) == 1)
        #expect((0..<ring.count).map { ring.slotCount(at: $0) }.reduce(0, +) == Slots.count)
        #expect(ring.replicas(at: 3, count: 3) == [1, 4, 2])
        #expect(ring.replicas(at: 0, count: 9) == [1, 2, 3, 4])
        #expect(TokenRing(nodes: []).index(owning: 7) == nil)
    }

    @Test("neighbours are other nodes, per token and in the ring order")
    func neighbours() {
        #expect(ring.order == [1, 2, 3, 4])
        #expect(ring.predecessor(of: 1) == 4 && ring.successor(of: 4) == 1)
        #expect(
            ring.neighbours(of: 1) == [
                TokenNeighbours(token: 100, predecessor: 4, successor: 2),
                TokenNeighbours(token: 9_000, predecessor: 3, successor: 4),
            ])
        let alone = TokenRing(tokens: [(holder: 1, positions: [5, 6])])
        #expect(alone.successor(of: 1) == nil && alone.neighbours(of: 1).isEmpty)
    }

    @Test("finger i points to the owner of the slot 2^i after the first token")
    func fingers() throws {
        let table = try #require(FingerTable(of: 2, in: ring))
        #expect(table.token == 4_000 && table.fingers.count == 14)
        #expect(table.fingers.prefix(12).allSatisfy { $0.member == 3 && $0.token == 8_000 })
        #expect(table.fingers[12] == .init(start: 8_096, token: 9_000, member: 1))
        #expect(table.fingers[13] == .init(start: 12_192, token: 16_000, member: 4))
        #expect(FingerTable(of: 9, in: ring) == nil)
    }

    @Test("a Chord lookup halves its way and ends at the owner")
    func path() {
        #expect(ring.chordPath(from: 2, to: 4_000) == [2])
        #expect(ring.chordPath(from: 2, to: 5_000) == [2, 3])
        #expect(ring.chordPath(from: 2, to: 50) == [2, 4, 1])
        // Chord asks the node before the key, even where a finger points to its owner.
        #expect(ring.chordPath(from: 2, to: 16_000) == [2, 1, 4])
        #expect(ring.chordPath(from: 9, to: 50) == nil)
        let large = founded(64).ring
        for member in 1...64 {
            for slot in stride(from: 0, to: Slots.count, by: 1_021) {
                let path = large.chordPath(from: member, to: slot) ?? []
                #expect(path.first == member && path.last == large.holder(of: slot))
                #expect(path.count <= FingerTable.fingerCount + 1)
            }
        }
    }
}
