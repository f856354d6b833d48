import ServerCore
import Testing

@testable import Simulator

/// Where a fault strikes is tried out step by step, on the core that runs in production.
///
/// Of the steps every so manieth is taken, and all of them when `RINGMASTER_EVERY_STEP` is set,
/// which takes a quarter of an hour.
@Suite("One fault at every step")
struct FaultSweepTests {
    private static let writes = FaultSweep.Scenario(
        name: "writes", seed: 1, processes: 3, steps: 500_000..<600_000, stride: 3)

    private static let scenarios = [
        writes,
        FaultSweep.Scenario(
            name: "a join", seed: 2, processes: 3, change: .join, steps: 500_000..<1_000_000,
            stride: 30),
        FaultSweep.Scenario(
            name: "a leave", seed: 3, processes: 4, change: .leave, steps: 500_000..<700_000,
            stride: 30),
    ]

    @Test(
        "no promise is broken, wherever it strikes", arguments: scenarios,
        FaultSweep.Fault.allCases)
    func everyStep(_ scenario: FaultSweep.Scenario, _ fault: FaultSweep.Fault) async {
        let stride = SeedCount.isEveryStep ? 1 : scenario.stride
        let finding = await HeavyWork.run {
            FaultSweep(scenario: scenario).search(fault, stride: stride)
        }
        #expect(finding.violation == nil)
        #expect(finding.runs >= 60, "\(finding.runs) runs are no search")
    }

    @Test(
        "a rule taken away is missed",
        arguments: [
            (PlantedBugs.noLeaseGuard, FaultSweep.Fault.pause),
            (PlantedBugs.settlesAlone, FaultSweep.Fault.restart),
        ])
    func ruleIsMissed(_ planted: PlantedBugs, _ fault: FaultSweep.Fault) async {
        let finding = await HeavyWork.run {
            FaultSweep(scenario: Self.writes, planted: planted).search(fault, stride: 7)
        }
        #expect(finding.violation != nil, "not in \(finding.runs) runs")
    }

    @Test("a change of the ring is over before the steps are")
    func changesEnd() {
        for scenario in Self.scenarios where scenario.change != nil {
            #expect(FaultSweep(scenario: scenario).changesDone() == 1, "\(scenario.name)")
        }
    }
}
