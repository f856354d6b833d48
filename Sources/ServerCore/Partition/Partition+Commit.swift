import Log

extension Partition {
    /// A replica of a slot that this node leads is durable up to a position.
    func acknowledge(_ place: Int, replica: Int, position: Int, clock: Clock) {
        let follower = follower(place, replica)
        guard position > follower.pointee.acknowledged else { return }
        isQuiet = false
        follower.pointee.acknowledged = position
        follower.pointee.since = clock.now
        advance(place, clock: clock)
    }

    /// Rule 9: what a majority has is committed, and its answers go out.
    func advance(_ place: Int, clock: Clock) {
        guard isLeading(place) else { return }
        let arc = arc(place)
        let state = slots + place
        let position = answerablePosition(place, arc)
        guard position > state.pointee.committed else { return }
        state.pointee.committed = position
        if state.pointee.phase == .installing { beginServing(place) }
        if !undecided.isEmpty {
            decide(
                place, base: state.pointee.settledBase, position: state.pointee.settledPosition)
        }
        if !burials.isEmpty { finishRemovals(place) }
        while state.pointee.firstHold != HoldPool.none,
            shared.holds[state.pointee.firstHold].position <= position
        {
            let hold = shared.holds.removeFirst(of: state)
            if hold.isWrite || clock.now < arc.leaseUntil {
                shared.reply(hold.token, hold.reply)
            } else {
                confirm(hold, place)
            }
        }
        if sharers.hasUpdates { sendUpdates(place, clock: clock) }
    }

    /// The largest position that a majority has and of whose keys nobody uses an old copy any more.
    private func answerablePosition(_ place: Int, _ arc: HotArc) -> Int {
        let position = majorityPosition(place, arc)
        guard !sharers.announcements.isEmpty else { return position }
        if shared.planted.contains(.inheritsNoWaits),
            sharers.announcements[place]?.contains(where: { $0.gate == position }) != true
        {
            return position
        }
        return min(position, sharers.gate(place))
    }

    /// The largest position that a majority of the set has acknowledged; -1 when no majority has
    /// the base.
    private func majorityPosition(_ place: Int, _ arc: HotArc) -> Int {
        let count = Int(arc.replicaCount)
        var best = -1
        for candidate in 0..<count {
            let position = follower(place, candidate).pointee.acknowledged
            guard position > best else { continue }
            var holders = 0
            for replica in 0..<count
            where follower(place, replica).pointee.acknowledged >= position {
                holders += 1
            }
            if holders >= Int(arc.majority) { best = position }
        }
        return best
    }

    /// Rule 11: a committed removal leaves nothing behind.
    private func finishRemovals(_ place: Int) {
        guard var waiting = burials[place] else { return }
        let committed = slots[place].committed
        let done = waiting.prefix { $0.position <= committed }
        for burial in done { forget(burial, place) }
        waiting.removeFirst(done.count)
        burials[place] = waiting.isEmpty ? nil : waiting
    }

    func forget(_ burial: Burial, _ place: Int) {
        burial.key.withUnsafeBytes { key in
            let hash = index.hash(key)
            guard let entry = index.find(slot: place, key: key, hash: hash), entry.isTombstone,
                entry.position == burial.position
            else { return }
            _ = index.remove(slot: place, key: key, hash: hash)
        }
    }

    /// Lets go of what waits on a slot that this node stops leading: the next generation decides
    /// about a write, a read was not done (rule 1).
    func abandonHolds(_ place: Int, clock: Clock) {
        let state = slots + place
        while state.pointee.firstHold != HoldPool.none {
            let hold = shared.holds.removeFirst(of: state)
            if hold.isWrite {
                keepUndecided(hold, place, clock: clock)
            } else {
                shared.reply(hold.token, Replies.tryAgain)
            }
        }
        for burial in burials.removeValue(forKey: place) ?? [] { forget(burial, place) }
    }

    /// Answers what has waited too long; a write goes on and may still be committed.
    func expireHolds(_ place: Int, before time: Int) {
        let state = slots + place
        while state.pointee.firstHold != HoldPool.none,
            shared.holds[state.pointee.firstHold].since < time
        {
            let hold = shared.holds.removeFirst(of: state)
            shared.reply(hold.token, hold.isWrite ? Replies.deadline : Replies.tryAgain)
        }
    }
}

/// Error replies that the core gives.
enum Replies {
    static let lostHome = Array(
        "-UNKNOWN the home changed before a majority had it; it may have been applied\r\n".utf8)
    static let deadline = Array(
        "-UNKNOWN no majority had it before the deadline; it may have been applied\r\n".utf8)
    static let lostLink = Array(
        "-UNKNOWN the link to the home was lost; it may have been applied\r\n".utf8)
    static let lateAnswer = Array(
        "-UNKNOWN the home did not answer before the deadline; it may have been applied\r\n".utf8)
    static let tryAgain = Array(
        "-TRYAGAIN the slot has no home that can answer now; not done\r\n".utf8)
    static let noHome = Array(
        "-CLUSTERDOWN no home of the slot could be reached before the deadline; not done\r\n".utf8)
    static let full = Array(
        "-TRYAGAIN too many commands wait for slots without a home; not done\r\n".utf8)
    static let partlyUnknown = Array(
        "-UNKNOWN a part of the command may not have been applied\r\n".utf8)
}
