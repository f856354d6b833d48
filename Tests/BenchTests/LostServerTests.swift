import Testing

@testable import Bench

@Suite("A bench whose servers die", .timeLimit(.minutes(1)))
struct LostServerTests {
    private func plan(_ servers: TestServer...) -> BenchPlan {
        var plan = BenchPlan(addresses: servers.map(\.address))
        plan.clients = 7
        plan.pipeline = 3
        plan.operations = 1_000
        plan.phases = [.insert, .delete]
        return plan
    }

    @Test(
        "the connections of a server that dies go on at the others, and what was under way is unknown"
    )
    func oneOfTwo() async throws {
        try await TestServer.with(.dieAfter(100)) { dying in
            try await TestServer.with(.serve) { other in
                let report = try await BenchRunner.run(plan(dying, other))
                #expect(report.failure == nil && report.left == nil)
                #expect(report.lost == [dying.address])
                let insertion = try #require(report.phases.first)
                #expect((1...12).contains(insertion.unknown))
                #expect(insertion.operations + insertion.unknown == 1_000)
                #expect(report.phases.count == 2)
                #expect(report.text.contains("\(dying.address) was lost"))
                #expect(try await other.counts().keys == 0)
            }
        }
    }

    @Test("requests that fell due while a connection was moved are made up for at a fixed rate")
    func openLoop() async throws {
        try await TestServer.with(.dieAfter(100)) { dying in
            try await TestServer.with(.serve) { other in
                var plan = plan(dying, other)
                plan.rate = 5_000
                let report = try await BenchRunner.run(plan)
                #expect(report.failure == nil)
                let insertion = try #require(report.phases.first)
                #expect(insertion.operations + insertion.unknown == 1_000)
            }
        }
    }

    @Test("a server that accepts no connection is left out, and named")
    func absent() async throws {
        try await TestServer.with(.serve) { absent in
            try await absent.close()
            try await TestServer.with(.serve) { other in
                let report = try await BenchRunner.run(plan(absent, other))
                #expect(report.failure == nil)
                #expect(report.lost == [absent.address])
                #expect(report.phases.map(\.operations) == [1_000, 1_000])
            }
        }
    }

    @Test("when the last server has died the run ends, and says which keys may be left")
    func all() async throws {
        try await TestServer.with(.dieAfter(100)) { first in
            try await TestServer.with(.dieAfter(100)) { second in
                let report = try await BenchRunner.run(plan(first, second))
                #expect(report.failure?.contains("no other server accepts") == true)
                #expect(Set(report.lost) == [first.address, second.address])
                let prefix = try #require(report.plan.keyPrefix)
                #expect(report.left?.hasPrefix("some keys \(prefix)* may be left") == true)
            }
        }
    }

    @Test("servers that accept connections and close them at once do not keep it going for ever")
    func fruitless() async throws {
        try await TestServer.with(.closeAfter(0)) { first in
            try await TestServer.with(.closeAfter(0)) { second in
                let report = try await BenchRunner.run(plan(first, second))
                #expect(report.failure?.contains("closed the connection") == true)
                #expect(report.phases.map(\.operations) == [0])
            }
        }
    }
}

@Suite("The keys of a bench", .timeLimit(.minutes(1)))
struct OwnKeysTests {
    private func plan(_ server: TestServer, _ phases: [BenchPhase]) -> BenchPlan {
        var plan = BenchPlan(addresses: [server.address])
        plan.clients = 5
        plan.operations = 2_000
        plan.phases = phases
        return plan
    }

    @Test("two runs have keys of their own")
    func own() async throws {
        try await TestServer.with(.serve) { server in
            let plan = plan(server, [.insert])
            let prefixes = [
                try await BenchRunner.run(plan).plan.keyPrefix ?? "",
                try await BenchRunner.run(plan).plan.keyPrefix ?? "",
            ]
            #expect(prefixes.allSatisfy { $0.hasPrefix("bench:") && $0.hasSuffix(":") })
            #expect(prefixes[0] != prefixes[1])
            #expect(try await server.counts().keys == 0)
        }
    }

    @Test("keys that are asked for are inserted before it, and deleted afterwards")
    func prepared() async throws {
        try await TestServer.with(.serve) { server in
            let report = try await BenchRunner.run(plan(server, [.retrieve]))
            #expect(report.phases.map(\.name) == [.retrieve])
            #expect(report.phases.map(\.misses) == [0])
            #expect(report.phases.map(\.operations) == [2_000])
            #expect(try await server.counts().keys == 0)
        }
    }

    @Test("a cancelled run deletes its keys, and reports what it had measured")
    func cancelled() async throws {
        try await TestServer.with(.serve) { server in
            var plan = plan(server, BenchPhase.allCases)
            plan.rate = 500
            let (progress, told) = AsyncStream.makeStream(of: BenchProgress.self)
            let run = Task { [plan] in try await BenchRunner.run(plan) { told.yield($0) } }
            for await step in progress where step.done > 0 { break }
            run.cancel()
            let report = try await run.value
            #expect(report.failure == "it was cancelled")
            #expect(report.left == nil)
            #expect(report.phases.first.map { $0.operations > 0 } == true)
            #expect(try await server.counts().keys == 0)
        }
    }
}
