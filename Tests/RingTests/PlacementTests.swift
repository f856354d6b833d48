import Testing

@testable import Ring

@Suite("Placement")
struct PlacementTests {
    /// 64 nodes join one by one and leave one by one, until three are left.
    static let course: [PlacementFigures] = {
        var dice = Dice(seed: 1)
        return Placement.course(to: 64, downTo: 3, replicas: 3) { dice.roll($0) }
    }()
    private static let growth = course.filter { $0.phase == .growth }

    @Test("growing from 1 to 64 nodes keeps home loads within 1.05 of the mean")
    func homeLoads() {
        #expect(Self.growth.map(\.nodes) == Array(1...64))
        for figures in Self.growth { #expect(figures.homeLoad <= 1.05, "\(figures)") }
    }

    @Test("growing from 1 to 64 nodes keeps the load of all copies within 1.10 of the mean")
    func copiesLoads() {
        for figures in Self.growth { #expect(figures.copiesLoad <= 1.10, "\(figures)") }
    }

    @Test("a join moves at most 1.05 of the least possible")
    func moved() {
        for figures in Self.growth { #expect(figures.movedRatio <= 1.05, "\(figures)") }
    }

    @Test(
        "every node holds 16 tokens, and only the joining node gains slots", arguments: [1, 5, 9])
    func joins(founders: Int) throws {
        var tokens = Placement.founding(nodes: founders)
        while tokens.count < founders + 8 {
            let before = tokens
            tokens = Placement.tokens(joining: before, replicas: 3)
            #expect(tokens.allSatisfy { $0.count == 16 && $0 == $0.sorted() })
            #expect(Set(tokens.joined()).count == tokens.count * 16)
            let (old, new) = (TokenRing(nodes: before), TokenRing(nodes: tokens))
            for slot in 0..<Slots.count where new.holder(of: slot) != old.holder(of: slot) {
                #expect(new.holder(of: slot) == before.count)
            }
        }
    }

    @Test("a founded ring that grows stays even", arguments: [3, 5, 8])
    func growthFromFounding(founders: Int) {
        var tokens = Placement.founding(nodes: founders)
        while tokens.count < 16 {
            let before = tokens
            tokens = Placement.tokens(joining: before, replicas: 3)
            let figures = PlacementFigures(tokens: tokens, before: before, replicas: 3)
            #expect(figures.homeLoad <= 1.05 && figures.copiesLoad <= 1.10, "\(figures)")
            #expect(figures.movedRatio <= 1.05, "\(figures)")
        }
    }

    @Test("nodes that found a ring together are even, with few replica sets")
    func founding() {
        for nodes in 1...64 {
            let tokens = Placement.founding(nodes: nodes)
            let figures = PlacementFigures(tokens: tokens, replicas: 3)
            #expect(figures.homeLoad <= 1.05, "\(figures)")
            #expect(figures.copiesLoad <= 1.05, "\(figures)")
            #expect(figures.replicaSets <= nodes + 4, "\(figures)")
        }
    }

    @Test("the most nodes that can found a ring each own a slot")
    func foundingMany() {
        let tokens = Placement.founding(nodes: Placement.nodesMax)
        #expect(tokens.allSatisfy { $0.count == 16 })
        #expect(Set(tokens.joined()).count == Slots.count)
    }

    @Test("a ring without room for a cut gives the joining node no token")
    func fullRing() {
        let full = [Array(0..<Slots.count)]
        #expect(Placement.tokens(joining: full, replicas: 3) == full + [[]])
    }

    @Test("rings with few tokens can be joined", arguments: [1, 2, 3])
    func fewTokens(tokenCount: Int) {
        var tokens = [[Slots.count - 1]]
        for _ in 0..<4 {
            tokens = Placement.tokens(joining: tokens, replicas: 3, tokenCount: tokenCount)
        }
        #expect(tokens.allSatisfy { !$0.isEmpty })
    }

    @Test("the figures of a ring drawn by hand are as counted by hand")
    func figures() {
        // Nodes 0 and 1 own a quarter each, node 2 half, node 3 joined with the last quarter.
        let quarter = Slots.count / 4
        let before = [[quarter - 1], [2 * quarter - 1], [4 * quarter - 1]]
        let tokens = [[quarter - 1], [2 * quarter - 1], [3 * quarter - 1], [4 * quarter - 1]]
        let figures = PlacementFigures(tokens: tokens, before: before, replicas: 2)
        #expect(figures.homeLoad == 1 && figures.copiesLoad == 1)
        #expect(figures.movedSlots == quarter && figures.movedRatio == 1)
        #expect(figures.replicaSets == 4 && figures.doubleFailureOdds == 1)
        let triples = PlacementFigures(tokens: before, replicas: 3)
        #expect(triples.homeLoad == 1.5 && triples.replicaSets == 1)
        #expect(triples.doubleFailureOdds == 1)
        // In one cyclic order of nine, a node shares a set with the two on either side: 18 of 36.
        let nine = (0..<9).map { [($0 + 1) * 1_800] }
        #expect(PlacementFigures(tokens: nine, replicas: 3).doubleFailureOdds == 0.5)
    }
}
