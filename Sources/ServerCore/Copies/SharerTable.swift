import DequeModule

/// Who has copies of the keys that this node leads in one partition: the home's side.
///
/// A write is told to each sharer of its key, and is not answered before each has said that it
/// dropped its copy or its lease is over (`PROTOCOL`, rule 15).
struct SharerTable {
    enum Limits {
        /// Keys with sharers per partition; the oldest is taken back when there are more.
        static let keysMax = 4_096
        /// Microseconds until an announcement that was not acknowledged is repeated.
        static let repeatAfter = 50_000
    }

    /// One sharer's session.
    struct Session {
        var number: Int
        /// Until when it may use its copies, by this node's clock.
        var lentUntil = 0
        /// Nothing more is lent in it.
        var isOver = false
        /// It is over as this node leads some of its slots no more, so others must wait for it.
        var isLeft = false
    }

    struct Key: Hashable {
        let place: Int
        let bytes: [UInt8]
    }

    struct Sharer {
        let member: Int
        let session: Int
    }

    /// An announcement that was not acknowledged.
    struct Announcement {
        /// Tells it apart from the session's others.
        let number: Int
        let member: Int
        let session: Int
        let key: [UInt8]
        /// The version that was announced.
        let version: Version
        /// Up to below this position the slot may be committed; `Int.max` when nothing waits.
        var gate: Int
        let since: Int
        var sentAt: Int
    }

    private(set) var sessions: [Int: Session] = [:]
    private(set) var keys: [Key: [Sharer]] = [:]
    private var order: Deque<Key> = []
    /// By place in the partition.
    private(set) var announcements: [Int: [Announcement]] = [:]
    /// Committed values to send to those that had a copy, by place: oldest first.
    private var updates: [Int: [(position: Int, key: [UInt8], sharers: [Sharer])]] = [:]
    private var lastAnnouncement = 0
    /// How often copies were taken back without a write.
    private(set) var turn = 0
    private(set) var leasesWaitedOut = 0
    private(set) var sharedWrites = 0

    /// Whether nobody has, or may have had, anything.
    var isIdle: Bool { sessions.isEmpty && keys.isEmpty && announcements.isEmpty }

    /// Up to where a slot may be committed at most, as sharers are waited for.
    func gate(_ place: Int) -> Int {
        guard let waiting = announcements[place] else { return Int.max }
        return (waiting.map(\.gate).min() ?? Int.max) - 1
    }

    // MARK: Sessions

    /// What becomes of a request of a sharer.
    enum Admission {
        /// Of a session that was replaced: an old message.
        case ignored
        /// The session is over; it has to begin another.
        case over
        /// More time may be given.
        case open
    }

    /// A sharer asks in a session.
    ///
    /// One that is newer ends the one before: its copies are dropped already.
    ///
    /// - Returns: what becomes of it, and the slots whose waits that has ended.
    mutating func admit(_ number: Int, of member: Int, now: Int) -> (Admission, [Int]) {
        guard let session = sessions[member] else {
            sessions[member] = Session(number: number)
            return (.open, [])
        }
        if number < session.number { return (.ignored, []) }
        if number > session.number {
            sessions[member] = Session(number: number)
            return (.open, forget(member, session.number))
        }
        if session.isOver { return (.over, []) }
        if session.lentUntil != 0, now >= session.lentUntil {
            sessions[member]?.isOver = true
            return (.over, forget(member, number))
        }
        return (.open, [])
    }

    mutating func lend(to member: Int, until: Int) {
        guard let session = sessions[member] else { return }
        sessions[member]?.lentUntil = max(session.lentUntil, until)
    }

    /// Lends nothing more to a member: what it is told may not arrive any more.
    mutating func closeSession(of member: Int) {
        sessions[member]?.isOver = true
    }

    /// This node leads a slot no more, so it cannot tell the slot's sharers anything.
    ///
    /// - Returns: the sharers whose sessions end with that.
    mutating func leave(_ place: Int, now: Int) -> [Sharer] {
        // Who has not acknowledged an announcement may still use what it was told to drop.
        var told = (announcements.removeValue(forKey: place) ?? []).map {
            Sharer(member: $0.member, session: $0.session)
        }
        updates[place] = nil
        for (key, sharers) in keys where key.place == place {
            keys[key] = nil
            told += sharers
        }
        var left: [Sharer] = []
        for sharer in told where !left.contains(where: { $0.member == sharer.member }) {
            guard let session = sessions[sharer.member], session.number == sharer.session,
                now < session.lentUntil
            else { continue }
            sessions[sharer.member]?.isOver = true
            sessions[sharer.member]?.isLeft = true
            left.append(sharer)
        }
        return left.sorted { $0.member < $1.member }
    }

    /// Until when somebody may use a copy of a slot that this node led; 0 when nobody does.
    var leftUntil: Int { sessions.values.lazy.filter(\.isLeft).map(\.lentUntil).max() ?? 0 }

    /// Until when somebody may use a copy at all; 0 when nobody does.
    var lentUntil: Int { sessions.values.lazy.map(\.lentUntil).max() ?? 0 }

    /// Leases have run out: nobody is waited for in them.
    ///
    /// - Returns: the slots whose waits that has ended.
    mutating func expire(now: Int) -> [Int] {
        var freed: [Int] = []
        for (member, session) in sessions where now >= session.lentUntil && session.lentUntil != 0 {
            let ended = forget(member, session.number)
            leasesWaitedOut += ended.count
            freed += ended
            sessions[member]?.isOver = true
            sessions[member]?.isLeft = false
            // Its number is kept: the session must not be taken up again.
            sessions[member]?.lentUntil = 0
        }
        return freed.sorted()
    }

    /// Drops what is known of a session's copies.
    private mutating func forget(_ member: Int, _ number: Int) -> [Int] {
        for (key, sharers) in keys {
            let others = sharers.filter { $0.member != member || $0.session != number }
            if others.count < sharers.count { keys[key] = others.isEmpty ? nil : others }
        }
        var freed: [Int] = []
        for (place, waiting) in announcements {
            let others = waiting.filter { $0.member != member || $0.session != number }
            guard others.count < waiting.count else { continue }
            announcements[place] = others.isEmpty ? nil : others
            freed.append(place)
        }
        return freed
    }

    // MARK: Keys

    /// Notes that a sharer gets a copy of a key.
    ///
    /// - Returns: a key that is to be taken back, as there are too many.
    mutating func add(_ key: Key, _ member: Int) -> Key? {
        guard let session = sessions[member] else { return nil }
        let sharer = Sharer(member: member, session: session.number)
        if keys[key]?.contains(where: { $0.member == member }) == true {
            keys[key]?.removeAll { $0.member == member }
        }
        if keys[key] == nil { order.append(key) }
        keys[key, default: []].append(sharer)
        guard keys.count > Limits.keysMax else {
            if order.count > 2 * Limits.keysMax { order = Deque(order.filter { keys[$0] != nil }) }
            return nil
        }
        while let oldest = order.popFirst() {
            if oldest == key { continue }
            if keys[oldest] != nil { return oldest }
        }
        order.append(key)
        return nil
    }

    /// Takes the sharers of a key that is to be announced: those that may still use a copy.
    mutating func take(_ key: Key, now: Int) -> [Sharer] {
        guard let sharers = keys.removeValue(forKey: key) else { return [] }
        return sharers.filter { sharer in
            guard let session = sessions[sharer.member] else { return false }
            return session.number == sharer.session && now < session.lentUntil
        }
    }

    mutating func noteSharedWrite() { sharedWrites += 1 }

    mutating func noteTakeBack() { turn += 1 }

    mutating func nextAnnouncement() -> Int {
        lastAnnouncement += 1
        return lastAnnouncement
    }

    /// Waits for a sharer.
    mutating func wait(for announcement: Announcement, _ place: Int) {
        announcements[place, default: []].append(announcement)
    }

    /// A sharer has dropped its copy.
    ///
    /// - Returns: whether that was waited for.
    mutating func acknowledge(
        _ place: Int, member: Int, session: Int, announcement number: Int?
    ) -> Bool {
        guard let waiting = announcements[place] else { return false }
        let others = waiting.filter { announcement in
            announcement.member != member || announcement.session != session
                || (number != nil && announcement.number != number)
        }
        guard others.count < waiting.count else { return false }
        announcements[place] = others.isEmpty ? nil : others
        return true
    }

    /// A slot that this node goes on leading has a new generation: what was announced in the one
    /// before is waited for before the new one is served.
    mutating func carryOver(_ place: Int) {
        updates[place] = nil
        guard var waiting = announcements[place] else { return }
        for index in waiting.indices where waiting[index].gate != Int.max {
            waiting[index].gate = 0
        }
        announcements[place] = waiting
    }

    /// Whether a sharer has long not acknowledged something: nothing more is lent to it, so that the
    /// wait for it ends with what it has.
    func isOverdue(_ member: Int, now: Int) -> Bool {
        announcements.values.contains { waiting in
            waiting.contains { $0.member == member && now - $0.since >= Limits.repeatAfter }
        }
    }

    /// Announcements that are due to be repeated; they count as sent.
    mutating func takeDue(now: Int) -> [(place: Int, Announcement)] {
        var due: [(place: Int, Announcement)] = []
        for place in announcements.keys.sorted() {
            guard var waiting = announcements[place] else { continue }
            for index in waiting.indices
            where now - waiting[index].sentAt >= Limits.repeatAfter {
                waiting[index].sentAt = now
                due.append((place, waiting[index]))
            }
            announcements[place] = waiting
        }
        return due
    }

    // MARK: Updates

    /// Lets a key's sharers have its new value once it is committed.
    mutating func update(_ sharers: [Sharer], _ key: Key, position: Int) {
        updates[key.place, default: []].append((position, key.bytes, sharers))
    }

    /// The updates of a slot that are committed now.
    mutating func takeUpdates(
        _ place: Int, committed: Int
    ) -> [(position: Int, key: [UInt8], sharers: [Sharer])] {
        guard var waiting = updates[place] else { return [] }
        let ready = Array(waiting.prefix { $0.position <= committed })
        waiting.removeFirst(ready.count)
        updates[place] = waiting.isEmpty ? nil : waiting
        return ready
    }

    var hasUpdates: Bool { !updates.isEmpty }

    /// Whether a session may be sent something now.
    func isOpen(_ sharer: Sharer, now: Int) -> Bool {
        guard let session = sessions[sharer.member] else { return false }
        return session.number == sharer.session && !session.isOver && now < session.lentUntil
    }

    /// Rule 15 (f), taken away: a new generation knows of no sharers.
    mutating func forgetAllKeys() {
        keys.removeAll()
        order.removeAll()
        announcements.removeAll()
    }
}
