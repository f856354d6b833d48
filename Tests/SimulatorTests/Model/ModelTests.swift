import Foundation
import Testing

/// Small-scope exhaustive searches: every order of events that a small cluster allows.
///
/// `RINGMASTER_MODEL=large swift test -c release --filter ModelTests` takes larger bounds.
@Suite("Everything that can happen to one slot")
struct ModelTests {
    private static let isLarge = ProcessInfo.processInfo.environment["RINGMASTER_MODEL"] == "large"
    /// States after which a large search gives up; they take about two gigabytes.
    private static let statesMax = 5_000_000

    @Test("no order of events breaks a promise", arguments: ModelPlan.all(isLarge: isLarge))
    func promisesHold(_ plan: ModelPlan) async {
        let outcome = await HeavyWork.run {
            ModelSearch(plan: plan, statesMax: Self.statesMax).run()
        }
        outcome.expectNoViolation(plan.name, mayBeCut: Self.isLarge)
    }

    /// One rule taken away, and where its absence shows soonest.
    struct Plant: CustomTestStringConvertible {
        let plan: ModelPlan
        var testDescription: String { "\(plan.planted?.rawValue ?? ""): \(plan.name)" }

        init(_ rule: ModelRule, _ plan: ModelPlan) {
            self.plan = plan.without(rule)
        }
    }

    @Test(
        "without the rule some order of events breaks a promise",
        arguments: [
            Plant(.durableEpoch, .death(homes: 2, slowly: false)),
            Plant(.seal, .deletion(homes: 2)),
            Plant(.nameOfProcess, .restart(reads: true)),
            Plant(.adoptBeforeAnswer, .deletion(homes: 2)),
            Plant(.allSets, .shortRingChange(learns: false)),
            Plant(.history, .slowRingChange()),
            Plant(.noMerge, .deletion(homes: 2)),
            Plant(.markLast, .restart()),
            Plant(.idempotence, .deletion(homes: 2)),
            Plant(.base, .takeover()),
            Plant(.evictedData, .shortRingChange(learns: false)),
            Plant(.pendingReads, .leases(homes: 2)),
            Plant(.leasedReads, .leases(homes: 2)),
            Plant(.confirms, .confirms(homes: 2)),
            Plant(.leaseGuard, .leases(homes: 2)),
            Plant(.quietTime, .leases(homes: 2, crashes: 1)),
            Plant(.trueLabels, .deletion(homes: 2)),
            Plant(.durability, .death(homes: 2, slowly: true)),
        ])
    func ruleIsMissed(_ plant: Plant) async {
        let outcome = await HeavyWork.run {
            ModelSearch(plan: plant.plan, statesMax: Self.statesMax).run()
        }
        #expect(outcome.violation != nil, "not missed in \(outcome.states) states")
    }

    @Test("a counterexample is the shortest one, in words")
    func counterexampleIsShortest() {
        let outcome = ModelSearch(plan: .leases(homes: 2).without(.leaseGuard)).run()
        #expect(outcome.violation == "two homes answer by leases")
        #expect(outcome.trace.count == 8)
        #expect(outcome.trace.contains("epoch 2 is decided"))
    }
}

extension ModelPlan: CustomTestStringConvertible {
    var testDescription: String { name }
}
