/// Rules of the protocol that a test may take away, to see that the simulator misses them.
///
/// None is ever set outside tests: the type cannot be named outside this package.
package struct PlantedBugs: OptionSet, Sendable, Hashable {
    /// The bits.
    package let rawValue: UInt64

    /// Makes a set from its bits.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Rule 2: a successor takes the stream of a generation that it has sealed.
    package static let noSeal = PlantedBugs(rawValue: 1 << 0)
    /// Rule 3: a restarted process leads in a generation that names its former incarnation.
    package static let leadsUnnamed = PlantedBugs(rawValue: 1 << 1)
    /// Rules 4 and 13: a Collect is answered although a lease is lent to the home before.
    package static let noLeaseGuard = PlantedBugs(rawValue: 1 << 2)
    /// Rule 5: the home keeps what the chosen copy lacks.
    package static let merges = PlantedBugs(rawValue: 1 << 3)
    /// Rule 8: a successor acknowledges what is not durable yet.
    package static let acknowledgesEarly = PlantedBugs(rawValue: 1 << 4)
    /// Rule 8: a successor takes a record although it lacks the one before.
    package static let takesGaps = PlantedBugs(rawValue: 1 << 5)
    /// Rule 10: a read does not wait for a pending write on its key.
    package static let readsPending = PlantedBugs(rawValue: 1 << 6)
    /// Rule 10: a read is answered without leases and without a confirm round.
    package static let readsUnleased = PlantedBugs(rawValue: 1 << 7)
    /// Rule 1: an adopted epoch is not durable.
    package static let forgetsEpoch = PlantedBugs(rawValue: 1 << 8)
    /// Rule 13: a restarted process answers a Collect although it has forgotten what it lent.
    package static let noQuietTime = PlantedBugs(rawValue: 1 << 9)
    /// Rule 4: a Collect is answered before the epoch that it belongs to is adopted.
    package static let collectsUnadopted = PlantedBugs(rawValue: 1 << 10)
    /// Rule 5: the first answer to a Collect is enough.
    package static let settlesAlone = PlantedBugs(rawValue: 1 << 11)
    /// Rule 5: a majority of the present set is enough, whatever sets there were before.
    package static let asksPresentSet = PlantedBugs(rawValue: 1 << 22)
    /// Rule 12: a node drops a slot's copy as soon as it is in its set no more.
    package static let dropsTooSoon = PlantedBugs(rawValue: 1 << 23)
    /// Rule 7: a home serves before a majority has its base.
    package static let servesBeforeInstall = PlantedBugs(rawValue: 1 << 12)
    /// Rule 7: the one-round form compares no digests.
    package static let comparesNoDigest = PlantedBugs(rawValue: 1 << 13)
    /// Rule 6: the mark is written before the entries that it vouches for.
    package static let marksFirst = PlantedBugs(rawValue: 1 << 14)
    /// Rule 6: an install that the copy is beyond already is carried out all the same.
    package static let reinstalls = PlantedBugs(rawValue: 1 << 15)
    /// Rule 8: a successor takes a stream although its copy has another base.
    package static let takesAnyBase = PlantedBugs(rawValue: 1 << 16)
    /// Rule 10: a confirm round is taken for complete before anyone has said anything.
    package static let confirmsByNothing = PlantedBugs(rawValue: 1 << 17)
    /// Rule 10: what changes nothing is answered although another write on the key is pending.
    package static let refusesEarly = PlantedBugs(rawValue: 1 << 18)
    /// Rule 1: a slot goes on unchanged when its home and set are what this node knew last.
    package static let judgesByOwnEpoch = PlantedBugs(rawValue: 1 << 19)
    /// Rule 14: a node whose log was lost comes back under its own name.
    package static let keepsNameWithoutDisk = PlantedBugs(rawValue: 1 << 20)
    /// Of the votes: a promise and an acceptance are not durable.
    package static let forgetsVotes = PlantedBugs(rawValue: 1 << 21)
    /// Rule 15 (a): a sharer's lease outlasts the home's own.
    package static let outlastsLease = PlantedBugs(rawValue: 1 << 24)
    /// Rule 15 (b): a copy is kept although a write was announced since it was asked for.
    package static let takesLateFills = PlantedBugs(rawValue: 1 << 25)
    /// Rule 15 (c): a write waits for no sharer.
    package static let waitsForNoSharer = PlantedBugs(rawValue: 1 << 26)
    /// Rule 15 (c): who was told that a key is absent is not told of its creation.
    package static let forgetsAbsence = PlantedBugs(rawValue: 1 << 27)
    /// Rule 15 (c): any acknowledgement of a sharer does for all that it was told.
    package static let matchesAnyDrop = PlantedBugs(rawValue: 1 << 28)
    /// Rule 15 (c): a write does not wait for what the one before it still waits for.
    package static let inheritsNoWaits = PlantedBugs(rawValue: 1 << 29)
    /// Rule 15 (d): copies of a session that has lapsed are used in the next one.
    package static let outlivesSession = PlantedBugs(rawValue: 1 << 30)
    /// Rule 15 (e): a value is taken although a later write was announced.
    package static let takesLateUpdates = PlantedBugs(rawValue: 1 << 31)
    /// Rule 15 (f): a home forgets its sharers with each generation.
    package static let forgetsSharers = PlantedBugs(rawValue: 1 << 32)
}
