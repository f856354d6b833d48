/// A ring under change: pieces that grow, shrink and appear, with the loads that follow from them.
///
/// A piece without slots is not there: it is no token and in nobody's replica set. So an arc can be
/// tried between two others and taken back without a new layout.
struct PlacementDraft {
    /// One arc.
    struct Piece: Equatable {
        /// Whose it is.
        var owner: Int
        /// How many slots it has, 0 when it is not there.
        var slots: Int
    }

    /// In ring order; the last ends where the first begins.
    private(set) var pieces: [Piece]
    private(set) var loads: PlacementLoads
    /// The last slot of the last piece, plus any number of turns of the ring.
    private var end: Int
    /// How many nodes each replica set has; the same for every piece.
    private let setSize: Int
    /// The replica set of the piece that was looked at last.
    private var set: [Int] = []

    /// - Parameters:
    ///   - pieces: at least one with slots; 16,384 slots in all.
    ///   - end: the last slot of the last of them.
    ///   - places: one more than the highest owner.
    ///   - replicas: the replication factor.
    init(pieces: [Piece], end: Int, places: Int, replicas: Int) {
        self.pieces = pieces
        self.end = end
        let nodes = Set(pieces.lazy.filter { $0.slots > 0 }.map(\.owner)).count
        setSize = min(replicas, nodes)
        loads = PlacementLoads(places: places, nodes: nodes, replicas: replicas)
        for index in pieces.indices { count(pieces[index].slots, of: index) }
    }

    /// The pieces of a ring as it is.
    init(ring: TokenRing, places: Int, replicas: Int) {
        let pieces = ring.holders.indices.map {
            Piece(owner: ring.holders[$0], slots: ring.slotCount(at: $0))
        }
        self.init(
            pieces: pieces, end: ring.positions[ring.count - 1], places: places,
            replicas: replicas)
    }

    func index(before index: Int) -> Int { index == 0 ? pieces.count - 1 : index - 1 }

    func index(after index: Int) -> Int { index + 1 == pieces.count ? 0 : index + 1 }

    /// The first piece clockwise from another that is there.
    func present(after index: Int) -> Int {
        var next = self.index(after: index)
        while pieces[next].slots == 0, next != index { next = self.index(after: next) }
        return next
    }

    /// The first piece counter-clockwise from another that is there.
    func present(before index: Int) -> Int {
        var previous = self.index(before: index)
        while pieces[previous].slots == 0, previous != index {
            previous = self.index(before: previous)
        }
        return previous
    }

    /// The replica set of a piece that is there, its owner first.
    mutating func replicas(of index: Int) -> [Int] {
        findReplicas(of: index)
        return set
    }

    private mutating func findReplicas(of index: Int) {
        set.removeAll(keepingCapacity: true)
        var next = index
        while set.count < setSize {
            let piece = pieces[next]
            if piece.slots > 0, !set.contains(piece.owner) { set.append(piece.owner) }
            next = self.index(after: next)
        }
    }

    /// Counts slots of a piece, or forgets them when `slots` is negative.
    private mutating func count(_ slots: Int, of index: Int) {
        if slots == 0 { return }
        findReplicas(of: index)
        loads.addHome(slots, to: pieces[index].owner)
        for node in set { loads.addCopies(slots, to: node) }
    }
}

// MARK: - Changing

extension PlacementDraft {
    /// Moves slots over the boundary between a piece and the next one, both of which are there and
    /// stay so.
    ///
    /// - Parameters:
    ///   - slots: how many the earlier piece gains, or loses when negative.
    ///   - index: the earlier piece.
    mutating func shift(_ slots: Int, to index: Int) {
        let next = present(after: index)
        pieces[index].slots += slots
        pieces[next].slots -= slots
        if next <= index { end += slots }
        // Neither of their sets changes.
        count(slots, of: index)
        count(-slots, of: next)
    }

    /// Gives a piece another owner and size; its two neighbours, which are there and stay so, make
    /// room for it or take what it leaves.
    ///
    /// - Parameters:
    ///   - index: the piece.
    ///   - piece: what it becomes.
    ///   - slots: how many of the slots that it grows by come from the piece before it; the others
    ///     come from the one after it.
    mutating func replace(_ index: Int, with piece: Piece, before slots: Int) {
        let (previous, next) = (self.index(before: index), self.index(after: index))
        let affected = piecesThatSee(index)
        for other in affected { count(-pieces[other].slots, of: other) }
        let after = piece.slots - pieces[index].slots - slots
        pieces[index] = piece
        pieces[previous].slots -= slots
        pieces[next].slots -= after
        if index == 0 { end -= slots }
        if next == 0 { end += after }
        for other in affected { count(pieces[other].slots, of: other) }
    }

    /// Puts a piece without slots in front of another.
    mutating func insertPiece(before index: Int, owner: Int) {
        pieces.insert(Piece(owner: owner, slots: 0), at: index)
    }

    /// Takes out a piece without slots.
    mutating func removePiece(at index: Int) {
        precondition(pieces[index].slots == 0)
        pieces.remove(at: index)
    }

    /// A piece, its two neighbours and the pieces whose replica sets would change with it.
    private func piecesThatSee(_ index: Int) -> [Int] {
        let next = self.index(after: index)
        var found = next == index ? [index] : [index, next]
        var owners: [Int] = []
        var other = self.index(before: index)
        while other != index, other != next {
            found.append(other)
            let piece = pieces[other]
            if piece.slots > 0, !owners.contains(piece.owner) {
                owners.append(piece.owner)
                // Those before it find a full set before they come to the piece.
                if owners.count == setSize { break }
            }
            other = self.index(before: other)
        }
        return found
    }
}

// MARK: - Tokens

extension PlacementDraft {
    /// How many tokens each node holds.
    var tokenCounts: [Int] {
        var counts = [Int](repeating: 0, count: loads.home.count)
        for piece in pieces where piece.slots > 0 { counts[piece.owner] += 1 }
        return counts
    }

    /// The tokens of each node, ascending.
    ///
    /// A token in front of another one of the same node does nothing; a node that holds more than
    /// it began with, which is `tokenCount`, gives it up.
    func tokens(keeping tokenCount: Int) -> [[Int]] {
        var tokens = [[Int]](repeating: [], count: loads.home.count)
        var counts = tokenCounts
        var position = end
        for (index, piece) in pieces.enumerated() where piece.slots > 0 {
            position += piece.slots
            let next = present(after: index)
            if next != index, pieces[next].owner == piece.owner, counts[piece.owner] > tokenCount {
                counts[piece.owner] -= 1
            } else {
                tokens[piece.owner].append(position)
            }
        }
        return tokens.map { positions in
            positions.map { ($0 % Slots.count + Slots.count) % Slots.count }.sorted()
        }
    }
}
