/// How even a ring is, what the last change of it moved, and how it stands two deaths.
public struct PlacementFigures: Sendable, Codable, Equatable {
    /// Which way a ring went to its size.
    public enum Phase: String, Sendable, Codable {
        /// A node joined, or the ring is as it was founded.
        case growth
        /// A node left.
        case shrink
    }

    /// Which way the ring went to its size.
    public var phase: Phase
    /// How many nodes hold tokens.
    public var nodes: Int
    /// Slots that the most loaded node owns, over the mean; 1 is even.
    public var homeLoad: Double
    /// Slots that the most loaded node holds a copy of, over the mean; 1 is even.
    public var copiesLoad: Double
    /// Slots that the last change gave another owner; 0 when there was none.
    public var movedSlots: Int
    /// Those over the least possible, which is 16,384 / nodes for a join and what the leaver owned
    /// for a leave; 0 when nothing had to move.
    public var movedRatio: Double
    /// Copies of slots that nodes hold since the last change and did not hold before it.
    public var movedCopies: Int
    /// Those over the least possible, which is what the joined node now holds or what the leaver
    /// held; 0 when nothing had to move.
    public var movedCopiesRatio: Double
    /// How many different replica sets there are, whatever the order of their members.
    public var replicaSets: Int
    /// The odds that two nodes that die at once cost some slot its majority, 0 to 1.
    public var doubleFailureOdds: Double

    /// Counts the figures of a ring.
    ///
    /// - Parameters:
    ///   - tokens: the tokens of each node; at least one.
    ///   - before: the tokens before the last node joined or left, or nil. A node has the same
    ///     place in both; where it holds no tokens it is not there.
    ///   - replicas: the replication factor.
    public init(tokens: [[Int]], before: [[Int]]? = nil, replicas: Int) {
        let ring = PlacementCensus(tokens: tokens, replicas: replicas)
        let old = PlacementCensus(tokens: before ?? tokens, replicas: replicas)
        let moved = ring.moved(from: old)
        phase = ring.nodes < old.nodes ? .shrink : .growth
        nodes = ring.nodes
        homeLoad = Self.maxOverMean(ring.home, nodes: nodes)
        copiesLoad = Self.maxOverMean(ring.copies, nodes: nodes)
        movedSlots = moved.slots
        movedCopies = moved.copies
        if phase == .shrink {
            movedRatio = Self.ratio(movedSlots, old.slots(old.home, missingFrom: ring.home))
            // A set that is short of nodes takes no other in the leaver's place.
            let held = nodes < replicas ? 0 : old.slots(old.copies, missingFrom: ring.copies)
            movedCopiesRatio = Self.ratio(movedCopies, held)
        } else {
            movedRatio = Double(movedSlots * nodes) / Double(Slots.count)
            let gained = ring.slots(ring.copies, missingFrom: old.copies)
            movedCopiesRatio = Self.ratio(movedCopies, gained)
        }
        let sets = Set(ring.sets.map { $0.sorted() })
        replicaSets = sets.count
        doubleFailureOdds = Self.doubleFailureOdds(sets, nodes: nodes)
    }

    private static func ratio(_ moved: Int, _ least: Int) -> Double {
        least == 0 ? 0 : Double(moved) / Double(least)
    }

    private static func maxOverMean(_ loads: [Int], nodes: Int) -> Double {
        let total = loads.reduce(0, +)
        return total == 0 ? 1 : Double((loads.max() ?? 0) * nodes) / Double(total)
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
