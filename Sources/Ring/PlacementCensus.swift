/// Who owns and who copies how much of a ring.
struct PlacementCensus {
    private let ring: TokenRing
    /// The replica set of each arc.
    let sets: [[Int]]
    /// How many nodes hold tokens.
    let nodes: Int
    /// Slots that each node owns.
    private(set) var home: [Int]
    /// Slots that each node holds a copy of.
    private(set) var copies: [Int]

    init(tokens: [[Int]], replicas: Int) {
        ring = TokenRing(nodes: tokens)
        nodes = Set(ring.holders).count
        sets = ring.holders.indices.map { [ring] in ring.replicas(at: $0, count: replicas) }
        home = [Int](repeating: 0, count: tokens.count)
        copies = home
        for (index, set) in sets.enumerated() {
            let slots = ring.slotCount(at: index)
            home[ring.holders[index]] += slots
            for node in set { copies[node] += slots }
        }
    }

    /// Slots whose owner is another than before, and copies whose holder held none before.
    func moved(from before: PlacementCensus) -> (slots: Int, copies: Int) {
        var moved = (slots: 0, copies: 0)
        for run in ring.runs(with: before.ring) {
            let (set, old) = (sets[run.index], before.sets[run.otherIndex])
            if set[0] != old[0] { moved.slots += run.slots }
            moved.copies += run.slots * set.count { !old.contains($0) }
        }
        return moved
    }

    /// The loads of those nodes that carry nothing in another ring.
    func slots(_ loads: [Int], missingFrom others: [Int]) -> Int {
        loads.indices.reduce(0) { sum, node in
            others.indices.contains(node) && others[node] > 0 ? sum : sum + loads[node]
        }
    }
}

extension TokenRing {
    /// The ring of nodes that are counted from 0.
    init(nodes tokens: [[Int]]) {
        self.init(tokens: tokens.enumerated().map { (holder: $0.offset, positions: $0.element) })
    }

    /// Who owns a slot, 0 to 16,383; nil when there is no token.
    public func holder(of slot: Int) -> Int? {
        index(owning: slot).map { holders[$0] }
    }

    /// The runs of slots within which neither this ring nor another has a boundary, each with the
    /// index of its arc in both; none when one of the rings has no token.
    func runs(with other: TokenRing) -> [(slots: Int, index: Int, otherIndex: Int)] {
        let ends = Set(positions).union(other.positions).sorted()
        var previous = (ends.last ?? 0) - Slots.count
        return ends.compactMap { end in
            defer { previous = end }
            guard let index = index(owning: end), let otherIndex = other.index(owning: end) else {
                return nil
            }
            return (end - previous, index, otherIndex)
        }
    }
}
