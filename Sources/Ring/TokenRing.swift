/// Tokens in ring order, each with who holds it.
///
/// The arc of a token runs from the token before it, exclusive, to the token itself, inclusive; the
/// first arc wraps around the end of the slots.
public struct TokenRing: Sendable, Equatable {
    /// Slot numbers, strictly ascending.
    public let positions: [Int]
    /// Who holds the token of the same index: member numbers, or whatever the maker counts by.
    public let holders: [Int]

    /// Makes the ring of everyone's tokens.
    ///
    /// - Parameter tokens: each holder with its slot numbers, in any order; of two holders of the
    ///   same slot number the smaller one has it.
    public init(tokens: some Sequence<(holder: Int, positions: [Int])>) {
        var all = tokens.flatMap { entry in entry.positions.map { ($0, entry.holder) } }
        all.sort { $0 < $1 }
        var positions: [Int] = []
        var holders: [Int] = []
        positions.reserveCapacity(all.count)
        holders.reserveCapacity(all.count)
        for (position, holder) in all where position != positions.last {
            positions.append(position)
            holders.append(holder)
        }
        self.positions = positions
        self.holders = holders
    }

    /// How many tokens there are.
    public var count: Int { positions.count }

    /// How many slots the arc of a token has.
    public func slotCount(at index: Int) -> Int {
        guard index == 0 else { return positions[index] - positions[index - 1] }
        return positions[0] + Slots.count - positions[count - 1]
    }

    /// The index of the first token at or after a slot, wrapping; O(log n).
    ///
    /// - Parameter slot: 0 to 16,383.
    /// - Returns: nil when there is no token.
    public func index(owning slot: Int) -> Int? {
        guard count > 0 else { return nil }
        let index = positions.partitioningIndex { $0 >= slot }
        return index == count ? 0 : index
    }

    /// The first distinct holders clockwise from a token: the replica set of its arc.
    ///
    /// - Parameters:
    ///   - index: 0 to `count - 1`.
    ///   - count: the replication factor.
    /// - Returns: `count` holders, the token's own first; fewer when fewer hold tokens.
    public func replicas(at index: Int, count: Int) -> [Int] {
        var found: [Int] = []
        found.reserveCapacity(count)
        var next = index
        for _ in 0..<self.count {
            let holder = holders[next]
            if !found.contains(holder) {
                found.append(holder)
                if found.count == count { break }
            }
            next = next + 1 == self.count ? 0 : next + 1
        }
        return found
    }
}

extension Array {
    /// The first index whose element satisfies a condition that, once true, stays true.
    func partitioningIndex(where condition: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
