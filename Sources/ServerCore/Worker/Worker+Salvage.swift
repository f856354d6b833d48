import Log

/// What is needed of a worker into which a log was read back only to be looked at: nothing is
/// started, and nothing sent or written.
extension Worker {
    /// The log is read.
    package func endReading() { for partition in partitions { partition?.endRestore() } }

    /// What the log says of a slot's copy.
    package func salvage(slot: Int) -> SalvagedCopy {
        guard let partition = partitions[slot >> 10] else { return SalvagedCopy() }
        let place = partition.place(slot)
        let state = partition.slots[place]
        var copy = SalvagedCopy()
        copy.base = state.base
        copy.position = state.position
        copy.isLost = state.isLost
        copy.isDoubtful = state.isDoubtful
        copy.keys = partition.index.count(slot: place)
        return copy
    }

    /// Gives the entries of a slot, removed ones left out, in no particular order.
    package func forEachEntry(slot: Int, _ body: (Entry) -> Void) {
        guard let partition = partitions[slot >> 10] else { return }
        partition.index.forEach(slot: partition.place(slot)) { entry in
            if !entry.isTombstone { body(entry) }
        }
    }
}

/// A copy of a slot as a log tells it.
package struct SalvagedCopy: Sendable, Equatable {
    /// The generation in which it was last installed; 0 is no copy.
    package var base = 0
    /// How far it has followed that generation's stream.
    package var position = 0
    /// Lines of it were lost in the middle: what is left may be of different times.
    package var isLost = false
    /// It may have forgotten writes that it acknowledged.
    package var isDoubtful = false
    /// Its entries.
    package var keys = 0

    /// No copy.
    package init() {}

    /// Whether it is to be preferred to another one: it is whole and the other is not, or else it
    /// knows more.
    package func isBetter(than other: SalvagedCopy) -> Bool {
        if isLost != other.isLost { return other.isLost }
        return (base, position) > (other.base, other.position)
    }

    /// Whether there is anything to be had from it.
    package var exists: Bool { base > 0 || (isLost && keys > 0) }
}
