/// Writes that were under way when their slot went to a new generation.
///
/// Whether they happened is decided by the copy that the new generation is settled with: what is in
/// it will never be lost, and what is not will never come back. So instead of answering «unknown» at
/// once, the former home waits a little and asks.
struct UndecidedWrites {
    /// The generation in which they were written.
    let generation: Int
    /// Until when they are waited for.
    let until: Int
    var holds: [Hold]
}

extension Partition {
    enum OutcomeLimits {
        /// Microseconds that a new home may take to say what became of a write: with what went
        /// before, less than the deadline that clients usually give.
        static let patience = 2_000_000
    }

    /// Keeps writes of a slot that this node stops leading, until it is known what became of them.
    func keepUndecided(_ hold: Hold, _ place: Int, clock: Clock) {
        let generation = slots[place].generation
        var kept =
            undecided[place]
            ?? UndecidedWrites(
                generation: generation, until: clock.now + OutcomeLimits.patience, holds: [])
        if kept.generation != generation {
            giveUp(kept)
            kept = UndecidedWrites(
                generation: generation, until: clock.now + OutcomeLimits.patience, holds: [])
        }
        kept.holds.append(hold)
        undecided[place] = kept
    }

    /// Asks the new homes, and gives up what has waited too long.
    func pursueUndecided(clock: Clock) {
        guard !undecided.isEmpty else { return }
        for (place, kept) in undecided.sorted(by: { $0.key < $1.key }) {
            if clock.now >= kept.until {
                undecided[place] = nil
                giveUp(kept)
            } else if slots[place].generation != kept.generation,
                arc(place).home != Int32(shared.number)
            {
                shared.link(to: Int(arc(place).home))?.append(
                    .outcome, partition: number, firstSlot + place, slots[place].generation)
            }
        }
    }

    private func giveUp(_ kept: UndecidedWrites) {
        for hold in kept.holds { shared.reply(hold.token, Replies.lostHome) }
    }

    /// Somebody who led the slot before asks with what its generation was settled.
    func onOutcome(_ place: Int, generation: Int, from asker: Int) {
        guard slots[place].generation == generation, slots[place].phase == .serving,
            slots[place].committed >= 0, let link = shared.link(to: asker), link.isUp
        else { return }
        link.append(
            .settled, partition: number, firstSlot + place, generation, slots[place].settledBase,
            slots[place].settledPosition)
    }

    /// The present generation of a slot was settled with a copy that had this base and position.
    func decide(_ place: Int, base: Int, position: Int) {
        guard let kept = undecided.removeValue(forKey: place) else { return }
        for hold in kept.holds {
            if base != kept.generation {
                shared.reply(hold.token, Replies.lostHome)
            } else if hold.position <= position {
                shared.reply(hold.token, hold.reply)
            } else {
                shared.reply(hold.token, Replies.tryAgain)
            }
        }
    }
}
