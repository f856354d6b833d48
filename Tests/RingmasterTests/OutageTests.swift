import Foundation
import Testing

extension ProcessTests {
    /// `bench outage`, whose cluster is its own.
    @Suite(.timeLimit(.minutes(5))) struct OutageTests {
        /// The parts of its JSON that a reader relies on.
        private struct Report: Decodable {
            struct Counts: Decodable { var done, notDone, unknown, notBegun: Int }
            struct Trial: Decodable {
                var node: String
                var outage, gap, returnGap, calmGap, lastBefore, firstAfter: Double
                var counts: Counts
            }
            var undisturbed, median, worst: Double
            var counts: Counts
            var trials: [Trial]
            var failure: String?
        }

        @Test("a death is measured, and nothing is left behind", arguments: ["kill", "stop"])
        func measures(fault: String) async throws {
            let folder = "/tmp/ringmaster-outage-test-\(getpid())-\(fault)"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let run = try await CommandRun.of(
                ["bench", "outage", "--fault", fault, "--count", "2", "--nodes", "3"]
                    + ["--rate", "200", "--clients", "2", "--keys", "100", "--json"],
                environment: ["TMPDIR": folder])
            try #require(run.status == 0, "\(run.errors)")
            let report = try JSONDecoder().decode(Report.self, from: run.output)
            #expect(report.trials.map(\.node) == ["n1", "n2"])
            for trial in report.trials {
                #expect(trial.counts.done > 100)
                #expect(trial.outage <= trial.gap && trial.outage <= report.worst)
                #expect(trial.gap == 0 || trial.firstAfter > trial.lastBefore)
            }
            #expect(report.undisturbed == report.trials.map(\.calmGap).max())
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }

        @Test("what cannot be is refused before anything is started")
        func refuses() async throws {
            let run = try await CommandRun.of(["bench", "outage", "--nodes", "2"])
            #expect(run.status == 2)
            #expect(run.errors.contains("the number of nodes must be 3 to 16, not 2"))
        }
    }
}
