import NIOCore
import Testing

@testable import Bench

@Suite("Running a bench")
struct BenchRunnerTests {
    private func plan(_ servers: TestServer..., operations: Int = 1_000) -> BenchPlan {
        var plan = BenchPlan(addresses: servers.map(\.address))
        plan.clients = 7
        plan.pipeline = 3
        plan.operations = operations
        plan.valueBytes = 10
        return plan
    }

    @Test("every operation of every phase is done once, and the deletion leaves nothing")
    func allPhases() async throws {
        try await TestServer.with(.serve) { server in
            let report = try await BenchRunner.run(plan(server))
            #expect(report.failure == nil)
            #expect(report.phases.map(\.name) == BenchPhase.allCases)
            for phase in report.phases {
                #expect(phase.operations == 1_000)
                #expect(phase.misses == 0 && phase.errors == 0 && phase.unknown == 0)
                #expect(phase.throughput > 0 && phase.seconds > 0)
                #expect(phase.p50 > 0 && phase.p50 <= phase.p90 && phase.p90 <= phase.p99)
                #expect(phase.p99 <= phase.p999 && phase.p999 <= phase.max)
            }
            let counts = try await server.counts()
            #expect(counts.keys == 0)
            #expect(counts.connections == 7)
            #expect(counts.requests == 4_000)
        }
    }

    @Test("an insertion reaches every key of the keyspace")
    func insertion() async throws {
        try await TestServer.with(.serve) { server in
            var plan = plan(server)
            plan.phases = [.insert]
            plan.keyspace = 90
            plan.keyPrefix = "mine:"
            _ = try await BenchRunner.run(plan)
            #expect(try await server.counts().keys == 90)
        }
    }

    @Test("keys that are not there are counted as misses")
    func misses() async throws {
        try await TestServer.with(.serve) { server in
            var plan = plan(server)
            plan.phases = [.retrieve, .delete]
            plan.keyPrefix = "mine:"
            let report = try await BenchRunner.run(plan)
            #expect(report.phases.map(\.misses) == [1_000, 1_000])
        }
    }

    @Test("several event loops and fewer operations than clients come to the same")
    func threads() async throws {
        try await TestServer.with(.serve) { server in
            var plan = plan(server, operations: 5)
            plan.threads = 3
            let report = try await BenchRunner.run(plan)
            #expect(report.phases.map(\.operations) == [5, 5, 5, 5])
            #expect(try await server.counts().requests == 20)
        }
    }

    @Test("connections are dealt out to all addresses")
    func addresses() async throws {
        try await TestServer.with(.serve) { first in
            try await TestServer.with(.serve) { second in
                _ = try await BenchRunner.run(plan(first, second))
                #expect(try await first.counts().connections == 4)
                #expect(try await second.counts().connections == 3)
            }
        }
    }

    @Test("values larger than a read buffer are received whole")
    func largeValues() async throws {
        try await TestServer.with(.serve) { server in
            var plan = plan(server, operations: 6)
            plan.valueBytes = 200_000
            let report = try await BenchRunner.run(plan)
            #expect(report.failure == nil)
            #expect(report.phases.map(\.operations) == [6, 6, 6, 6])
        }
    }

    @Test("errors are counted by their first word, and the first is shown")
    func errors() async throws {
        try await TestServer.with(.refuse("MOVED 1 127.0.0.1:1")) { server in
            let report = try await BenchRunner.run(plan(server))
            for phase in report.phases {
                #expect(phase.operations == 0 && phase.errors == 1_000)
                #expect(phase.errorCounts == ["MOVED": 1_000])
                #expect(phase.errorSamples == ["MOVED 1 127.0.0.1:1"])
            }
        }
    }

    @Test("a connection that dies ends the run, and what was under way is unknown")
    func deadConnection() async throws {
        try await TestServer.with(.closeAfter(50)) { server in
            let report = try await BenchRunner.run(plan(server))
            #expect(report.failure == "\(server.address) closed the connection")
            #expect(report.phases.count == 1)
            let phase = try #require(report.phases.first)
            #expect(phase.operations < 1_000)
            #expect((1...21).contains(phase.unknown))
        }
    }

    @Test("a server that keeps silent is given up")
    func silence() async throws {
        try await TestServer.with(.silentAfter(10)) { server in
            var plan = plan(server)
            // Long enough for a busy machine to bring the answers before it.
            plan.stallMilliseconds = 3_000
            plan.cleaningMilliseconds = 100
            let report = try await BenchRunner.run(plan)
            #expect(report.failure == "no answer came for 3000 ms")
            #expect(report.left?.contains("may be left") == true)
            #expect(report.phases.map(\.operations) == [70])
            #expect(report.phases.map(\.unknown) == [21])
        }
    }

    @Test("what is no Redis server is recognized")
    func wrongProtocol() async throws {
        try await TestServer.with(.answer("HTTP/1.1 400 Bad Request\r\n\r\n")) { server in
            let report = try await BenchRunner.run(plan(server))
            #expect(report.failure?.contains("does not speak the Redis protocol") == true)
        }
    }

    @Test("answers that nobody asked for end the run")
    func surplus() async throws {
        try await TestServer.with(.answer("+OK\r\n+OK\r\n+OK\r\n+OK\r\n")) { server in
            let report = try await BenchRunner.run(plan(server))
            #expect(report.failure?.contains("nobody had asked for") == true)
        }
    }

    @Test("an address that refuses connections is named")
    func refused() async throws {
        try await TestServer.with(.serve) { server in
            let plan = plan(server)
            try await server.close()
            await #expect(throws: BenchError.connect(server.address, "Connection refused")) {
                try await BenchRunner.run(plan)
            }
        }
    }

    @Test("progress is told while a phase runs, and a cancelled run ends with what it has")
    func cancelled() async throws {
        try await TestServer.with(.silentAfter(10)) { server in
            var plan = plan(server)
            plan.cleaningMilliseconds = 100
            let (progress, told) = AsyncStream.makeStream(of: BenchProgress.self)
            let run = Task { try await BenchRunner.run(plan) { told.yield($0) } }
            for await step in progress where step.done == 70 {
                #expect(step.phase == .insert)
                #expect(step.total == 1_000)
                #expect(step.seconds > 0)
                break
            }
            run.cancel()
            let report = try await run.value
            #expect(report.failure == "it was cancelled")
            #expect(report.phases.map(\.operations) == [70])
        }
    }

    @Test("a wrong plan is refused before anything is opened")
    func wrongPlan() async {
        await #expect(throws: BenchError.plan("there is no address to connect to")) {
            try await BenchRunner.run(BenchPlan(addresses: []))
        }
    }
}
