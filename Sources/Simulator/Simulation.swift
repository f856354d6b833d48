import Checker

/// Runs clusters of the production core under seeded faults, and says whether they kept their
/// promises.
public enum Simulation {
    /// Simulated microseconds between two looks at whether everything is level.
    private static let look = 100_000
    /// How long the reads at the end may take.
    private static let readingTime = 10_000_000

    /// Runs one cluster.
    ///
    /// - Parameters:
    ///   - seed: everything that happens follows from it and from the options.
    ///   - options: what the run consists of.
    /// - Returns: what came of it.
    public static func run(
        seed: UInt64, options: SimulationOptions = SimulationOptions()
    ) -> SimulationReport {
        let world = World(seed: seed, options: options)
        for process in world.processes { world.restart(process) }
        world.startClients()
        world.startFaults()
        world.run(until: options.faultyMicroseconds)
        if world.violation == nil { converge(world) }
        if world.violation == nil { judge(world) }
        return report(world, seed)
    }

    private static func converge(_ world: World) {
        world.endFaults()
        let start = world.now
        while world.violation == nil {
            world.run(until: world.now + look)
            let isQuiet = world.clients.allSatisfy { $0.waitsFor == nil }
            let missing = world.whatIsNotLevel()
            if isQuiet, missing == nil { break }
            if world.now - start > world.options.convergenceMicroseconds {
                world.violate(.notLevel, missing ?? "a client still waits")
            }
        }
        world.counts.convergenceMicroseconds = world.now - start
    }

    private static func judge(_ world: World) {
        let finals = readEverything(world)
        if let difference = world.differingCopies() { world.violate(.copiesDiffer, difference) }
        switch LinearizabilityChecker.check(world.history) {
        case .linearizable: break
        case .violation(let violation):
            world.violate(.linearizability, violation.description)
        case .undecided: break
        }
        for lost in AcknowledgedWrites.lost(in: world.history, final: { finals[$0] ?? nil }) {
            world.violate(.lostWrite, lost.description)
        }
    }

    /// Reads every key through every node.
    ///
    /// - Returns: what was read last, by key.
    private static func readEverything(_ world: World) -> [[UInt8]: [UInt8]?] {
        var finals: [[UInt8]: [UInt8]?] = [:]
        for key in world.keys {
            for process in world.processes {
                let place = world.history.operations.count
                let start = world.now
                world.begin(
                    .get, key, client: 0, node: process.number, patience: readingTime)
                while world.violation == nil, world.clients[0].waitsFor != nil {
                    world.run(until: world.now + 1_000)
                }
                guard case .answered(.value(let value)) = world.history.operations[place].outcome
                else {
                    world.violate(
                        .notLevel, "n\(process.number) does not answer after \(world.now - start)")
                    return finals
                }
                finals[key.bytes] = value
            }
        }
        return finals
    }

    private static func report(_ world: World, _ seed: UInt64) -> SimulationReport {
        world.counts.microseconds = world.now
        let verdict: SimulationReport.Verdict =
            if let violation = world.violation {
                .violated(violation)
            } else if let shortage = world.counts.shortage {
                .uncounted(shortage)
            } else {
                .passed
            }
        return SimulationReport(
            seed: seed, verdict: verdict, counts: world.counts, traceHash: world.trace.hash,
            trace: world.trace.lines)
    }
}
