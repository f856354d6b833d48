import NIOCore
import NIOPosix

/// Puts load on a server that speaks the Redis protocol, and measures how it bears it.
///
/// Every connection keeps a fixed number of requests under way and sends the next ones as answers
/// arrive. A latency is the time from handing a request to the socket to reading its answer.
public enum BenchRunner {
    /// Between two reports of progress.
    public static let progressInterval = Duration.milliseconds(100)

    /// Runs all phases of a plan, one after the other, over the same connections.
    ///
    /// A connection that dies, a server that stops answering and a cancelled task end the run; the
    /// report then says why, and counts the requests whose fate is unknown.
    ///
    /// - Parameters:
    ///   - plan: what to do.
    ///   - progress: told at most ten times a second how far the phase has come.
    /// - Returns: what was measured, also when the run ended early.
    /// - Throws: ``BenchError`` when the plan is wrong or a connection does not come about.
    public static func run(
        _ plan: BenchPlan, progress: @escaping @Sendable (BenchProgress) -> Void = { _ in }
    ) async throws -> BenchReport {
        try plan.validate()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: min(plan.threads, plan.clients))
        do {
            let report = try await run(plan, on: group, progress)
            try await group.shutdownGracefully()
            return report
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private static func run(
        _ plan: BenchPlan, on group: MultiThreadedEventLoopGroup,
        _ progress: @escaping @Sendable (BenchProgress) -> Void
    ) async throws -> BenchReport {
        var loops: [BenchLoop] = []
        for eventLoop in group.makeIterator() {
            loops.append(try await BenchLoop.make(on: eventLoop, plan: plan))
        }
        for client in 0..<plan.clients {
            let address = plan.addresses[client % plan.addresses.count]
            try await loops[client % loops.count].connect(
                client: client, to: address, pipeline: plan.pipeline)
        }
        var report = BenchReport(plan: plan, phases: [])
        for phase in plan.phases where report.failure == nil {
            let outcome = try await run(phase, of: plan, on: loops, progress)
            report.phases.append(outcome.result(phase))
            report.failure = outcome.failure
        }
        for loop in loops { try await loop.close() }
        return report
    }

    /// Runs one phase on all loops; the first that fails ends it on the others.
    private static func run(
        _ phase: BenchPhase, of plan: BenchPlan, on loops: [BenchLoop],
        _ progress: @escaping @Sendable (BenchProgress) -> Void
    ) async throws -> PhaseOutcome {
        try await withThrowingTaskGroup(of: PhaseOutcome?.self) { group in
            for loop in loops { group.addTask { try await loop.run(phase) } }
            group.addTask {
                try await watch(phase, of: plan, on: loops, progress)
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

    /// Reports progress until the phase is over, and ends it when no answers come any more.
    private static func watch(
        _ phase: BenchPhase, of plan: BenchPlan, on loops: [BenchLoop],
        _ progress: @Sendable (BenchProgress) -> Void
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var latest = (done: 0, time: start)
        while true {
            do {
                try await clock.sleep(for: progressInterval)
            } catch {
                // The phase is over, or the caller gave up; in the second case it has to be told.
                for loop in loops { loop.stop("it was cancelled") }
                return
            }
            var total = (done: 0, errors: 0)
            for loop in loops {
                let counts = try await loop.counts()
                total = (total.done + counts.done, total.errors + counts.errors)
            }
            let now = clock.now
            if total.done != latest.done { latest = (total.done, now) }
            progress(
                BenchProgress(
                    phase: phase, done: total.done, total: plan.operationCount(of: phase),
                    errors: total.errors, seconds: (now - start) / .seconds(1)))
            if now - latest.time >= .milliseconds(plan.stallMilliseconds) {
                let reason = "no answer came for \(plan.stallMilliseconds) ms"
                for loop in loops { loop.stop(reason) }
                return
            }
        }
    }
}
