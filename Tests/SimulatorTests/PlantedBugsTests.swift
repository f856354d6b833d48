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
    struct Plant: CustomTestStringConvertible {
        let bug: PlantedBugs
        let name: String
        let firstSeed: UInt64
        var testDescription: String { name }
    }

    private static let seedsMax: UInt64 = 1_000

    @Test(
        "a cluster without the rule breaks a promise",
        arguments: [
            Plant(bug: .noSeal, name: "a sealed generation takes nothing", firstSeed: 252),
            Plant(bug: .leadsUnnamed, name: "lead only under one's own name", firstSeed: 2),
            Plant(bug: .noLeaseGuard, name: "no Collect while a lease is out", firstSeed: 9),
            Plant(bug: .merges, name: "choose one copy, never merge", firstSeed: 34),
            Plant(bug: .acknowledgesEarly, name: "acknowledge what is durable", firstSeed: 155),
            Plant(bug: .takesGaps, name: "take a stream without gaps", firstSeed: 1),
            Plant(bug: .readsPending, name: "reads wait for pending writes", firstSeed: 2),
            Plant(bug: .readsUnleased, name: "reads need leases", firstSeed: 6),
            Plant(bug: .forgetsEpoch, name: "an adopted epoch is durable", firstSeed: 7),
        ])
    func ruleIsMissed(_ plant: Plant) {
        var options = SimulationOptions()
        options.planted = plant.bug
        for seed in plant.firstSeed..<plant.firstSeed + Self.seedsMax {
            if case .violated = Simulation.run(seed: seed, options: options).verdict { return }
        }
        Issue.record("not missed in \(Self.seedsMax) seeds")
    }
}
