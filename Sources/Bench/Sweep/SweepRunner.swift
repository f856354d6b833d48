/// How far a sweep has come.
public struct SweepProgress: Sendable, Equatable {
    /// The point that is measured.
    public var point: SweepPoint
    /// The round, from 1.
    public var round: Int
    /// Points that are through, over all rounds.
    public var pointsDone: Int
    /// Points of all rounds.
    public var pointsTotal: Int
    /// How far the phase has come; nil when a point has just been finished.
    public var phase: BenchProgress?
    /// What is measured so far, when a point has just been finished; else nil.
    public var report: SweepReport?
}

/// Measures insertion, retrieval, update and deletion over several sizes and numbers of clients.
public enum SweepRunner {
    /// Carries a plan out.
    ///
    /// - Parameters:
    ///   - plan: what to measure.
    ///   - progress: told at most ten times a second how far it has come, and of each point.
    /// - Returns: what was measured, also when the run ended early.
    /// - Throws: ``BenchError`` when the plan is wrong or a server cannot be reached at the start.
    public static func run(
        _ plan: SweepPlan, progress: @escaping @Sendable (SweepProgress) -> Void = { _ in }
    ) async throws -> SweepReport {
        try plan.validate()
        var report = SweepReport(plan: plan)
        let points = plan.points
        var done = 0
        for round in 1...plan.rounds {
            // What drifts with time falls on each point from both sides.
            for point in round.isMultiple(of: 2) ? points.reversed() : points {
                let state = SweepProgress(
                    point: point, round: round, pointsDone: done,
                    pointsTotal: points.count * plan.rounds)
                do {
                    let measured = try await BenchRunner.run(plan.plan(of: point)) { phase in
                        var state = state
                        state.phase = phase
                        progress(state)
                    }
                    for phase in measured.phases { report.add(phase, at: point) }
                    report.lost = (report.lost + measured.lost).uniqued
                    report.failure = measured.failure ?? measured.left
                } catch let error as BenchError where done > 0 {
                    report.failure = error.description
                }
                report.sort()
                if report.failure != nil { return report }
                done += 1
                var finished = state
                finished.pointsDone = done
                finished.report = report
                progress(finished)
            }
        }
        return report
    }
}
