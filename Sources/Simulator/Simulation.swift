/// Runs clusters of the production core under seeded faults, and says whether they kept their
/// promises.
public enum Simulation {
    /// Runs one cluster from its founding to the verdict.
    ///
    /// - Parameters:
    ///   - seed: everything that happens follows from it and from the options.
    ///   - options: what the run consists of.
    /// - Returns: what came of it.
    public static func run(
        seed: UInt64, options: SimulationOptions = SimulationOptions()
    ) -> SimulationReport {
        let run = SimulationRun(seed: seed, options: options)
        while !run.isOver { run.advance(to: Int.max) }
        return run.report()
    }
}
