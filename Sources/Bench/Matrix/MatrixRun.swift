import NIOCore
import Ring

/// One run of a matrix.
struct MatrixRun: Sendable {
    let plan: MatrixPlan
    let target: BenchTarget
    let field: MatrixField
    let keyPrefix: String
    let progress: @Sendable (MatrixProgress) -> Void

    private(set) var report: MatrixReport
    private let ledger = FreshnessLedger()
    private var state: MatrixProgress
    /// Keys that were or may have been inserted: all numbers below.
    private var keysMade = 0
    private var started: ContinuousClock.Instant?
    private var hot: HotKey?

    /// Keys among which one is looked for that the entrance holds no replica of.
    private static let hotKeyTriesMax = 200

    init(
        plan: MatrixPlan, target: BenchTarget, field: MatrixField,
        progress: @escaping @Sendable (MatrixProgress) -> Void
    ) {
        self.plan = plan
        self.target = target
        self.field = field
        self.progress = progress
        keyPrefix = plan.keyPrefix ?? KeyNames.ownPrefix()
        report = MatrixReport(plan: plan)
        report.nodes = target.nodes.map(\.name)
        report.through = field.entrances.map(\.name)
        let cells = plan.cells(hasCaches: target.hasCaches)
        state = MatrixProgress(
            stage: .loading, round: 1, cellsDone: 0, cellsTotal: cells.count * plan.rounds, done: 0,
            total: 0)
        if !target.isRingmaster {
            report.notes.append("this is no cluster of Ringmaster: no mechanism to choose from")
        } else if !target.hasCaches {
            report.notes.append("these nodes know no caches: no mechanism to choose from")
        }
    }

    /// Inserts the keys and measures all cells.
    mutating func all() async {
        do {
            try await insertKeys()
            try await findHotKey()
            started = .now
            let cells = plan.cells(hasCaches: target.hasCaches)
            for round in 0..<plan.rounds {
                state.round = round + 1
                // What drifts with time falls on each cell from both sides.
                for cell in round.isMultiple(of: 2) ? cells : cells.reversed() {
                    try Task.checkCancellation()
                    try await measure(cell, round: round)
                }
            }
        } catch is CancellationError {
            report.failure = "it was cancelled"
        } catch {
            report.failure = "\(error)"
        }
    }

    /// Puts settings back, deletes the keys and closes the connections.
    ///
    /// - Returns: the report, with what could not be put back.
    func cleaned() async -> MatrixReport {
        var report = report
        tell(.cleaning)
        do {
            try await target.restore()
        } catch {
            report.failure = report.failure ?? "the settings were not put back: \(error)"
        }
        do {
            try await field.close()
            try await hot?.writers?.close()
        } catch {
            report.failure = report.failure ?? "a connection was not closed: \(error)"
        }
        guard keysMade > 0 else { return report }
        let cleaner = KeyCleaner(
            addresses: target.nodes.map(\.line.address), keyPrefix: keyPrefix,
            keyCount: keysMade, patienceMilliseconds: plan.stallMilliseconds)
        let left = await cleaner.clean(on: field.group) { [self] in tell(.cleaning, $0) }
        report.failure = report.failure ?? left
        if let left, report.failure != left { report.notes.append(left) }
        return report
    }

    // MARK: - Keys

    private mutating func insertKeys() async throws {
        let count = plan.workloads.map { plan.keyCount(of: $0) }.max() ?? 0
        keysMade = count
        var keys = BenchPlan(addresses: plan.addresses)
        keys.keyPrefix = keyPrefix
        keys.operations = count
        keys.keyspace = count
        keys.clients = MatrixField.loaderCount
        keys.valueBytes = plan.valueBytes
        keys.seed = plan.seed
        keys.stallMilliseconds = plan.stallMilliseconds
        let outcome = try await field.loaders.run(Load(.insert, of: keys)) { [self] in
            tell(.loading, $0)
        }
        try outcome.requireService(BenchPhase.insert.rawValue)
    }

    // MARK: - The hot key

    /// The key that all want, and who writes it.
    struct HotKey: Sendable {
        var number: Int
        var writers: LoadGroup?
    }

    /// Looks for a key that the entrance holds no replica of, and connects its writer to its home.
    private mutating func findHotKey() async throws {
        guard plan.workloads.contains(.hotKey), let entrance = field.entrances.first else {
            return
        }
        var number = 0
        var home = entrance
        if target.isRingmaster {
            var roles: [String: Int] = [:]
            for candidate in 0..<min(plan.keys, Self.hotKeyTriesMax) where roles["none"] == nil {
                guard let role = try await entrance.line.role(ofKey: keyName(candidate)) else {
                    break
                }
                roles[role] = roles[role] ?? candidate
            }
            let role = ["none", "successor", "home"].first { roles[$0] != nil } ?? "home"
            number = roles[role] ?? 0
            report.hotKey = MatrixReport.HotKey(key: keyName(number), role: role)
            for node in target.nodes
            where try await node.line.role(ofKey: keyName(number)) == "home" {
                home = node
            }
        }
        hot = HotKey(number: number, writers: try await writers(at: home))
    }

    private func keyName(_ number: Int) -> String {
        KeyNames.name(number, prefix: keyPrefix)
    }

    private func writers(at home: BenchTarget.Node) async throws -> LoadGroup? {
        guard plan.writesPerSecond > 0 else { return nil }
        return try await LoadGroup.open(
            on: home.line.eventLoopGroup, to: [home.line.address], clients: 1,
            pipeline: BenchPlan.pipelineMax)
    }

    // MARK: - Cells

    private mutating func measure(_ cell: MatrixCellID, round: Int) async throws {
        state.cell = cell
        tell(.switching)
        do {
            try await prepare(cell)
        } catch BenchError.refused(let address, let why) {
            report.miss(cell, why: "\(address) refuses: \(why)")
            return finish()
        }
        var shape = plan.shape(of: cell.workload)
        shape.hotKey = hot?.number ?? 0
        shape.firstNewKey = keysMade
        if cell.workload == .ycsbD { keysMade += newKeysMax }
        let writers = cell.workload.hasWriters ? hot?.writers : nil
        let figures = try await measured(cell.workload, shape, writers)
        report.add(figures, of: cell, round: round)
        finish()
    }

    /// The most new keys of a cell: numbered by client in turn.
    private var newKeysMax: Int { plan.warmUpCount + plan.operations + 2 * plan.clients }

    private func prepare(_ cell: MatrixCellID) async throws {
        if target.hasCaches, let bytes = plan.cacheBytes(for: cell.workload) {
            try await target.set("cache-bytes", to: String(bytes))
        }
        try await target.begin(cell.coherence, cell.prefetching)
    }

    private func measured(
        _ workload: Workload, _ shape: WorkloadShape, _ writers: LoadGroup?
    ) async throws -> MatrixFigures {
        async let writing = write(shape.hotKey, by: writers)
        do {
            let warming = try await field.clients.run(
                load(shape, isWarmUp: true)
            ) { [self] in tell(.warming, $0) }
            try warming.requireService("warming up")
            let before = try await target.statuses()
            let writesBefore = try await writers?.counts().done ?? 0
            let outcome = try await field.clients.run(
                load(shape, isWarmUp: false)
            ) { [self] in tell(.measuring, $0) }
            let writes = try await (writers?.counts().done ?? 0) - writesBefore
            let counters = NodeCounters(from: before, to: try await target.statuses())
            writers?.finish()
            let written = try await writing
            try outcome.requireService(workload.rawValue)
            try written?.requireService("writing beside")
            return MatrixFigures(
                outcome, written: written, writes: writes + outcome.writeOperations,
                counters: counters, valueBytes: plan.valueBytes)
        } catch {
            writers?.finish()
            _ = try await writing
            throw error
        }
    }

    private func write(_ key: Int, by writers: LoadGroup?) async throws -> PhaseOutcome? {
        guard let writers else { return nil }
        let load = Load(
            phase: .update, total: Int.max, stallMilliseconds: plan.stallMilliseconds,
            rate: plan.writesPerSecond, ledger: ledger
        ) { [plan, keyPrefix] _ in
            RequestStream(
                updatesOf: key, count: Int.max, keyPrefix: keyPrefix, valueBytes: plan.valueBytes,
                seed: plan.seed)
        }
        return try await writers.run(load)
    }

    private func load(_ shape: WorkloadShape, isWarmUp: Bool) -> Load {
        let total = isWarmUp ? plan.warmUpCount : plan.operations
        let skipped = isWarmUp ? 0 : (plan.warmUpCount + plan.clients - 1) / plan.clients
        let isWritten = shape.workload.isMixed || shape.workload.hasWriters
        return Load(
            phase: .retrieve, total: total, stallMilliseconds: plan.stallMilliseconds,
            isMixed: true, rate: plan.rate, ledger: isWritten ? ledger : nil
        ) { [plan, keyPrefix] client in
            RequestStream(
                WorkloadStream(shape, client: client, skipped: skipped),
                count: RequestStream.share(of: total, client: client, clients: plan.clients),
                keyPrefix: keyPrefix, valueBytes: plan.valueBytes, seed: plan.seed ^ UInt64(client))
        }
    }

    // MARK: - Progress

    private func tell(_ stage: MatrixProgress.Stage, _ load: BenchProgress? = nil) {
        var state = state
        state.stage = stage
        if stage == .loading || stage == .cleaning { state.cell = nil }
        state.done = load?.done ?? 0
        state.total = load?.total ?? 0
        if let started, state.cellsDone > 0 {
            let each = (ContinuousClock.now - started) / .seconds(1) / Double(state.cellsDone)
            state.secondsLeft = each * Double(state.cellsTotal - state.cellsDone)
        }
        progress(state)
    }

    /// A cell is through.
    private mutating func finish() {
        state.cellsDone += 1
        var state = state
        state.stage = .measuring
        state.report = report
        progress(state)
    }
}

extension PhaseOutcome {
    /// Checks that a load went through to its end.
    ///
    /// - Throws: what ended it, or the first error when nothing but errors came.
    func requireService(_ what: String) throws {
        if let failure {
            if failure == "it was cancelled" { throw CancellationError() }
            throw BenchError.plan("\(what): \(failure)")
        }
        if operations == 0, let sample = errors.samples.first {
            throw BenchError.plan("\(what): \(sample)")
        }
    }
}
