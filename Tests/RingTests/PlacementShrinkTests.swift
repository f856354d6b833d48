import Testing

@testable import Ring

@Suite("Placement when nodes leave")
struct PlacementShrinkTests {
    private static let shrink = PlacementTests.course.filter { $0.phase == .shrink }

    @Test("shrinking from 64 to 3 nodes keeps home loads within 1.05 of the mean")
    func homeLoads() {
        #expect(Self.shrink.map(\.nodes) == (3..<64).reversed())
        for figures in Self.shrink { #expect(figures.homeLoad <= 1.05, "\(figures)") }
    }

    @Test("shrinking from 64 to 3 nodes keeps the load of all copies within 1.10 of the mean")
    func copiesLoads() {
        for figures in Self.shrink { #expect(figures.copiesLoad <= 1.10, "\(figures)") }
    }

    @Test("a leave moves the leaver's slots and at most 1.3 of its copies")
    func moved() {
        for figures in Self.shrink {
            #expect(figures.movedRatio <= 1.05, "\(figures)")
            #expect(figures.movedCopiesRatio <= 1.3, "\(figures)")
        }
    }

    @Test("whoever leaves a founded ring, the others stay even", arguments: [4, 5, 6, 9])
    func leavesFromFounding(founders: Int) {
        let before = Placement.founding(nodes: founders)
        for node in 0..<founders {
            let tokens = Placement.tokens(leaving: node, from: before, replicas: 3)
            let figures = PlacementFigures(tokens: tokens, before: before, replicas: 3)
            #expect(figures.nodes == founders - 1)
            #expect(figures.homeLoad <= 1.05 && figures.copiesLoad <= 1.10, "\(figures)")
            #expect(figures.movedRatio == 1, "\(figures)")
            #expect(figures.movedCopiesRatio <= 1.3, "\(figures)")
            #expect(tokens[node].isEmpty)
            #expect(tokens.allSatisfy { $0 == $0.sorted() && $0.count <= Placement.tokensMax })
            #expect(Set(tokens.joined()).count == tokens.joined().count)
        }
    }

    @Test("joins and leaves in any order keep the ring even", arguments: [1, 2] as [UInt64])
    func churn(seed: UInt64) {
        var dice = Dice(seed: seed)
        var tokens = Placement.founding(nodes: 5)
        for _ in 0..<40 {
            let isJoin = tokens.count < 4 || tokens.count < 9 && dice.roll(2) == 0
            let before = tokens
            tokens =
                isJoin
                ? Placement.tokens(joining: before, replicas: 3)
                : Placement.tokens(leaving: dice.roll(before.count), from: before, replicas: 3)
            let figures = PlacementFigures(tokens: tokens, before: before, replicas: 3)
            #expect(figures.homeLoad <= 1.05 && figures.copiesLoad <= 1.10, "\(figures)")
            #expect(figures.movedRatio <= 1.05 && figures.movedCopiesRatio <= 1.3, "\(figures)")
            tokens.removeAll { $0.isEmpty }
        }
    }

    @Test("any replication factor can be had", arguments: [1, 2, 5])
    func replicas(replicas: Int) {
        var dice = Dice(seed: 3)
        let course = Placement.course(to: 8, downTo: 1, replicas: replicas) { dice.roll($0) }
        for figures in course { #expect(figures.homeLoad <= 1.05, "\(figures)") }
        for figures in course { #expect(figures.copiesLoad <= 1.15, "\(figures)") }
    }

    @Test("the neighbours of a leaver share what it had, across the end of the slots too")
    func neighbours() {
        let quarter = Slots.count / 4
        // Node 1 owns the last quarter and the first eighth, nodes 0 and 2 the rest.
        let before = [[quarter * 2 - 1], [quarter / 2 - 1], [quarter * 3 - 1]]
        let tokens = Placement.tokens(leaving: 1, from: before, replicas: 1)
        #expect(tokens[1].isEmpty)
        let figures = PlacementFigures(tokens: tokens, before: before, replicas: 1)
        #expect(figures.homeLoad <= 1.001 && figures.movedRatio == 1, "\(figures)")
        #expect(tokens[0] == before[0], "what is before the leaver grows, what is after it stays")
    }

    @Test("leavers without tokens, the last node and the last but one can leave")
    func smallest() {
        let two = Placement.founding(nodes: 2)
        let gone = Placement.tokens(leaving: 0, from: two, replicas: 3)
        #expect(gone[0].isEmpty)
        #expect(TokenRing(nodes: gone).holders.allSatisfy { $0 == 1 })
        #expect(Placement.tokens(leaving: 1, from: gone, replicas: 3) == [[], []])
        #expect(Placement.tokens(leaving: 0, from: gone, replicas: 3) == gone)
        #expect(Placement.tokens(leaving: 2, from: two + [[]], replicas: 3) == two + [[]])
    }

    @Test("nodes without tokens change nothing for the others")
    func tokenless() {
        let before = Placement.founding(nodes: 5)
        let gap = before[..<2] + [[]] + before[2...]
        var left = Placement.tokens(leaving: 4, from: Array(gap), replicas: 3)
        #expect(left.remove(at: 2).isEmpty)
        #expect(left == Placement.tokens(leaving: 3, from: before, replicas: 3))
        var joined = Placement.tokens(joining: Array(gap), replicas: 3)
        #expect(joined.remove(at: 2).isEmpty)
        #expect(joined == Placement.tokens(joining: before, replicas: 3))
        #expect(
            PlacementFigures(tokens: Array(gap), replicas: 3)
                == PlacementFigures(tokens: before, replicas: 3))
    }

    @Test("one of a full ring's nodes can leave, and nodes with few tokens too")
    func extremes() {
        let full = Placement.founding(nodes: 256, tokenCount: 64)
        #expect(full.joined().count == Slots.count)
        let left = Placement.tokens(leaving: 7, from: full, replicas: 3)
        #expect(PlacementFigures(tokens: left, before: full, replicas: 3).movedRatio <= 1.2)
        let few = [[100], [5_000, 9_000], [16_000]]
        for node in 0..<3 {
            let left = Placement.tokens(leaving: node, from: few, replicas: 3)
            let figures = PlacementFigures(tokens: left, before: few, replicas: 3)
            #expect(figures.homeLoad <= 1.1 && figures.movedRatio <= 1.2, "\(figures)")
        }
    }
}

/// A small generator of numbers, the same for the same seed.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number below `sides`.
    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }
}
