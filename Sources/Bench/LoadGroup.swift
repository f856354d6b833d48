import NIOCore
import NIOPosix

/// Connections that carry out one load after the other, spread over event loops.
struct LoadGroup: Sendable {
    private let loops: [BenchLoop]

    /// Opens connections.
    ///
    /// - Parameters:
    ///   - group: the event loops; a connection each in turn.
    ///   - addresses: where to, in turn; at least one. A server that does not accept a connection,
    ///     or dies, is left out as long as there are others.
    ///   - clients: how many.
    ///   - pipeline: how many requests each keeps under way at most.
    /// - Returns: the connections.
    /// - Throws: ``BenchError/connect(_:_:)`` when no server accepts a connection.
    static func open(
        on group: any EventLoopGroup, to addresses: [BenchAddress], clients: Int, pipeline: Int
    ) async throws -> LoadGroup {
        let servers = BenchServers(addresses: addresses, pipeline: pipeline, clients: clients)
        var loops: [BenchLoop] = []
        for eventLoop in group.makeIterator().prefix(clients) {
            loops.append(try await BenchLoop.make(on: eventLoop, servers: servers))
        }
        let opened = LoadGroup(loops: loops)
        do {
            for client in 0..<clients {
                try await loops[client % loops.count].open(client: client)
            }
        } catch {
            try await opened.close()
            throw error
        }
        return opened
    }

    /// Carries a load out; the first event loop that fails ends it on the others.
    ///
    /// - Parameters:
    ///   - load: what to do.
    ///   - progress: told at most ten times a second how far it has come.
    /// - Returns: what was counted, also when the load ended early.
    /// - Throws: that the event loops have ended.
    func run(
        _ load: Load, progress: @escaping @Sendable (BenchProgress) -> Void = { _ in }
    ) async throws -> PhaseOutcome {
        try await withThrowingTaskGroup(of: PhaseOutcome?.self) { group in
            for loop in loops { group.addTask { try await loop.run(load) } }
            group.addTask {
                try await watch(load, progress)
                return nil
            }
            var outcome = PhaseOutcome()
            var running = loops.count
            while running > 0, let next = try await group.next() {
                guard let next else { continue }
                running -= 1
                outcome.add(next)
                if let reason = next.failure { for loop in loops { loop.stop(reason) } }
            }
            group.cancelAll()
            return outcome
        }
    }

    /// Asks for nothing more; the load that runs ends when what is under way is answered.
    func finish() {
        for loop in loops { loop.finish() }
    }

    /// What is counted of the load that runs: answers and, among them, errors.
    func counts() async throws -> (done: Int, errors: Int) {
        var total = (done: 0, errors: 0)
        for loop in loops {
            let counts = try await loop.counts()
            total = (total.done + counts.done, total.errors + counts.errors)
        }
        return total
    }

    /// The servers that did not accept a connection, or lost one.
    func lost() async throws -> [BenchAddress] {
        var lost: [BenchAddress] = []
        for loop in loops { lost += try await loop.lost() }
        return lost.uniqued
    }

    /// Closes all connections.
    func close() async throws {
        for loop in loops { try await loop.close() }
    }

    /// Reports progress until the load is through, and ends it when no answers come any more.
    private func watch(
        _ load: Load, _ progress: @Sendable (BenchProgress) -> Void
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var latest = (done: 0, time: start)
        while true {
            do {
                try await clock.sleep(for: BenchRunner.progressInterval)
            } catch {
                // The load is through, or the caller gave up; in the second case it has to be told.
                for loop in loops { loop.stop("it was cancelled") }
                return
            }
            let total = try await counts()
            let now = clock.now
            if total.done != latest.done { latest = (total.done, now) }
            progress(
                BenchProgress(
                    phase: load.phase, done: total.done, total: load.total, errors: total.errors,
                    seconds: (now - start) / .seconds(1)))
            if now - latest.time >= .milliseconds(load.stallMilliseconds) {
                let reason = "no answer came for \(load.stallMilliseconds) ms"
                for loop in loops { loop.stop(reason) }
                return
            }
        }
    }
}
