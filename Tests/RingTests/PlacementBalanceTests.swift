import Testing

@testable import Ring

@Suite("Placement of a ring that is uneven")
struct PlacementBalanceTests {
    /// Tokens drawn at random, some for each node.
    private static func drawn(nodes: Int, each: Int, seed: UInt64) -> [[Int]] {
        var dice = Dice(seed: seed)
        var free = Array(0..<Slots.count)
        return (0..<nodes).map { _ in
            (0..<each).map { _ in
                free.swapAt(dice.roll(free.count), free.count - 1)
                return free.removeLast()
            }.sorted()
        }
    }

    @Test("rings that are even stay as they are")
    func even() {
        for nodes in [1, 2, 3, 5, 8, 64] {
            let tokens = Placement.founding(nodes: nodes)
            #expect(Placement.rebalanced(tokens, replicas: 3) == tokens)
        }
        #expect(Placement.rebalanced([], replicas: 3) == [])
        #expect(Placement.rebalanced([[], []], replicas: 3) == [[], []])
    }

    @Test("tokens drawn at random become even", arguments: [3, 5, 12], [8, 16])
    func drawn(nodes: Int, each: Int) {
        let before = Self.drawn(nodes: nodes, each: each, seed: 5)
        let tokens = Placement.rebalanced(before, replicas: 3)
        let figures = PlacementFigures(tokens: tokens, before: before, replicas: 3)
        #expect(figures.homeLoad <= 1.05 && figures.copiesLoad <= 1.10, "\(figures)")
        #expect(tokens.allSatisfy { $0.count <= Placement.tokensMax })
        #expect(Placement.rebalanced(tokens, replicas: 3) == tokens, "twice is once")
    }

    @Test("little more moves than what the heaviest nodes own too much")
    func moves() {
        // Each second token of node 0 is 200 slots further than it would be in an even ring.
        var before = Placement.founding(nodes: 5)
        for index in before[0].indices where index.isMultiple(of: 2) {
            before[0][index] = (before[0][index] + 100) % Slots.count
        }
        before[0].sort()
        let owned = PlacementFigures(tokens: before, replicas: 3).homeLoad
        let tooMuch = Int((owned - 1.04) * Double(Slots.count) / 5)
        let tokens = Placement.rebalanced(before, replicas: 3)
        let figures = PlacementFigures(tokens: tokens, before: before, replicas: 3)
        #expect(owned > 1.2)
        #expect(figures.homeLoad <= 1.05, "\(figures)")
        #expect(figures.movedSlots <= tooMuch + 2 * Slots.count / 5 / 64, "\(figures)")
    }

    @Test("a node with one short arc is given more tokens")
    func short() {
        let before = Placement.founding(nodes: 4).map { $0 } + [[7]]
        let tokens = Placement.rebalanced(before, replicas: 3)
        let figures = PlacementFigures(tokens: tokens, before: before, replicas: 3)
        #expect(figures.homeLoad <= 1.05 && figures.copiesLoad <= 1.10, "\(figures)")
        #expect(tokens[4].count > 1)
    }

    @Test("what a draft counts is what a ring of the same tokens has")
    func draft() {
        var dice = Dice(seed: 11)
        let tokens = Self.drawn(nodes: 6, each: 4, seed: 2)
        var draft = PlacementDraft(ring: TokenRing(nodes: tokens), places: 6, replicas: 3)
        #expect(draft.tokens(keeping: 32) == tokens)
        for _ in 0..<300 {
            change(&draft, with: &dice)
            let now = draft.tokens(keeping: 32)
            let census = PlacementCensus(tokens: now, replicas: 3)
            #expect(draft.loads.home == census.home && draft.loads.copies == census.copies)
            let fresh = PlacementDraft(ring: TokenRing(nodes: now), places: 6, replicas: 3)
            #expect(draft.loads.unevenness == fresh.loads.unevenness)
        }
    }

    /// Moves a boundary, or puts a piece between two others, or takes that out again.
    private func change(_ draft: inout PlacementDraft, with dice: inout Dice) {
        let index = dice.roll(draft.pieces.count)
        let next = draft.index(after: index)
        if dice.roll(2) == 0 {
            let room = draft.pieces[next].slots - 1
            if room > 0 { draft.shift(1 + dice.roll(room), to: index) }
            return
        }
        let place = index + 1
        draft.insertPiece(before: place, owner: 0)
        let tail = dice.roll(draft.pieces[index].slots)
        let head = dice.roll(draft.pieces[draft.index(after: place)].slots)
        let owner = dice.roll(6)
        draft.replace(place, with: .init(owner: owner, slots: tail + head), before: tail)
        if tail + head > 0, dice.roll(2) == 0 { return }
        draft.replace(place, with: .init(owner: owner, slots: 0), before: -tail)
        draft.removePiece(at: place)
    }
}
