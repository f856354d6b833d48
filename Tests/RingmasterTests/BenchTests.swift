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

        @Test("a load goes on when a node is killed, and begins without a node that is down")
        func nodeKilled() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                async let running = cluster.load(
                    ["--workload", "ycsb-b", "--rate", "2000", "--operations", "12000"])
                try await cluster.untilBenchHasKeys()
                try await cluster.local.kill(["n4"])
                let report = try await running
                #expect(report.failure == nil && report.left == nil, "\(report.text)")
                #expect(report.lost.map(\.port) == [cluster.firstPort + 3])
                #expect(report.text.contains("was lost"))
                try await cluster.expectUntouched(coherence: "off")

                let later = try await cluster.load(["--operations", "200"])
                #expect(later.failure == nil && later.left == nil, "\(later.text)")
                #expect(later.phases.map(\.operations) == [200, 200, 200, 200])
                try await cluster.expectUntouched(coherence: "off")
            }
        }

        @Test("a load that is interrupted reports what it has, and deletes its keys")
        func loadInterrupted() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let run = try await cluster.bench(
                    ["--rate", "500", "--operations", "20000", "--json"],
                    interruptAfter: { try await cluster.untilBenchHasKeys() })
                #expect(run.status == 3)
                let report = try JSONDecoder().decode(BenchReport.self, from: run.output)
                #expect(report.failure == "it was cancelled")
                #expect(report.phases.first.map { $0.operations > 0 } == true)
                #expect(report.left == nil)
                try await cluster.expectUntouched(coherence: "off")
            }
        }

        @Test("two loads at once do not take each other's keys")
        func twoLoads() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                async let one = cluster.load(["--operations", "2000"])
                async let two = cluster.load(["--operations", "3000"])
                for report in try await [one, two] {
                    #expect(report.failure == nil)
                    #expect(report.phases.allSatisfy { $0.misses == 0 }, "\(report.text)")
                }
                try await cluster.expectUntouched(coherence: "off")
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

    /// Runs a load that must end well.
    fileprivate func load(_ words: [String]) async throws -> BenchReport {
        let run = try await bench(words + ["--json"])
        guard run.status == 0 else { throw CommandFailed(command: "bench", run: run) }
        return try JSONDecoder().decode(BenchReport.self, from: run.output)
    }

    /// Waits until a bench has inserted a key.
    fileprivate func untilBenchHasKeys() async throws {
        try await RingmasterTests.until("the bench has keys") {
            try await !succeed("keys", ["bench:*"]).isEmpty
        }
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
