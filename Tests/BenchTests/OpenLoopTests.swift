import NIOCore
import Testing

@testable import Bench

@Suite("An open loop", .timeLimit(.minutes(1)))
struct OpenLoopTests {
    @Test("requests fall due in turn, at the rate of all clients together")
    func pace() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var dues: [UInt64] = []
        for client in 0..<4 {
            var pace = Pace(start: start, client: client, clients: 4, rate: 1_000)
            for _ in 0..<25 { dues.append(pace.next().uptimeNanoseconds) }
        }
        let expected = (0..<100).map { 1_000_000_000 + UInt64($0) * 1_000_000 }
        #expect(dues.sorted() == expected)
    }

    @Test("nothing is sent before it falls due")
    func rate() async throws {
        try await TestServer.with(.serve) { server in
            var plan = BenchPlan(addresses: [server.address])
            plan.clients = 3
            plan.operations = 100
            plan.phases = [.insert]
            plan.rate = 1_000
            let report = try await BenchRunner.run(plan)
            #expect(report.phases.map(\.operations) == [100])
            // The last one falls due 99 ms after the first.
            #expect(report.phases[0].seconds >= 0.098)
        }
    }

    @Test("a server that stands still is charged for all that it kept waiting")
    func noCoordinatedOmission() async throws {
        try await TestServer.with(.lateFirst(300)) { server in
            var plan = BenchPlan(addresses: [server.address])
            plan.clients = 1
            plan.operations = 100
            plan.phases = [.insert]
            let closed = try await BenchRunner.run(plan)
            plan.rate = 1_000
            let open = try await BenchRunner.run(plan)
            // In a closed loop one request waits; in an open one all that fell due in 100 ms do.
            #expect(closed.phases[0].max >= 290_000)
            #expect(open.phases[0].max >= 290_000)
            #expect(open.phases[0].p50 >= 200_000)
            #expect(open.phases[0].operations == 100)
        }
    }

    @Test(
        "a workload takes the phases' place, and leaves no key behind",
        arguments: Workload.allCases)
    func workload(_ workload: Workload) async throws {
        try await TestServer.with(.serve) { server in
            var plan = BenchPlan(addresses: [server.address])
            plan.clients = 3
            plan.operations = 500
            plan.keyspace = 60
            plan.workload = workload
            let report = try await BenchRunner.run(plan)
            #expect(report.failure == nil)
            let names = report.phases.map(\.name)
            let writes: [BenchPhase] =
                workload == .ycsbD ? [.insert] : workload.isMixed ? [.update] : []
            #expect(names == [.insert, .retrieve] + writes + [.delete])
            #expect(report.phases[1].misses == 0)
            let requests = report.phases.dropFirst().dropLast().reduce(0) { $0 + $1.operations }
            #expect(requests == 500)
            #expect(try await server.counts().keys == 0)
        }
    }
}
