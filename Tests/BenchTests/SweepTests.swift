import Foundation
import Synchronization
import Testing

@testable import Bench

@Suite("Sweeps", .timeLimit(.minutes(1)))
struct SweepTests {
    @Test("every combination is measured in each round, and reported in order")
    func run() async throws {
        try await TestServer.with(.serve) { server in
            var plan = SweepPlan(addresses: [server.address])
            plan.clients = [1, 3]
            plan.pipelines = [1, 4]
            plan.operations = [50]
            plan.phases = [.insert, .delete]
            plan.rounds = 2
            let told = Mutex(0)
            let report = try await SweepRunner.run(plan) { step in
                if step.report != nil { told.withLock { $0 += 1 } }
            }
            #expect(told.withLock { $0 } == 8)
            #expect(report.failure == nil)
            let phases = Array(repeating: [BenchPhase.insert, .delete], count: 4)
            #expect(report.results.map(\.phase) == phases.flatMap(\.self))
            #expect(report.results.map(\.point.clients) == [1, 1, 3, 3, 1, 1, 3, 3])
            #expect(report.results.map(\.point.pipeline) == [1, 1, 1, 1, 4, 4, 4, 4])
            #expect(report.results.allSatisfy { $0.rounds.count == 2 })
            #expect(report.results.allSatisfy { $0.median.operations == 100 })
            #expect(report.axes == [.clients, .pipeline])
            #expect(report.chart.rows.count == 2)
            let json = try report.json()
            #expect(try JSONDecoder().decode(SweepReport.self, from: Data(json.utf8)) == report)
            #expect(report.csv.split(separator: "\n").count == 1 + 8 * 8)
            #expect(report.text.split(separator: "\n").count == 2 + 8)
        }
    }

    @Test("a median is the middle round, and its range that of all rounds")
    func medians() {
        var report = SweepReport(plan: SweepPlan(addresses: []))
        let point = SweepPoint(clients: 1, pipeline: 1, valueBytes: 64, operations: 10)
        for speed in [30.0, 10, 20] {
            var figures = PhaseResult(name: .retrieve)
            figures.throughput = speed
            figures.errors = 1
            report.add(figures, at: point)
        }
        #expect(report.results.map(\.median.throughput) == [20])
        #expect(report.results.map(\.median.errors) == [3])
        #expect(report.results[0].range(\.throughput) == 10...30)
    }

    @Test("the picture is drawn over what varies; over keys with the time for all of them")
    func axes() {
        var plan = SweepPlan(addresses: [])
        plan.clients = [4]
        plan.operations = [100, 1_000, 10_000]
        var report = SweepReport(plan: plan)
        for point in plan.points {
            report.add(PhaseResult(name: .insert), at: point)
            report.add(PhaseResult(name: .retrieve), at: point)
        }
        #expect(report.axes == [.operations])
        let panels = report.chart.rows.flatMap(\.self)
        #expect(panels.map(\.title) == ["Time for all keys", "Median latency", "99th percentile"])
        #expect(panels.allSatisfy { $0.xLabel == "keys" && $0.isXLogarithmic })
        #expect(panels[0].series.map(\.name) == ["insertion", "retrieval"])
        #expect(panels[0].series[0].points.map(\.x) == [100, 1_000, 10_000])
    }

    @Test("an empty list and a number out of range are refused")
    func limits() {
        var plan = SweepPlan(addresses: [BenchAddress(host: "localhost", port: 1)])
        plan.clients = []
        #expect(throws: BenchError.plan("there is nothing to sweep over")) { try plan.validate() }
        plan.clients = [1, 0]
        #expect(throws: BenchError.plan("the number of clients must be 1 to 10000, not 0")) {
            try plan.validate()
        }
        plan.clients = Array(1...10_001)
        #expect(throws: BenchError.plan("a sweep has at most 10000 points")) { try plan.validate() }
    }
}
