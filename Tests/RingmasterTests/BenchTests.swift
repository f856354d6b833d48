import Bench
import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// `bench matrix` and `bench sweep` against real nodes.
    @Suite(.timeLimit(.minutes(5))) struct BenchTests {
        @Test("a matrix shows what a mechanism does, and puts settings and keys back")
        func matrix() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                try await cluster.succeed("config", ["coherence", "ttl"])
                let picture = cluster.folder + "/matrix.svg"
                let run = try await cluster.bench(
                    ["matrix", "--workloads", "hot-key", "--coherence", "invalidate"]
                        + ["--prefetching", "off", "--operations", "2000", "--clients", "4"]
                        + ["--keys", "200", "--writes", "10", "--json", "--svg", picture])
                try #require(run.status == 0, "\(run.errors)")
                let report = try JSONDecoder().decode(MatrixReport.self, from: run.output)
                #expect(report.failure == nil && report.cells.count == 2)
                #expect(report.hotKey?.role == "none")
                let off = try #require(report.cells.first).figures
                let copied = try #require(report.cells.last).figures
                #expect(try #require(off.messagesPerRead) > 1.5)
                #expect(try #require(copied.messagesPerRead) < 1)
                #expect(try #require(copied.hitRate) > 0.5)
                #expect(copied.errors == 0 && copied.misses == 0 && copied.staleReads == 0)
                #expect(try String(contentsOfFile: picture, encoding: .utf8).hasPrefix("<svg"))
                try await cluster.expectUntouched(coherence: "ttl")
            }
        }

        @Test("a matrix that is interrupted puts settings and keys back, and says so")
        func interrupted() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                try await cluster.succeed("config", ["coherence", "ttl"])
                let run = try await cluster.bench(
                    ["matrix", "--workloads", "uniform", "--coherence", "update"]
                        + ["--operations", "10000000", "--keys", "200", "--json"],
                    interruptAfter: {
                        try await until("the cell without mechanisms is measured") {
                            try await cluster.setting("coherence") == "off"
                        }
                    })
                #expect(run.status != 0)
                #expect(run.errors.contains("cancelled"))
                let report = try JSONDecoder().decode(MatrixReport.self, from: run.output)
                #expect(report.failure == "it was cancelled")
                try await cluster.expectUntouched(coherence: "ttl")
            }
        }

        @Test("a sweep measures each phase at each point, and leaves no key behind")
        func sweep() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let run = try await cluster.bench(
                    ["sweep", "--clients", "1,4", "--operations", "400", "--rounds", "1", "--json"])
                try #require(run.status == 0, "\(run.errors)")
                let report = try JSONDecoder().decode(SweepReport.self, from: run.output)
                #expect(report.failure == nil && report.results.count == 8)
                try await cluster.expectUntouched(coherence: "off")
            }
        }
    }
}

extension TestCluster {
    fileprivate func bench(
        _ words: [String], interruptAfter wait: (@Sendable () async throws -> Void)? = nil
    ) async throws -> CommandRun {
        try await CommandRun.of(
            ["bench"] + words + ["--dir", folder, "--cluster", name], interruptAfter: wait)
    }

    fileprivate func setting(_ name: String) async throws -> String {
        struct Setting: Decodable { var value: String }
        let text = try await succeed("config", [name, "--json"])
        return try JSONDecoder().decode(Setting.self, from: Data(text.utf8)).value
    }

    /// Expects a cluster without a key whose settings are those from before.
    fileprivate func expectUntouched(coherence: String) async throws {
        #expect(try await setting("coherence") == coherence)
        #expect(try await setting("prefetching") == "off")
        let keys = try await succeed("keys", ["--json"])
        #expect(keys.isEmpty, "\(keys)")
    }
}
