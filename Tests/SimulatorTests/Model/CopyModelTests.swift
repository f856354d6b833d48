import Foundation
import Testing

/// Small-scope exhaustive searches: every order of events that a home and a sharer allow.
///
/// `RINGMASTER_MODEL=large swift test -c release --filter CopyModelTests` takes larger bounds.
@Suite("Everything that can happen to a copy")
struct CopyModelTests {
    private static let isLarge = ProcessInfo.processInfo.environment["RINGMASTER_MODEL"] == "large"
    /// States after which a search gives up.
    private static let statesMax = isLarge ? 5_000_000 : 300_000

    @Test(
        "no order of events lets anybody read what is old",
        arguments: CopyModelPlan.all(isLarge: isLarge))
    func promisesHold(_ plan: CopyModelPlan) async {
        let outcome = await HeavyWork.run {
            ModelSearch(model: CopyModel(plan), statesMax: Self.statesMax).run()
        }
        outcome.expectNoViolation(plan.name, mayBeCut: Self.isLarge)
    }

    /// One part of the rule taken away, and where its absence shows soonest.
    struct Plant: CustomTestStringConvertible {
        let plan: CopyModelPlan
        var testDescription: String { "\(plan.planted?.rawValue ?? ""): \(plan.name)" }

        init(_ rule: CopyModelRule, _ plan: CopyModelPlan) {
            self.plan = plan.without(rule)
        }
    }

    @Test(
        "without the rule somebody reads what is old",
        arguments: [
            Plant(.boundedLease, .takeover()),
            Plant(.quietLending, .restart()),
            Plant(.lateFills, .oneHome()),
            Plant(.deadFills, .restart()),
            Plant(.waits, .oneHome()),
            Plant(.absence, .absence()),
            Plant(.matchedDrops, .oneHome()),
            Plant(.inheritedWaits, .oneHome()),
            Plant(.carriedWaits, .staysHome()),
            Plant(.takenBackWaits, .takeBack(homes: 2)),
            Plant(.lapse, .renewals()),
            Plant(.latePushes, .pushes()),
            Plant(.directory, .staysHome()),
            Plant(.unbrokenHome, .homecoming()),
            Plant(.departure, .takeover()),
            Plant(.announcedDeparture, .takeover()),
            Plant(.quietDeparture, .restartAside()),
            Plant(.quietTime, .restart()),
        ])
    func ruleIsMissed(_ plant: Plant) async {
        let outcome = await HeavyWork.run {
            ModelSearch(model: CopyModel(plant.plan), statesMax: Self.statesMax).run()
        }
        #expect(outcome.violation != nil, "not missed in \(outcome.states) states")
    }
}

extension CopyModelPlan: CustomTestStringConvertible {
    var testDescription: String { name }
}
