import Ring
import ServerCore
import Testing

@testable import Simulator

/// A checker that never failed proves nothing: each of these takes one rule of the protocol away,
/// and the simulator has to miss it.
@Suite("Rules taken away are missed")
struct PlantedBugsTests {
    /// One rule, and where the search for a seed that shows it begins.
    ///
    /// The place only saves time: the search goes on from there through as many seeds as are
    /// allowed.
    struct Plant: CustomTestStringConvertible, Sendable {
        let bug: PlantedBugs
        let name: String
        let firstSeed: UInt64
        let coherence: Coherence?
        var testDescription: String { name }

        init(
            _ bug: PlantedBugs, _ name: String, _ coherence: Coherence? = .off,
            from firstSeed: UInt64
        ) {
            self.bug = bug
            self.name = name
            self.firstSeed = firstSeed
            self.coherence = coherence
        }
    }

    private static let seedsMax: UInt64 = 1_000

    // That a copy's lease may outlast its home's shows in less than one of a thousand runs: it needs
    // a home and a sharer of it on the lesser side of a split. `CopyModelTests` finds it always.

    private static let plants: [Plant] = [
        Plant(.forgetsEpoch, "rule 1: an adopted epoch is durable", from: 3),
        Plant(.leadsUnnamed, "rule 3: lead only under one's own name", from: 3),
        Plant(.collectsUnadopted, "rule 4: adopt before answering Collect", from: 3),
        Plant(.noLeaseGuard, "rules 4 and 13: no Collect while a lease is out", from: 15),
        Plant(.merges, "rule 5: choose one copy, never merge", from: 7),
        Plant(.settlesAlone, "rule 5: a majority of every set has answered", from: 8),
        Plant(.marksFirst, "rule 6: the mark comes last", from: 1),
        Plant(.reinstalls, "rule 6: a copy that is beyond an install ignores it", from: 9),
        Plant(.acknowledgesEarly, "rule 8: acknowledge what is durable", from: 14),
        Plant(.takesGaps, "rule 8: take a stream without gaps", from: 5),
        Plant(.takesAnyBase, "rule 8: a member has the stream's base", from: 277),
        Plant(.readsPending, "rule 10: reads wait for pending writes", from: 48),
        Plant(.refusesEarly, "rule 10: so does what changes nothing", from: 166),
        Plant(.readsUnleased, "rule 10: reads need leases", from: 1),
        Plant(.confirmsByNothing, "rule 10: a confirm round has answers", from: 4),
        Plant(.keepsNameWithoutDisk, "rule 14: a lost disk is another node", from: 12),
        Plant(.takesLateFills, "rule 15: a fill older than an announcement goes", nil, from: 88),
        Plant(.waitsForNoSharer, "rule 15: a write waits for sharers", nil, from: 21),
        Plant(.forgetsAbsence, "rule 15: an absence is a copy", nil, from: 1),
        Plant(.matchesAnyDrop, "rule 15: announcements are told apart", .invalidate, from: 174),
        Plant(.takesLateUpdates, "rule 15: so goes a late value", .update, from: 23),
        Plant(.inheritsNoWaits, "rule 15: a write inherits waits", nil, from: 6),
        Plant(.outlivesSession, "rule 15: a lapse ends the session", nil, from: 1),
        Plant(.forgetsSharers, "rule 15: a home that stays keeps its sharers", nil, from: 7),
    ]

    @Test("a cluster without the rule breaks a promise", arguments: plants)
    func ruleIsMissed(_ plant: Plant) async {
        let seed = await HeavyWork.run { Self.firstViolation(without: plant) }
        #expect(seed != nil, "not missed in \(Self.seedsMax) seeds")
    }

    private static func firstViolation(without plant: Plant) -> UInt64? {
        var options = SimulationOptions()
        options.planted = plant.bug
        options.coherence = plant.coherence
        return (plant.firstSeed..<plant.firstSeed + seedsMax).first { seed in
            let verdict = Simulation.run(seed: seed, options: options).verdict
            guard case .violated(let violation) = verdict else { return false }
            // A cluster that does not come to rest again may do so for another reason.
            return violation.kind != .notLevel
        }
    }
}
