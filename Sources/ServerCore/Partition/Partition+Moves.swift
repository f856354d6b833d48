import Log
import Ring

/// Changes of the ring: while the old sets serve, each home brings the members that its slots will
/// get to the same content, and keeps them there by the stream. Such a learner has no base and
/// counts for nothing (rule 12); after the switch a digest is all that has to be sent.
extension Partition {
    enum MoveLimits {
        /// Slots per partition for which learners are asked or written to at the same time.
        static let underWayMax = 64
        /// Slots that are dropped in one go.
        static let dropsMax = 64
    }

    // MARK: The home

    /// Goes on copying, as far as the limits let it.
    func pursueMoves(clock: Clock) {
        guard shared.change != 0, !isQuiet, shared.moveBudget > 0 else { return }
        var underWay = 0
        for place in 0..<Partition.slotCount where mayTeach(place) {
            let arc = shared.hotArcs[Int(slots[place].arc)]
            for replica in Int(arc.replicaCount)..<Int(arc.followerCount)
            where !arc.isAbsentLearner(replica) {
                switch follower(place, replica).pointee.state {
                case .streaming:
                    continue
                case .asked, .installing:
                    underWay += 1
                case .unknown:
                    askFollower(place, replica: replica, clock: clock)
                    underWay += 1
                }
                if underWay >= MoveLimits.underWayMax { return }
            }
        }
    }

    /// Whether the slot has learners, and is settled here: before that, a copy that is overwritten
    /// might be the one that knows most.
    func mayTeach(_ place: Int) -> Bool {
        let arc = shared.hotArcs[Int(slots[place].arc)]
        return arc.followerCount > arc.replicaCount && slots[place].phase == .serving
            && slots[place].committed >= 0
    }

    /// Forgets how far learners were when another change is under way.
    func reviewLearners(_ place: Int) {
        guard slots[place].change != shared.change else { return }
        slots[place].change = shared.change
        let arc = arc(place)
        for replica in Int(arc.replicaCount)..<HotArc.followersMax {
            follower(place, replica).pointee = Follower()
        }
    }

    // MARK: The learner

    /// A piece of what the home has.
    func learn(
        _ place: Int, generation: Int, position: Int, piece: Piece, digest: UInt64,
        lines: UnsafeRawBufferPointer, from home: Int
    ) {
        if hasLearned(place, generation, position) {
            arrivals[place] = nil
            acknowledge(place, to: home)
            return
        }
        if piece != .same {
            // What no set ever counted may be forgotten, damage and all: it is learned anew.
            if slots[place].isDamaged, !shared.hotArcs[Int(slots[place].arc)].isHolder {
                clear(place)
            }
            slots[place].learnedGeneration = 0
            take(lines, place, generation: generation, position: position, from: home)
            guard piece == .last else { return }
            _ = dropUnseen(place, leaving: digest)
        }
        arrivals[place] = nil
        guard index.digest(slot: place) == digest, piece != .same || !slots[place].isLost
        else {
            refuse(place, to: home)
            return
        }
        slots[place].learnedGeneration = generation
        slots[place].learnedPosition = position
        acknowledge(place, to: home)
    }

    private func hasLearned(_ place: Int, _ generation: Int, _ position: Int) -> Bool {
        slots[place].learnedGeneration == generation && slots[place].learnedPosition >= position
    }

    /// A record of the stream: kept as an entry, so that the log claims no position for it.
    func learn(_ record: Record, _ place: Int, from home: Int) {
        if hasLearned(place, record.generation, record.position) {
            acknowledge(place, to: home)
            return
        }
        guard hasLearned(place, record.generation, record.position - 1),
            shared.writesStopped == nil
        else {
            refuse(place, to: home)
            return
        }
        var entry = record
        entry.kind = record.kind == .write ? .copy : .drop
        shared.append(entry)
        slots[place].isTouched = true
        slots[place].learnedPosition = record.position
        let hash = index.hash(record.key)
        if record.kind == .write {
            index.put(
                slot: place, key: record.key, hash: hash, value: record.value,
                generation: record.generation, position: record.position, expiry: record.expiry)
        } else {
            _ = index.remove(slot: place, key: record.key, hash: hash)
        }
        acknowledge(place, to: home)
    }

    // MARK: Who holds it no more

    /// Drops copies of slots that no set of their history counts this node in any more (rule 12).
    ///
    /// Returns whether none is left.
    func dropSurplus() -> Bool {
        guard mayHoldSurplus, shared.writesStopped == nil else { return true }
        var dropped = 0
        for place in 0..<Partition.slotCount {
            let arc = shared.hotArcs[Int(slots[place].arc)]
            let isHolder =
                shared.planted.contains(.dropsTooSoon) ? arc.selfIndex >= 0 : arc.isHolder
            guard !isHolder, !arc.isLearner,
                slots[place].base > 0 || index.count(slot: place) > 0 || slots[place].isDamaged
            else { continue }
            guard dropped < MoveLimits.dropsMax else { return false }
            dropped += 1
            slots[place].learnedGeneration = 0
            clear(place)
        }
        mayHoldSurplus = false
        return true
    }

    /// Adds to a report what is copied for the change under way.
    func fill(_ moves: inout [Int: MoveReport]) {
        guard shared.change != 0 else { return }
        for place in 0..<Partition.slotCount {
            let arc = shared.hotArcs[Int(slots[place].arc)]
            guard arc.home == Int32(shared.number), arc.followerCount > arc.replicaCount else {
                continue
            }
            let keys = index.count(slot: place)
            let bytes = index.bytes(slot: place)
            for replica in Int(arc.replicaCount)..<Int(arc.followerCount)
            where !arc.isAbsentLearner(replica) {
                let member = Int(arc.members[replica])
                var move = moves[member] ?? MoveReport(change: shared.change, member: member)
                let isDone = mayTeach(place) && follower(place, replica).pointee.state == .streaming
                move.slots += 1
                move.keys += keys
                move.bytes += bytes
                if isDone {
                    move.copiedSlots += 1
                    move.copiedKeys += keys
                    move.copiedBytes += bytes
                }
                moves[member] = move
            }
        }
    }
}
