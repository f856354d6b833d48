/// What a simulation looks at between two events. Reading changes nothing.
extension Worker {
    /// Whether this worker would answer a read of the slot at once.
    package func servesWithLease(slot: Int, clock: Clock) -> Bool {
        guard let partition = partitions[slot >> 10] else { return false }
        let place = partition.place(slot)
        return partition.slots[place].phase == .serving
            && clock.now < partition.arc(place).leaseUntil
    }

    /// Base and position of this worker's copy of a slot; of a damaged one (0, 0).
    package func copyVersion(slot: Int) -> (base: Int, position: Int) {
        guard let partition = partitions[slot >> 10] else { return (0, 0) }
        let state = partition.slots[partition.place(slot)]
        return state.isDamaged ? (0, 0) : (state.base, state.position)
    }

    /// The digest of this worker's copy of a slot.
    package func copyDigest(slot: Int) -> UInt64 {
        guard let partition = partitions[slot >> 10] else { return 0 }
        return partition.index.digest(slot: partition.place(slot))
    }

    /// Whether any copy that this worker has counts for nothing.
    package var isDamaged: Bool {
        partitions.contains { partition in
            guard let partition else { return false }
            return (0..<Partition.slotCount).contains { partition.slots[$0].isDamaged }
        }
    }

    /// Commands that wait here for another node, for a slot to have a home, or for a slot's new home
    /// to say what became of them.
    package var waitingCount: Int {
        let undecided = partitions.reduce(0) { count, partition in
            partition?.undecided.values.reduce(count) { $0 + $1.holds.count } ?? count
        }
        return forwards.count + parkedCount + undecided
    }

    /// When somebody last asked for what this process does no more, in monotonic microseconds; 0 when
    /// nobody has.
    package var turnedAwayAt: Int { shared.turnedAwayAt }
}
