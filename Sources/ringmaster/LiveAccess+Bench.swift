import Bench
import Client
import Dashboard
import Ring
import Synchronization

/// Benches, asked for by the dashboard.
extension LiveAccess {
    func bench(
        _ wish: BenchWish, news: @escaping @Sendable (BenchNews) -> Void
    ) async -> Result<BenchTable, AccessFailure> {
        await saying {
            let addresses = try await servingAddresses()
            switch wish.measure {
            case .operations, .workload:
                let entrances = addresses.filter { wish.through == nil || $0.name == wish.through }
                guard !entrances.isEmpty else {
                    throw AccessFailure("\(wish.through ?? "no node") does not serve")
                }
                return try await load(
                    wish, entrances.map(\.address), all: addresses.map(\.address), news)
            case .coherence, .prefetching, .both:
                return try await matrix(wish, addresses.map(\.address), news)
            }
        }
    }

    private func servingAddresses() async throws -> [(name: String, address: BenchAddress)] {
        let epoch = try await client.newestEpoch().get()
        let serving = epoch.members.filter { $0.state == .up || $0.state == .leaving }
        return serving.map { ($0.name, BenchAddress(host: $0.host, port: $0.port)) }
    }

    // MARK: Phases and single workloads

    private func load(
        _ wish: BenchWish, _ entrances: [BenchAddress], all: [BenchAddress],
        _ news: @escaping @Sendable (BenchNews) -> Void
    ) async throws -> BenchTable {
        var plan = BenchPlan(addresses: entrances)
        plan.operations = wish.operations
        plan.clients = wish.clients
        plan.valueBytes = wish.valueBytes
        plan.workload = wish.measure == .workload ? try Workload(wish.workload) : nil
        plan.spareAddresses = all
        let watch = BenchWatch(stages: plan.workload == nil ? plan.phases.count : 3)
        return BenchTable(try await BenchRunner.run(plan) { news(watch.news($0)) })
    }

    // MARK: Mechanisms

    private func matrix(
        _ wish: BenchWish, _ addresses: [BenchAddress],
        _ news: @escaping @Sendable (BenchNews) -> Void
    ) async throws -> BenchTable {
        var plan = MatrixPlan(addresses: addresses)
        plan.through = wish.through ?? "all"
        plan.workloads = [try Workload(wish.workload)]
        plan.coherences = wish.measure == .prefetching ? [.invalidate] : Coherence.allCases
        plan.prefetchings = wish.measure == .coherence ? [.off] : Prefetching.allCases
        plan.operations = wish.operations
        plan.clients = wish.clients
        plan.valueBytes = wish.valueBytes
        let watch = MatrixWatch()
        return BenchTable(try await MatrixRunner.run(plan) { news(watch.news($0)) })
    }
}

extension Workload {
    /// The bench's word for a workload.
    fileprivate init(_ workload: BenchWish.Workload) throws {
        guard let found = Workload(rawValue: workload.rawValue) else {
            throw AccessFailure("the bench knows no workload \(workload.rawValue)")
        }
        self = found
    }
}

/// Makes news of phases: how much of all is done, and how fast it goes at the moment.
private final class BenchWatch: Sendable {
    private struct State {
        var stage = -1
        var last: BenchProgress?
        var rate: Double?
    }

    private let stages: Int
    private let state = Mutex(State())

    init(stages: Int) { self.stages = stages }

    func news(_ progress: BenchProgress) -> BenchNews {
        state.withLock { state in
            if state.last?.phase != progress.phase || progress.done < state.last?.done ?? 0 {
                state.stage += 1
                state.last = nil
                state.rate = nil
            }
            let seconds = progress.seconds - (state.last?.seconds ?? 0)
            if seconds > 0 {
                state.rate = Double(progress.done - (state.last?.done ?? 0)) / seconds
            }
            state.last = progress
            let share = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 0
            let errors = progress.errors > 0 ? ", \(progress.errors) errors" : ""
            return BenchNews(
                stage: "\(progress.phase.rawValue): \(Shown.number(progress.done)) of "
                    + "\(Shown.number(progress.total))\(errors)",
                share: (Double(max(0, state.stage)) + share) / Double(stages),
                perSecond: state.rate)
        }
    }
}

/// Makes news of a matrix, with all that is measured so far.
private final class MatrixWatch: Sendable {
    private struct State {
        var stage: MatrixProgress.Stage?
        var done = 0
        var at = ContinuousClock.now
        var rate: Double?
        var table: BenchTable?
    }

    private let state = Mutex(State())

    func news(_ progress: MatrixProgress) -> BenchNews {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.stage != progress.stage || progress.done < state.done {
                (state.stage, state.done, state.at, state.rate) = (progress.stage, 0, now, nil)
            }
            let seconds = (now - state.at) / .seconds(1)
            if progress.done > state.done, seconds > 0 {
                state.rate = Double(progress.done - state.done) / seconds
                (state.done, state.at) = (progress.done, now)
            }
            if let report = progress.report { state.table = BenchTable(report) }
            let cells = Double(max(1, progress.cellsTotal))
            return BenchNews(
                stage: progress.words, share: Double(progress.cellsDone) / cells,
                perSecond: progress.total > 0 ? state.rate : nil,
                secondsLeft: progress.secondsLeft, table: state.table)
        }
    }
}

extension MatrixProgress {
    fileprivate var words: String {
        guard let cell else {
            return stage == .cleaning ? "putting everything back" : "\(stage.rawValue) keys"
        }
        return "\(min(cellsDone + 1, cellsTotal)) of \(cellsTotal)  \(cell.words)  "
            + stage.rawValue
    }
}

extension MatrixCellID {
    /// Both mechanisms; what is off goes without saying beside the other.
    fileprivate var words: String {
        prefetching == .off ? coherence.rawValue : "\(coherence.rawValue)+\(prefetching.rawValue)"
    }
}

extension BenchTable {
    /// The phases of a bench, latencies in milliseconds.
    fileprivate init(_ report: BenchReport) {
        let columns: [(Column, (PhaseResult) -> Double)] = [
            (Column("ops/s", "operations per second"), \.throughput),
            (Column("p50 ms", "half of the answers came within it", digits: 2), { $0.p50 / 1e3 }),
            (Column("p90 ms", "90 % of the answers did", digits: 2), { $0.p90 / 1e3 }),
            (Column("p99 ms", "99 % of the answers did", digits: 2), { $0.p99 / 1e3 }),
            (Column("p99.9 ms", "99.9 % of the answers did", digits: 2), { $0.p999 / 1e3 }),
            (Column("max ms", "the slowest answer", digits: 2), { $0.max / 1e3 }),
            (Column("errors", "answered with an error"), { Double($0.errors) }),
            (Column("unknown", "never answered"), { Double($0.unknown) }),
        ]
        let plan = report.plan
        self.init(
            title: plan.workload?.rawValue ?? "insertion, retrieval, update, deletion",
            columns: columns.map(\.0),
            rows: report.phases.map { phase in
                Row(name: phase.name.rawValue, figures: columns.map { $0.1(phase) })
            })
        notes = report.phases.flatMap { phase in
            phase.errorSamples.prefix(1).map { "\(phase.name.rawValue): for example \($0)" }
        }
        notes += report.lost.map { "\($0) was lost; what was under way there is unknown" }
        notes += [report.left].compactMap(\.self)
        failure = report.failure
    }

    /// The cells of a matrix of one workload.
    fileprivate init(_ report: MatrixReport) {
        func percent(_ share: Double?) -> Double? { share.map { 100 * $0 } }
        let columns: [(Column, (MatrixCell) -> Double?)] = [
            (Column("ops/s", "operations per second"), { $0.figures.throughput }),
            (
                Column("x off", "throughput over that without mechanisms", digits: 2),
                { $0.ratios.throughput }
            ),
            (Column("hit %", "reads from a copy", digits: 1), { percent($0.figures.hitRate) }),
            (
                Column("msg/r", "messages per read", digits: 2),
                { $0.figures.messagesPerRead }
            ),
            (
                Column("msg/w", "messages per write", digits: 2),
                { $0.figures.messagesPerWrite }
            ),
            (Column("p50 ms", "of reads", digits: 2), { $0.figures.p50.map { $0 / 1e3 } }),
            (Column("p99 ms", "of reads", digits: 2), { $0.figures.p99.map { $0 / 1e3 } }),
            (
                Column("stale ms", "the stalest read", digits: 1),
                { $0.figures.staleMax }
            ),
            (Column("accur %", "guesses used", digits: 1), { percent($0.figures.accuracy) }),
            (Column("cover %", "misses spared", digits: 1), { percent($0.figures.coverage) }),
            (
                Column("CPU us", "microseconds of all nodes per operation", digits: 1),
                { $0.figures.processorMicroseconds }
            ),
            (Column("errors", "answered with an error"), { $0.figures.errors }),
        ]
        let workload = report.plan.workloads.first?.rawValue ?? ""
        self.init(
            title: "\(workload) through \(report.through.joined(separator: " "))",
            columns: columns.map(\.0),
            rows: report.cells.map { cell in
                Row(name: cell.id.words, figures: columns.map { $0.1(cell) })
            })
        notes = report.cells.compactMap { cell in
            cell.problem.map { "\(cell.id.words): \($0)" }
        }
        notes += report.notes
        if let hot = report.hotKey {
            notes.append("the hot key is \(hot.key); its role at the entrance: \(hot.role)")
        }
        failure = report.failure
    }
}
