/// A ring as a search looks at it: arcs in ring order, each with its replica set worked out.
struct PlacementLayout {
    /// One arc.
    struct Piece {
        /// Whose it is.
        let owner: Int
        /// How many slots it has.
        var slots: Int
        /// The arc of the ring before the join that it is, or that it stands in front of.
        let boundary: Int
    }

    private(set) var pieces: [Piece]
    /// How many nodes each replica set has; the same for every arc.
    let setSize: Int
    /// The replica sets of all arcs, one after the other, `setSize` nodes each.
    let sets: [Int]
    /// How many arcs further clockwise the last node of each set was found; the number of all arcs
    /// when the set is short of nodes.
    private let reach: [Int]

    init(pieces: [Piece], nodes: Int, replicas: Int) {
        self.pieces = pieces
        var isPresent = [Bool](repeating: false, count: nodes)
        for piece in pieces { isPresent[piece.owner] = true }
        let setSize = min(replicas, isPresent.count { $0 })
        var sets: [Int] = []
        var reach: [Int] = []
        sets.reserveCapacity(pieces.count * setSize)
        reach.reserveCapacity(pieces.count)
        var seenFrom = [Int](repeating: -1, count: nodes)
        for first in pieces.indices {
            let end = sets.count + setSize
            var steps = 0
            var next = first
            while sets.count < end {
                let owner = pieces[next].owner
                if seenFrom[owner] != first {
                    seenFrom[owner] = first
                    sets.append(owner)
                }
                steps += 1
                next = next + 1 == pieces.count ? 0 : next + 1
            }
            reach.append(setSize < replicas ? pieces.count : steps - 1)
        }
        self.setSize = setSize
        self.sets = sets
        self.reach = reach
    }

    var count: Int { pieces.count }

    func index(before index: Int) -> Int { index == 0 ? count - 1 : index - 1 }

    func index(after index: Int) -> Int { index + 1 == count ? 0 : index + 1 }

    /// Where in ``sets`` the replica set of an arc lies; its owner comes first.
    func places(of index: Int) -> Range<Int> { index * setSize..<(index + 1) * setSize }

    /// Whether a node is in the replica set of an arc.
    func replicas(of index: Int, contain node: Int) -> Bool {
        var place = index * setSize
        let end = place + setSize
        while place < end {
            if sets[place] == node { return true }
            place += 1
        }
        return false
    }

    /// Whether the replica set of an arc looks `distance` arcs ahead or further.
    func reaches(_ distance: Int, from index: Int) -> Bool { reach[index] >= distance }

    mutating func resize(_ index: Int, by slots: Int) { pieces[index].slots += slots }
}
