/// How even a ring is, what its last join moved, and how it stands two deaths.
public struct PlacementFigures: Sendable, Codable, Equatable {
    /// How many nodes the ring has.
    public var nodes: Int
    /// Slots that the most loaded node owns, over the mean; 1 is even.
    public var homeLoad: Double
    /// Slots that the most loaded node holds a copy of, over the mean; 1 is even.
    public var copiesLoad: Double
    /// Slots that changed their owner when the last node joined; 0 when none did.
    public var movedSlots: Int
    /// Those over the least possible, which is 16,384 / nodes; 0 when no node joined.
    public var movedRatio: Double
    /// How many different replica sets there are, whatever the order of their members.
    public var replicaSets: Int
    /// The odds that two nodes that die at once cost some slot its majority, 0 to 1.
    public var doubleFailureOdds: Double

    /// Counts the figures of a ring.
    ///
    /// - Parameters:
    ///   - tokens: the tokens of each node; at least one.
    ///   - before: the tokens before the last node joined, or nil.
    ///   - replicas: the replication factor.
    public init(tokens: [[Int]], before: [[Int]]? = nil, replicas: Int) {
        let ring = TokenRing(nodes: tokens)
        nodes = tokens.count
        var home = [Int](repeating: 0, count: nodes)
        var copies = home
        var sets: Set<[Int]> = []
        for index in 0..<ring.count {
            let slots = ring.slotCount(at: index)
            let set = ring.replicas(at: index, count: replicas)
            home[ring.holders[index]] += slots
            for node in set { copies[node] += slots }
            sets.insert(set.sorted())
        }
        homeLoad = Self.maxOverMean(home)
        copiesLoad = Self.maxOverMean(copies)
        movedSlots = before.map { ring.movedSlots(from: TokenRing(nodes: $0)) } ?? 0
        movedRatio = Double(movedSlots * nodes) / Double(Slots.count)
        replicaSets = sets.count
        doubleFailureOdds = Self.doubleFailureOdds(sets, nodes: nodes)
    }

    private static func maxOverMean(_ loads: [Int]) -> Double {
        let total = loads.reduce(0, +)
        return total == 0 ? 1 : Double((loads.max() ?? 0) * loads.count) / Double(total)
    }

    /// The part of all pairs of nodes whose deaths leave some set without a majority.
    private static func doubleFailureOdds(_ sets: Set<[Int]>, nodes: Int) -> Double {
        guard nodes > 1, let size = sets.first?.count else { return 0 }
        // Of 1 or 2 copies the loss of one is too much; of 5 and more the loss of two is not.
        guard size > 2 else { return 1 }
        guard size < 5 else { return 0 }
        var pairs: Set<[Int]> = []
        for set in sets {
            for (index, first) in set.enumerated() {
                for second in set[(index + 1)...] { pairs.insert([first, second]) }
            }
        }
        return Double(pairs.count) / Double(nodes * (nodes - 1) / 2)
    }
}

extension TokenRing {
    /// The ring of nodes that are counted from 0.
    init(nodes tokens: [[Int]]) {
        self.init(tokens: tokens.enumerated().map { (holder: $0.offset, positions: $0.element) })
    }

    /// How many slots another ring gives to another holder.
    func movedSlots(from before: TokenRing) -> Int {
        (0..<Slots.count).count { slot in holder(of: slot) != before.holder(of: slot) }
    }

    /// Who owns a slot, 0 to 16,383; nil when there is no token.
    public func holder(of slot: Int) -> Int? {
        index(owning: slot).map { holders[$0] }
    }
}
