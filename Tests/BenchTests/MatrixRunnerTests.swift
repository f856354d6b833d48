import Ring
import Synchronization
import Testing

@testable import Bench

@Suite("Running a matrix", .timeLimit(.minutes(1)))
struct MatrixRunnerTests {
    private func plan(_ server: TestServer) -> MatrixPlan {
        var plan = MatrixPlan(addresses: [server.address])
        plan.workloads = [.hotKey, .uniform]
        plan.coherences = [.invalidate]
        plan.prefetchings = [.markov]
        plan.operations = 400
        plan.warmUp = 100
        plan.keys = 50
        plan.clients = 3
        plan.rounds = 2
        return plan
    }

    @Test("each cell is switched to, from empty caches on, measured, and all is put back")
    func wholeRun() async throws {
        try await TestServer.with(.node(TestNode())) { server in
            let report = try await MatrixRunner.run(plan(server))
            #expect(report.failure == nil)
            #expect(report.nodes == ["n1"] && report.through == ["n1"])
            #expect(report.hotKey?.key.hasSuffix(":000000000001") == true)
            #expect(report.hotKey?.role == "none")
            #expect(report.cells.count == 6)
            for cell in report.cells {
                #expect(cell.rounds.count == 2)
                #expect((cell.figures.throughput ?? 0) > 0)
                #expect(cell.figures.messagesPerRead == 2)
                let isCached = cell.id.coherence != .off
                #expect((cell.figures.hitRate ?? -1) > (isCached ? 0.4 : -0.1))
                #expect(cell.ratios.throughput != nil)
                #expect((cell.figures.staleMax == nil) == (cell.id.workload == .uniform))
            }
            let commands = try await server.commands().filter { $0.hasPrefix("CONFIG") }
            let first = try #require(
                commands.firstIndex(of: "CONFIG SET coherence invalidate"))
            #expect(
                commands[..<first].suffix(2) == [
                    "CONFIG SET coherence off", "CONFIG SET prefetching off",
                ])
            #expect(commands.suffix(3) == Self.restored)
            #expect(try await server.counts().keys == 0)
        }
    }

    private static let restored = [
        "CONFIG SET coherence ttl", "CONFIG SET prefetching popular",
        "CONFIG SET cache-bytes 1000",
    ]

    @Test("a server that answers old values is found out, one that does not is not")
    func staleness() async throws {
        for isStale in [true, false] {
            try await TestServer.with(.node(TestNode(isStale: isStale))) { server in
                var plan = plan(server)
                plan.workloads = [.ycsbA]
                plan.coherences = []
                plan.prefetchings = []
                plan.rounds = 1
                let report = try await MatrixRunner.run(plan)
                let figures = try #require(report.cells.first?.figures)
                #expect((figures.staleReads ?? -1 > 0) == isStale)
                #expect((figures.staleMax ?? -1 > 0) == isStale)
                #expect(figures.writeP50 ?? 0 > 0)
            }
        }
    }

    @Test("progress tells stages and cells, and each finished cell's report")
    func progress() async throws {
        try await TestServer.with(.node(TestNode())) { server in
            let told = Mutex<[MatrixProgress]>([])
            let report = try await MatrixRunner.run(plan(server)) { step in
                told.withLock { $0.append(step) }
            }
            let steps = told.withLock { $0 }
            let reports = steps.compactMap(\.report)
            #expect(reports.count == 12)
            #expect(reports.last?.cells == report.cells)
            #expect(steps.filter { $0.report != nil }.map(\.cellsDone) == Array(1...12))
            #expect(steps.allSatisfy { $0.cellsTotal == 12 })
            #expect(steps.last?.stage == .cleaning)
            #expect(steps.contains { $0.stage == .switching && $0.cell?.name == "invalidate" })
        }
    }

    @Test("a mechanism that is refused leaves its cells empty, and the others are measured")
    func refused() async throws {
        try await TestServer.with(.node(TestNode(refused: .invalidate))) { server in
            let report = try await MatrixRunner.run(plan(server))
            #expect(report.failure == nil)
            for cell in report.cells {
                #expect((cell.problem != nil) == (cell.id.coherence == .invalidate))
                #expect((cell.figures.throughput != nil) == (cell.id.coherence == .off))
            }
            #expect(
                report.cells.compactMap(\.problem).first?.contains(
                    "CONFIG SET coherence invalidate: ERR invalidate is not to be had") == true)
        }
    }

    @Test("another server is measured without mechanisms, and nothing is asked of it to switch")
    func otherServer() async throws {
        try await TestServer.with(.serve) { server in
            let report = try await MatrixRunner.run(plan(server))
            #expect(report.failure == nil)
            #expect(report.cells.map(\.id.name) == ["off", "off"])
            #expect(report.cells.allSatisfy { $0.figures.hitRate == nil })
            #expect(report.cells.allSatisfy { $0.figures.processorMicroseconds == nil })
            #expect(report.notes.count == 1)
            #expect(try await server.counts().keys == 0)
        }
    }

    @Test("a node that knows no caches is measured without mechanisms")
    func oldNode() async throws {
        try await TestServer.with(.node(TestNode(hasCaches: false))) { server in
            let report = try await MatrixRunner.run(plan(server))
            #expect(report.cells.map(\.id.name) == ["off", "off"])
            #expect(report.cells.allSatisfy { $0.figures.processorMicroseconds != nil })
            #expect(try await !server.commands().contains { $0.hasPrefix("CONFIG") })
        }
    }

    @Test("a cancelled run puts settings back and deletes its keys")
    func cancelled() async throws {
        try await TestServer.with(.node(TestNode(readsMax: 700))) { server in
            var plan = plan(server)
            // So many that their deletion takes several turns.
            plan.keys = 2_000
            let (progress, told) = AsyncStream.makeStream(of: MatrixProgress.self)
            let run = Task { [plan] in try await MatrixRunner.run(plan) { told.yield($0) } }
            for await step in progress where step.cellsDone == 1 && step.done > 0 { break }
            run.cancel()
            let report = try await run.value
            #expect(report.failure == "it was cancelled")
            #expect(report.cells.count == 1)
            let commands = try await server.commands().filter { $0.hasPrefix("CONFIG") }
            #expect(commands.suffix(3) == Self.restored)
            #expect(try await server.counts().keys == 0)
        }
    }

    @Test("a node is found by its name and by its address")
    func entrances() async throws {
        try await TestServer.with(.node(TestNode())) { server in
            for through in ["n1", "all", server.address.description] {
                let found = try await BenchRunner.entrances(through, from: [server.address])
                #expect(found == [server.address])
            }
        }
    }

    @Test("a node that is not there is named, with those that are")
    func unknownNode() async throws {
        try await TestServer.with(.node(TestNode())) { server in
            var plan = plan(server)
            plan.through = "n7"
            await #expect(
                throws: BenchError.plan("there is no node n7 to read through; there are n1")
            ) { try await MatrixRunner.run(plan) }
        }
    }
}
