import Bytes
import Commands
import Log
import Ring

/// What a home says of a key to somebody who keeps a copy.
struct CopyAnswer {
    enum Content {
        case same
        case value(UnsafeRawBufferPointer, expiry: Int)
        case absent
    }

    let content: Content
    let version: Version
    /// The slot's version when it was said.
    let asOf: Version
    /// Microseconds for which the copy may be used in the session; 0 when the home knows of none.
    let lease: Int
}

/// Answering reads from copies, at the home of the keys (`PROTOCOL`, rule 15).
extension Partition {
    enum ShareLimits {
        /// The largest value that is given away as a copy, in bytes.
        static let valueBytesMax = 1 << 20
        /// The largest value that is sent after a write to those that had a copy, in bytes.
        static let updateBytesMax = 64 << 10
    }

    // MARK: Reads

    /// What a copy of a key would be: nil when the key's newest value cannot be told at once.
    ///
    /// Telling it is a read (rule 10); whoever is told in a session is registered with it.
    func copyAnswer(
        _ place: Int, _ key: UnsafeRawBufferPointer, to member: Int, session: Int, had: Version?,
        clock: Clock
    ) -> CopyAnswer? {
        let state = slots + place
        guard state.pointee.phase == .serving, !shared.isDraining,
            clock.now < shared.hotArcs[Int(state.pointee.arc)].leaseUntil
        else { return nil }
        let entry = index.find(slot: place, key: key, hash: index.hash(key))
        var content = CopyAnswer.Content.absent
        var version = Version.absent
        if let entry {
            let isPending =
                entry.generation == state.pointee.generation
                && entry.position > state.pointee.committed
            guard !isPending, !EntryView.isExpired(entry.expiry, at: clock.wall) else { return nil }
            if !entry.isTombstone {
                guard entry.value.count <= ShareLimits.valueBytesMax else { return nil }
                version = Version(generation: entry.generation, position: entry.position)
                content = .value(entry.value, expiry: entry.expiry)
            }
        }
        let isAbsenceShared = entry != nil || !shared.planted.contains(.forgetsAbsence)
        if let had, had == version { content = .same }
        let lease =
            session != 0
            ? share(place, key, with: member, session: session, isKept: isAbsenceShared, clock) : 0
        return CopyAnswer(
            content: content, version: version,
            asOf: Version(
                generation: state.pointee.generation, position: state.pointee.position,
                turn: sharers.turn),
            lease: lease)
    }

    /// Registers a sharer of a key.
    ///
    /// - Returns: for how long it may use its copy, in microseconds; 0 for not at all.
    private func share(
        _ place: Int, _ key: UnsafeRawBufferPointer, with member: Int, session: Int, isKept: Bool,
        _ clock: Clock
    ) -> Int {
        guard shared.epoch.settings.coherence(of: key).isStrict,
            let until = renew(session, of: member, clock: clock)
        else { return 0 }
        // The session may reach further than the lease that a new home of this slot waits for.
        let reach = sharers.sessions[member]?.lentUntil ?? 0
        guard
            shared.hotArcs[Int(slots[place].arc)].leaseUntil >= reach
                || shared.planted.contains(.outlastsLease)
        else { return 0 }
        if isKept {
            let entry = SharerTable.Key(place: place, bytes: Array(key))
            if let surplus = sharers.add(entry, member) { takeBack(surplus, clock: clock) }
        }
        return until - clock.now
    }

    // MARK: Sessions

    /// A sharer asks for more time.
    func onRenew(_ session: Int, askedAt: Int, from member: Int, clock: Clock) {
        guard shared.epoch.settings.isAnyStrict,
            let until = renew(session, of: member, clock: clock)
        else { return }
        shared.link(to: member)?.append(
            .lease, partition: number, session, askedAt, until - clock.now)
    }

    /// Lends more time in a session.
    ///
    /// - Returns: until when, by this node's clock; nil when nothing can be lent.
    private func renew(_ session: Int, of member: Int, clock: Clock) -> Int? {
        // A process that has just started may have lent in the same session, and forgotten it.
        guard let link = shared.link(to: member), link.isUp,
            clock.now >= shared.quietUntil || shared.planted.contains(.noQuietTime)
        else { return nil }
        let (admission, freed) = sharers.admit(session, of: member, now: clock.now)
        for place in freed { advance(place, clock: clock) }
        switch admission {
        case .ignored:
            return nil
        case .over:
            link.append(.over, partition: number, session, 0)
            return nil
        case .open:
            if sharers.isOverdue(member, now: clock.now) { return nil }
        }
        var until = clock.now + shared.epoch.settings.leaseMilliseconds * 1_000
        if !shared.planted.contains(.outlastsLease) {
            for arc in ledArcs { until = min(until, shared.hotArcs[arc].leaseUntil) }
        }
        guard until > clock.now else { return nil }
        sharers.lend(to: member, until: until)
        return until
    }

    /// Until when somebody may use copies that this node, or the process before it, can tell nothing;
    /// 0 when nobody does.
    var sharedUntil: Int {
        let quietUntil = shared.planted.contains(.noQuietTime) ? 0 : shared.quietUntil
        return max(quietUntil, sharers.leftUntil)
    }

    /// Until when a slot of this node's must not be served, as copies of it may be used that this
    /// node can tell nothing, or for longer than the promises made to it cover.
    func sharingGuard(_ place: Int) -> Int {
        var until = sharedUntil
        let reach = sharers.lentUntil
        if reach > arc(place).leaseUntil { until = max(until, reach) }
        return until
    }

    /// This node leads a slot no more, or in a new generation.
    func reviewSharers(_ place: Int, staysHome: Bool, clock: Clock) {
        guard !sharers.keys.isEmpty || !sharers.announcements.isEmpty else { return }
        if staysHome, shared.planted.contains(.forgetsSharers) {
            sharers.forgetAllKeys()
        } else if staysHome {
            sharers.carryOver(place)
        } else {
            for sharer in sharers.leave(place, now: clock.now) {
                shared.link(to: sharer.member)?.append(
                    .over, partition: number, sharer.session, 0)
            }
        }
    }

    /// Repeats what was not acknowledged, and waits no more for those whose leases are over.
    func pursueSharers(clock: Clock) {
        guard !sharers.isIdle else { return }
        for place in sharers.expire(now: clock.now) { advance(place, clock: clock) }
        for (place, announcement) in sharers.takeDue(now: clock.now) {
            announce(announcement, place)
        }
    }

    // MARK: Writes

    /// Tells the sharers of a key that a write comes; it is not committed before they have
    /// answered.
    func tellSharers(
        _ place: Int, _ key: UnsafeRawBufferPointer, position: Int, clock: Clock
    ) {
        let entry = SharerTable.Key(place: place, bytes: Array(key))
        let told = sharers.take(entry, now: clock.now)
        guard !told.isEmpty else { return }
        sharers.noteSharedWrite()
        let version = Version(generation: slots[place].generation, position: position)
        tell(told, entry, version, gate: position, clock: clock)
        if shared.epoch.settings.coherence(of: key) == .update {
            sharers.update(told, entry, position: position)
        }
    }

    /// Takes back the copies of a key of which too many are known.
    private func takeBack(_ key: SharerTable.Key, clock: Clock) {
        let told = sharers.take(key, now: clock.now)
        sharers.noteTakeBack()
        let state = slots[key.place]
        // Positions begin anew with the generation that is being settled.
        let position = state.phase == .serving ? state.position : 0
        let version = Version(
            generation: state.generation, position: position, turn: sharers.turn)
        // Nothing waits for it yet; but until it is acknowledged the slot's next write does, or the
        // slot's next generation.
        tell(
            told, key, version, gate: state.phase == .serving ? position + 1 : 0, clock: clock)
    }

    private func tell(
        _ told: [SharerTable.Sharer], _ key: SharerTable.Key, _ version: Version, gate: Int,
        clock: Clock
    ) {
        for sharer in told {
            let announcement = SharerTable.Announcement(
                number: sharers.nextAnnouncement(), member: sharer.member,
                session: sharer.session, key: key.bytes, version: version,
                gate: shared.planted.contains(.waitsForNoSharer) ? Int.max : gate,
                since: clock.now, sentAt: clock.now)
            sharers.wait(for: announcement, key.place)
            announce(announcement, key.place)
        }
    }

    private func announce(_ announcement: SharerTable.Announcement, _ place: Int) {
        guard let link = shared.link(to: announcement.member), link.isUp else { return }
        copyCounts.messages.invalidations += 1
        let writer = FrameWriter(buffer: link.out)
        writer.begin(.invalidate, elements: 3)
        writer.element(number)
        writer.element(numbers: [
            announcement.session, firstSlot + place, announcement.version.generation,
            announcement.version.position, announcement.version.turn, announcement.number,
        ])
        announcement.key.withUnsafeBytes { writer.element($0) }
    }

    /// A sharer has dropped its copy.
    func onDropped(
        _ place: Int, session: Int, announcement: Int, from member: Int, clock: Clock
    ) {
        let number = shared.planted.contains(.matchesAnyDrop) ? nil : announcement
        if sharers.acknowledge(place, member: member, session: session, announcement: number) {
            advance(place, clock: clock)
        }
    }

    /// Sends committed values to those that had a copy of the one before.
    func sendUpdates(_ place: Int, clock: Clock) {
        for update in sharers.takeUpdates(place, committed: slots[place].committed) {
            update.key.withUnsafeBytes { key in
                guard
                    let entry = index.find(slot: place, key: key, hash: index.hash(key)),
                    !entry.isTombstone, entry.position == update.position,
                    entry.generation == slots[place].generation,
                    entry.value.count <= ShareLimits.updateBytesMax
                else { return }
                for sharer in update.sharers { send(entry, place, to: sharer, clock: clock) }
            }
        }
    }

    private func send(
        _ entry: Entry, _ place: Int, to sharer: SharerTable.Sharer, clock: Clock
    ) {
        guard sharers.isOpen(sharer, now: clock.now), let link = shared.link(to: sharer.member),
            link.isUp
        else { return }
        let key = SharerTable.Key(place: place, bytes: Array(entry.key))
        let surplus = sharers.add(key, sharer.member)
        copyCounts.messages.pushes += 1
        let writer = FrameWriter(buffer: link.out)
        writer.begin(.update, elements: 4)
        writer.element(number)
        writer.element(numbers: [
            sharer.session, firstSlot + place, entry.generation, entry.position, entry.expiry,
        ])
        writer.element(entry.key)
        writer.element(entry.value)
        if let surplus { takeBack(surplus, clock: clock) }
    }
}
