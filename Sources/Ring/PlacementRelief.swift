/// Relieves the nodes of a ring that are loaded beyond what is wanted, and touches no others.
extension PlacementDraft {
    /// A node's home load is moved in this many steps.
    private static let stepsPerNode = 64
    /// What relieves one node can make room for another, which is then tried once more.
    private static let passesMax = 4
    /// How many of the least loaded nodes are tried for one more token.
    private static let heirsTried = 8

    /// Moves slots away from the most loaded node, and then from the next, until all are within
    /// the loads that are wanted or nothing more helps.
    ///
    /// - Parameters:
    ///   - slotsMax: slots that may change their owner.
    ///   - addsTokens: whether a node with little load gets a token more where no boundary can be
    ///     moved to any use.
    mutating func relieve(slotsMax: Int, addsTokens: Bool) {
        var left = slotsMax
        for _ in 0..<Self.passesMax {
            let before = left
            left = relieveOnce(slotsMax: left, addsTokens: addsTokens)
            if left == before { return }
        }
    }

    /// One pass, in which a node that cannot be relieved is not tried again.
    ///
    /// - Returns: what is left of `slotsMax`.
    private mutating func relieveOnce(slotsMax: Int, addsTokens: Bool) -> Int {
        var left = slotsMax
        var isStuck = [Bool](repeating: false, count: loads.home.count)
        while left > 0, let node = heaviest(except: isStuck) {
            if let slots = moveBoundary(slotsMax: left, relieving: node) {
                left -= slots
            } else if addsTokens, let slots = addToken(slotsMax: left, relieving: node) {
                left -= slots
            } else if addsTokens,
                let slots = moveBoundary(slotsMax: left, relieving: node, isLevel: true)
            {
                left -= slots
            } else {
                isStuck[node] = true
            }
        }
        return left
    }

    private func heaviest(except isStuck: [Bool]) -> Int? {
        var found: Int?
        var largest = 0
        for node in isStuck.indices where !isStuck[node] {
            let excess = loads.excess(of: node)
            if excess > largest { (found, largest) = (node, excess) }
        }
        return found
    }

    /// Moves the boundary of a node's arcs with which the ring is least overloaded.
    ///
    /// - Returns: the slots that this moves; nil when it helps nowhere.
    private mutating func moveBoundary(slotsMax: Int, relieving node: Int, isLevel: Bool = false)
        -> Int?
    {
        let step = max(1, Slots.count / loads.nodes / Self.stepsPerNode)
        let slots = min(step, slotsMax)
        var best: (index: Int, slots: Int)?
        var lowest = (loads.overload, isLevel ? loads.unevenness : Int.min)
        for index in piecesHeld(by: node) where pieces[index].slots > slots {
            for (earlier, change) in [(present(before: index), slots), (index, -slots)] {
                shift(change, to: earlier)
                let level = (loads.overload, loads.unevenness)
                if level < lowest { (best, lowest) = ((earlier, change), level) }
                shift(-change, to: earlier)
            }
        }
        guard let best else { return nil }
        shift(best.slots, to: best.index)
        return slots
    }

    /// Gives one of the least loaded nodes a token in front of one of a node's arcs, or behind it.
    ///
    /// - Returns: the slots that this moves; nil when it helps nowhere.
    private mutating func addToken(slotsMax: Int, relieving node: Int) -> Int? {
        let counts = tokenCounts
        let heirs = lightest(Self.heirsTried).filter { counts[$0] < Placement.tokensMax }
        var best: (index: Int, piece: Piece, isBehind: Bool)?
        var lowest = (loads.overload, Int.min)
        for index in piecesHeld(by: node) {
            let spare = min(slotsMax, pieces[index].slots - 1)
            for isBehind in [false, true] {
                let place = isBehind ? index + 1 : index
                insertPiece(before: place, owner: node)
                let neighbours = [pieces[present(before: place)], pieces[present(after: place)]]
                for heir in heirs where !neighbours.contains(where: { $0.owner == heir }) {
                    for slots in [spare, spare / 2, spare / 4] where slots > 0 {
                        let piece = Piece(owner: heir, slots: slots)
                        replace(place, with: piece, before: isBehind ? slots : 0)
                        let level = (loads.overload, loads.unevenness)
                        if level < lowest { (best, lowest) = ((index, piece, isBehind), level) }
                        replace(
                            place, with: Piece(owner: node, slots: 0),
                            before: isBehind ? -slots : 0)
                    }
                }
                removePiece(at: place)
            }
        }
        guard let best else { return nil }
        let place = best.isBehind ? best.index + 1 : best.index
        insertPiece(before: place, owner: best.piece.owner)
        replace(place, with: best.piece, before: best.isBehind ? best.piece.slots : 0)
        return best.piece.slots
    }

    /// The pieces that a node owns, or holds a copy of if that is where it carries too much.
    private mutating func piecesHeld(by node: Int) -> [Int] {
        let isHome = loads.ownsTooMuch(node)
        return pieces.indices.filter { index in
            pieces[index].owner == node || !isHome && replicas(of: index).contains(node)
        }
    }

    /// The nodes that hold tokens and carry least, the lightest first.
    func lightest(_ count: Int) -> [Int] {
        let nodes = loads.home.indices.filter { loads.home[$0] > 0 }
        let sorted = nodes.sorted { (loads.burden(of: $0), $0) < (loads.burden(of: $1), $1) }
        return Array(sorted.prefix(count))
    }
}
