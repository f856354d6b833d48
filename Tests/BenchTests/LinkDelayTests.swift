import Testing

@testable import Bench

@Suite("Slow links", .timeLimit(.minutes(1)))
struct LinkDelayTests {
    @Test("every request takes at least the delay of both ways, and nothing is lost")
    func delay() async throws {
        try await TestServer.with(.serve) { server in
            let links = try await LinkDelay(
                microseconds: 5_000, nodes: [("a", server.address), ("b", server.address)])
            let entrance = try #require(links.address(from: "a", to: "b"))
            #expect(links.address(from: "a", to: "a") == nil)
            #expect(links.arguments(of: "a") == ["--peer", "b=\(entrance)"])
            var plan = BenchPlan(addresses: [entrance])
            plan.clients = 4
            plan.pipeline = 8
            plan.operations = 400
            plan.valueBytes = 100_000
            let report = try await BenchRunner.run(plan)
            #expect(report.failure == nil)
            #expect(report.phases.map(\.operations) == [400, 400, 400, 400])
            #expect(report.phases.allSatisfy { $0.misses == 0 && $0.errors == 0 })
            #expect(report.phases.allSatisfy { $0.p50 >= 10_000 })
            try await links.close()
        }
    }

    @Test("a connection's end travels, too, and a node that is not there refuses")
    func ends() async throws {
        try await TestServer.with(.closeAfter(2)) { server in
            let links = try await LinkDelay(
                microseconds: 1_000, nodes: [("a", server.address), ("b", server.address)])
            var plan = BenchPlan(addresses: [try #require(links.address(from: "b", to: "a"))])
            plan.clients = 1
            plan.operations = 10
            let report = try await BenchRunner.run(plan)
            #expect(report.failure?.contains("closed the connection") == true)
            #expect(report.phases.map(\.operations) == [2])
            try await links.close()
        }
    }
}
