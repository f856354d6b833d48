import Bytes
import Commands
import Log
import Ring

/// Answering reads from copies, at a node that is not the home of the keys (`PROTOCOL`, rule 15).
extension Partition {
    /// The session with a home; one begins with the first question.
    func session(with home: Int) -> Int {
        if sessions[home] == nil { sessions[home] = CopySession(incarnation: shared.incarnation) }
        return sessions[home]?.number ?? 0
    }

    /// The copy that may answer a read now, without asking anyone; nil when there is none.
    func usableCopy(
        _ place: Int, _ key: UnsafeRawBufferPointer, _ coherence: Coherence, clock: Clock
    ) -> Int32? {
        guard let found = shared.copies.find(index.hash(key), key) else { return nil }
        let copy = shared.copies[found]
        switch coherence {
        case .off, .validate:
            return nil
        case .ttl:
            guard clock.now < copy.askedAt + shared.epoch.settings.copyMilliseconds * 1_000 else {
                return nil
            }
        case .invalidate, .update:
            let home = Int(arc(place).home)
            let isAnySession = shared.planted.contains(.outlivesSession)
            let session = isAnySession ? sessions[home]?.number ?? 0 : copy.session
            guard copy.home == home, copy.session != 0,
                sessions[home]?.isLive(session, now: clock.now) == true
            else { return nil }
            sessions[home]?.isUsed = true
        }
        switch copy.content {
        case .absent:
            return found
        case .value(_, let expiry):
            // The home decides about expiry; this node's clock only says when to ask.
            return EntryView.isExpired(expiry, at: clock.wall) ? nil : found
        case .replica:
            guard let entry = replicaEntry(place, key, copy.version),
                !EntryView.isExpired(entry.expiry, at: clock.wall)
            else { return nil }
            return found
        }
    }

    /// The replica's entry of a key, if it has that version.
    func replicaEntry(
        _ place: Int, _ key: UnsafeRawBufferPointer, _ version: Version
    ) -> Entry? {
        guard let entry = index.find(slot: place, key: key, hash: index.hash(key)),
            !entry.isTombstone, entry.generation == version.generation,
            entry.position == version.position
        else { return nil }
        return entry
    }

    /// What this node has of a key, for its home to compare.
    func knownVersion(_ place: Int, _ key: UnsafeRawBufferPointer) -> Version? {
        if let found = shared.copies.find(index.hash(key), key) {
            let copy = shared.copies[found]
            if case .replica = copy.content, replicaEntry(place, key, copy.version) == nil {
                return nil
            }
            return copy.version
        }
        guard arc(place).selfIndex >= 0,
            let entry = index.find(slot: place, key: key, hash: index.hash(key)),
            !entry.isTombstone
        else { return nil }
        return Version(generation: entry.generation, position: entry.position)
    }

    /// What a home's answer says of a key; nil when it speaks of what is not here any more.
    func content(
        of answer: CopyAnswer, _ place: Int, _ key: UnsafeRawBufferPointer
    ) -> Copy.Content? {
        switch answer.content {
        case .absent: return .absent
        case .value(let value, let expiry): return .value(Array(value), expiry: expiry)
        case .same where answer.version == .absent: return .absent
        case .same:
            if let found = shared.copies.find(index.hash(key), key),
                shared.copies[found].version == answer.version,
                case .value = shared.copies[found].content
            {
                return shared.copies[found].content
            }
            return replicaEntry(place, key, answer.version) == nil ? nil : .replica
        }
    }

    /// Keeps what a home has said of a key, unless something newer was announced meanwhile.
    func keep(
        _ content: Copy.Content, _ answer: CopyAnswer, _ place: Int,
        _ key: UnsafeRawBufferPointer, home: Int, session: Int, askedAt: Int, guesser: Int?,
        clock: Clock
    ) {
        sessions[home]?.extend(
            session, askedAt: askedAt, lease: answer.lease, now: clock.now)
        let isNews =
            sessions[home]?.isNews(answer.asOf, place) ?? true
            || shared.planted.contains(.takesLateFills)
        guard isNews, arc(place).home == Int32(home) else { return }
        // An answer that comes after its own lease is no copy of a session.
        let isKnown =
            answer.lease > 0 && sessions[home]?.isLive(session, now: clock.now) == true
        let hash = index.hash(key)
        shared.copies.insert(
            Copy(
                key: Array(key), content: content, version: answer.version, home: home,
                session: isKnown ? session : 0, askedAt: askedAt, guesser: guesser),
            hash: hash)
    }

    /// This node sends a write of a key on: its own copy is about to be old.
    func dropCopy(_ key: UnsafeRawBufferPointer) {
        guard shared.copies.count > 0, let found = shared.copies.find(index.hash(key), key) else {
            return
        }
        shared.copies.remove(found)
    }

    // MARK: What homes say

    /// A home announces a write: the copy goes before that is said.
    func onInvalidate(
        _ place: Int, session: Int, version: Version, announcement: Int,
        key: UnsafeRawBufferPointer, from home: Int
    ) {
        if sessions[home]?.number == session { sessions[home]?.announce(version, place) }
        if let found = shared.copies.find(index.hash(key), key),
            shared.copies[found].home == home
        {
            shared.copies.remove(found)
            copyCounts.invalidated += 1
        }
        guard let link = shared.link(to: home), link.isUp else { return }
        let buffer = link.buffer(.dropped, partition: number)
        for value in [firstSlot + place, session, announcement] {
            if !buffer.isEmpty { buffer.append(UInt8(ascii: " ")) }
            buffer.append(decimal: value)
        }
    }

    /// A home sends the value that a write has left.
    func onUpdate(
        _ place: Int, session: Int, version: Version, expiry: Int, key: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer, from home: Int, clock: Clock
    ) {
        guard arc(place).home == Int32(home),
            sessions[home]?.isLive(session, now: clock.now) == true,
            sessions[home]?.isNews(version, place) == true
                || shared.planted.contains(.takesLateUpdates)
        else { return }
        copyCounts.updated += 1
        shared.copies.insert(
            Copy(
                key: Array(key), content: .value(Array(value), expiry: expiry), version: version,
                home: home, session: session, askedAt: clock.now),
            hash: index.hash(key))
    }

    /// A home gave more time.
    func onLease(_ session: Int, askedAt: Int, lease: Int, from home: Int, clock: Clock) {
        sessions[home]?.extend(session, askedAt: askedAt, lease: lease, now: clock.now)
    }

    /// A home ends a session; asking in the next one tells it that the copies are dropped.
    func onOver(_ session: Int, from home: Int, clock: Clock) {
        guard sessions[home]?.number == session else { return }
        sessions[home]?.end()
        askForTime(of: home, clock: clock)
    }

    /// Asks for more time where copies are in use.
    func pursueSessions(clock: Clock) {
        guard !sessions.isEmpty else { return }
        let lease = shared.epoch.settings.leaseMilliseconds * 1_000
        for home in sessions.keys.sorted()
        where sessions[home]?.wantsRenewal(now: clock.now, lease: lease) == true {
            askForTime(of: home, clock: clock)
        }
    }

    private func askForTime(of home: Int, clock: Clock) {
        guard let session = sessions[home], let link = shared.link(to: home), link.isUp else {
            return
        }
        sessions[home]?.isUsed = false
        sessions[home]?.nextRenewal = clock.now + CopySession.renewalInterval
        copyCounts.messages.renewals += 1
        link.append(.renew, partition: number, session.number, clock.now)
    }
}
