/// Rules of the protocol that a test may take away, to see that the simulator misses them.
///
/// None is ever set outside tests: the type cannot be named outside this package.
package struct PlantedBugs: OptionSet, Sendable, Hashable {
    /// The bits.
    package let rawValue: UInt16

    /// Makes a set from its bits.
    package init(rawValue: UInt16) {
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
}
