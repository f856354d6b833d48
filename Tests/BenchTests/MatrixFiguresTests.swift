import Foundation
import NIOCore
import Ring
import Testing

@testable import Bench

@Suite("Figures of a matrix")
struct MatrixFiguresTests {
    private let base = MatrixCellID(workload: .hotKey, coherence: .off, prefetching: .off)
    private let other = MatrixCellID(workload: .hotKey, coherence: .ttl, prefetching: .markov)

    private func status(
        _ name: String, incarnation: Int = 1, milliseconds: Int, _ caches: CacheReport? = nil
    ) -> NodeStatus {
        NodeStatus(
            name: name, incarnation: incarnation, processorMilliseconds: milliseconds,
            caches: caches)
    }

    @Test("counters are added up over nodes and differ from those before")
    func counters() throws {
        var before = CacheReport()
        before.reads = 10
        before.messages.records = 3
        before.prefetches.guesses = 1
        var after = before
        after.reads = 110
        after.hits = 40
        after.messages.records = 8
        after.prefetches.guesses = 6
        let counters = try #require(
            NodeCounters(
                from: [
                    status("n1", milliseconds: 100, before), status("n2", milliseconds: 5, before),
                ],
                to: [
                    status("n1", milliseconds: 150, after), status("n2", milliseconds: 15, before),
                ]))
        #expect(counters.processorMilliseconds == 60)
        #expect(counters.caches?.reads == 100)
        #expect(counters.caches?.hits == 40)
        #expect(counters.caches?.messages.records == 5)
        #expect(counters.caches?.prefetches.guesses == 5)
    }

    @Test("a node that was started anew or is missing leaves no counters")
    func restarted() {
        let one = [status("n1", milliseconds: 1)]
        #expect(NodeCounters(from: one, to: [status("n1", incarnation: 2, milliseconds: 1)]) == nil)
        #expect(NodeCounters(from: one, to: []) == nil)
        #expect(NodeCounters(from: [], to: []) == nil)
        #expect(NodeCounters(from: one, to: one)?.caches == nil)
    }

    @Test("figures follow from counters by their formulas")
    func formulas() throws {
        var caches = CacheReport()
        caches.reads = 800
        caches.hits = 600
        caches.validated = 40
        caches.messages.readsForwarded = 200
        caches.messages.renewals = 10
        caches.messages.prefetches = 15
        caches.messages.writesForwarded = 20
        caches.messages.invalidations = 30
        caches.messages.records = 40
        caches.messages.pushes = 5
        caches.prefetches.guesses = 100
        caches.prefetches.fetched = 90
        caches.prefetches.used = 60
        caches.prefetches.late = 3
        caches.prefetches.wasted = 9
        caches.prefetches.bytes = 8_200
        let counters = try #require(
            NodeCounters(
                from: [status("n1", milliseconds: 0, CacheReport())],
                to: [status("n1", milliseconds: 33, caches)]))
        var outcome = PhaseOutcome()
        outcome.operations = 1_000
        outcome.first = .uptimeNanoseconds(0)
        outcome.last = .uptimeNanoseconds(500_000_000)
        let figures = MatrixFigures(
            outcome, written: nil, writes: 100, counters: counters, valueBytes: 64)
        #expect(figures.throughput == 2_000)
        #expect(figures.hitRate == 0.75)
        #expect(figures.validatedRate == 0.05)
        #expect(figures.messagesPerRead == 0.45)
        #expect(figures.messagesPerWrite == 1.85)
        #expect(figures.guesses == 100)
        #expect(figures.accuracy == 60.0 / 90)
        #expect(figures.coverage == 60.0 / 260)
        #expect(figures.late == 3 && figures.wasted == 9)
        #expect(figures.bytesPerRead == (165 * 89 + 8_200) / 1_000.0)
        #expect(figures.processorMicroseconds == 30)
        #expect(figures.p50 == nil && figures.staleMax == nil && figures.writeP50 == nil)
    }

    @Test("what cannot be had is nil and not zero")
    func nothing() {
        let figures = MatrixFigures(
            PhaseOutcome(), written: nil, writes: 0, counters: nil, valueBytes: 64)
        var nothing = MatrixFigures()
        nothing.misses = 0
        nothing.errors = 0
        #expect(figures == nothing)
    }

    @Test("staleness is reported where there are writers")
    func staleness() {
        var outcome = PhaseOutcome()
        outcome.operations = 100
        for _ in 0..<97 { outcome.staleness.record(0) }
        for _ in 0..<3 { outcome.staleness.record(20_000_000) }
        outcome.staleReads = 3
        let figures = MatrixFigures(
            outcome, written: PhaseOutcome(), writes: 1, counters: nil, valueBytes: 64)
        #expect(figures.staleReads == 3)
        #expect(abs((figures.staleP99 ?? 0) - 20) < 0.1)
        #expect(abs((figures.staleMax ?? 0) - 20) < 0.1)
    }

    @Test("medians are those of the rounds, of the stalest read the worst, ratios round by round")
    func medians() throws {
        var report = MatrixReport(plan: MatrixPlan(addresses: []))
        for (round, speeds) in [(10.0, 20.0), (40, 20), (10, 50)].enumerated() {
            var slow = MatrixFigures()
            slow.throughput = speeds.0
            slow.staleMax = speeds.0
            var quick = MatrixFigures()
            quick.throughput = speeds.1
            quick.staleMax = speeds.1
            // Every other round comes in reverse order.
            let pair = [(base, slow), (other, quick)]
            for (id, figures) in round.isMultiple(of: 2) ? pair : pair.reversed() {
                report.add(figures, of: id, round: round)
            }
        }
        let cell = try #require(report.cell(other))
        #expect(cell.figures.throughput == 20)
        #expect(cell.figures.staleMax == 50)
        #expect(cell.ratios.throughput == 2)
        #expect(cell.range(\.throughput) == 20...50)
        #expect(report.cell(base)?.ratios.throughput == 1)
        #expect(cell.figures.hitRate == nil && cell.ratios.hitRate == nil)
    }

    @Test("a plan's cells begin without mechanisms for each workload, and come once")
    func cells() {
        var plan = MatrixPlan(addresses: [])
        plan.workloads = [.uniform, .zipfian, .uniform]
        plan.coherences = [.invalidate, .off]
        plan.prefetchings = [.markov]
        let names = plan.cells().map { "\($0.workload.rawValue) \($0.name)" }
        #expect(
            names == [
                "uniform off", "uniform invalidate", "uniform invalidate × markov",
                "uniform off × markov", "zipfian off", "zipfian invalidate",
                "zipfian invalidate × markov", "zipfian off × markov",
            ])
        #expect(plan.cells(hasCaches: false).count == 2)
        #expect(MatrixPlan(addresses: []).cells().count == 6 * 25)
    }

    @Test("a scan has a key for each of its reads, whatever the numbers")
    func scanKeys() {
        for (operations, warmUp, clients) in [(1_000, 500, 16), (7, 0, 3), (100, 33, 7)] {
            var plan = MatrixPlan(addresses: [])
            plan.operations = operations
            plan.warmUp = warmUp
            plan.clients = clients
            for workload in [Workload.sequential, .strided] {
                let shape = plan.shape(of: workload)
                let each = (warmUp + operations + clients - 1) / clients
                var seen: Set<Int> = []
                for client in 0..<clients {
                    var stream = WorkloadStream(shape, client: client)
                    for _ in 0..<each { #expect(seen.insert(stream.next().key).inserted) }
                }
            }
        }
    }

    @Test("a number out of range is refused in words that name it")
    func limits() throws {
        var plan = MatrixPlan(addresses: [BenchAddress(host: "localhost", port: 1)])
        try plan.validate()
        plan.valueBytes = 8
        #expect(
            throws: BenchError.plan("the value's size in bytes must be 16 to 67108864, not 8")
        ) { try plan.validate() }
        plan.valueBytes = 16
        plan.cacheShare = 0
        #expect(throws: BenchError.self) { try plan.validate() }
        plan.cacheShare = nil
        plan.workloads = []
        #expect(throws: BenchError.plan("there is no workload")) { try plan.validate() }
    }

    @Test("table, CSV, JSON and picture hold each cell")
    func forms() throws {
        var plan = MatrixPlan(addresses: [])
        plan.workloads = [.hotKey]
        var report = MatrixReport(plan: plan)
        report.nodes = ["n1", "n2"]
        report.through = ["n1"]
        var figures = MatrixFigures()
        figures.throughput = 12_345.4
        figures.p50 = 80.2
        report.add(figures, of: base, round: 0)
        figures.throughput = 24_690.8
        figures.hitRate = 0.987
        report.add(figures, of: other, round: 0)
        report.miss(
            MatrixCellID(workload: .hotKey, coherence: .update, prefetching: .off), why: "refused")
        report.failure = "it was cancelled"
        let lines = report.text.split(separator: "\n").map { String($0) }
        #expect(lines.contains("              per second  × off  p50 µs    hits"))
        #expect(lines.contains("off               12,345   1.00      80       –"))
        #expect(lines.contains("ttl × markov      24,691   2.00      80  98.7 %"))
        #expect(lines.contains("update: refused"))
        #expect(lines.last == "The run ended early: it was cancelled.")
        #expect(
            report.csv.split(separator: "\n").contains(
                "hot-key,ttl,markov,throughput,24690.8,24690.8,24690.8,2.0"))
        let json = try report.json()
        #expect(try JSONDecoder().decode(MatrixReport.self, from: Data(json.utf8)) == report)
        let svg = report.svg()
        for part in ["hot-key: throughput", "hot-key: median read", "markov", ">ttl</text>"] {
            #expect(svg.contains(part))
        }
    }
}
