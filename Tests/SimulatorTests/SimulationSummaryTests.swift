import Testing

@testable import Simulator

@Suite("Many runs added up")
struct SimulationSummaryTests {
    private func report(
        _ seed: UInt64, _ verdict: SimulationReport.Verdict
    ) -> SimulationReport {
        var counts = SimulationCounts()
        counts.completed = 10
        counts.convergenceMicroseconds = Int(seed)
        return SimulationReport(
            seed: seed, verdict: verdict, counts: counts, traceHash: seed, trace: [])
    }

    @Test("the order in which runs end does not matter")
    func orderDoesNotMatter() {
        let violation = SimulationViolation(kind: .lostWrite, time: 7, text: "gone")
        let reports = [
            report(4, .passed), report(2, .violated(violation)),
            report(3, .uncounted("too little")),
            report(1, .violated(violation)),
        ]
        var there = SimulationSummary()
        var back = SimulationSummary()
        for report in reports { there.add(report) }
        for report in reports.reversed() { back.add(report) }
        #expect(there == back)
        #expect(there.violations.map(\.seed) == [1, 2])
        #expect(there.uncounted == [.init(seed: 3, reason: "too little")])
        #expect(there.counted == 1)
        #expect(there.completed == 40)
        #expect(there.convergenceMicrosecondsMax == 4)
    }

    @Test("lists are bounded, counts are not")
    func listsAreBounded() {
        var summary = SimulationSummary()
        for seed in 0..<150 { summary.add(report(UInt64(seed), .uncounted("too little"))) }
        #expect(summary.uncounted.count == SimulationSummary.listMax)
        #expect(summary.uncountedCount == 150)
    }
}
