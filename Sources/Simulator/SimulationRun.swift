import Checker

/// One run that is carried on step by step, so that it can be watched.
///
/// Confined to whoever made it. However it is cut into steps, the same happens.
public final class SimulationRun {
    /// What a run is doing.
    public enum Stage: String, Sendable {
        /// Clients ask, and things go wrong.
        case faulty
        /// Nothing goes wrong any more, and everything has to become level.
        case converging
        /// It is over, and the report says how it ended.
        case over
    }

    /// Simulated microseconds between two looks at whether everything is level.
    private static let look = 100_000
    /// Simulated microseconds by which a run with too little in it goes on at a time.
    private static let extensionStep = 1_000_000
    /// How long the reads at the end may take.
    private static let readingTime = 10_000_000

    let world: World
    /// The seed, which makes the same run again.
    public let seed: UInt64
    /// What it is doing.
    public private(set) var stage = Stage.faulty
    private var faultsEnd: Int
    private var convergesSince = 0

    /// Founds a cluster and starts its processes and clients.
    ///
    /// - Parameters:
    ///   - seed: everything that happens follows from it and from the options.
    ///   - options: what the run consists of.
    public convenience init(seed: UInt64, options: SimulationOptions = SimulationOptions()) {
        self.init(seed: seed, options: options, plan: nil)
    }

    /// Begins a run whose faults are planned already, or are drawn if they are not.
    init(seed: UInt64, options: SimulationOptions, plan: FaultPlan?) {
        self.seed = seed
        world = World(seed: seed, options: options, plan: plan)
        faultsEnd = options.faultyMicroseconds
        for process in world.processes { world.restart(process) }
        world.startClients()
        world.startFaults()
    }

    /// Whether the verdict is there.
    public var isOver: Bool { stage == .over }

    /// The simulated time in microseconds.
    public var now: Int { world.now }

    /// Carries the run on.
    ///
    /// - Parameter time: until when, in simulated microseconds; a run that has come to its last
    ///   reads goes on to its end.
    public func advance(to time: Int) {
        while stage != .over, world.now < time {
            switch stage {
            case .faulty: advanceFaulty(to: min(time, faultsEnd))
            case .converging: advanceConverging(to: time)
            case .over: return
            }
            if world.violation != nil { stage = .over }
        }
    }

    private func advanceFaulty(to time: Int) {
        world.run(until: time)
        guard world.violation == nil, world.now >= faultsEnd else { return }
        let options = world.options
        let longest = options.faultyMicroseconds + options.extensionMicroseconds
        if world.counts.shortage != nil, faultsEnd < longest {
            if world.counts.epochChanges < RunMinimum.epochChanges { world.forceEpochChange() }
            faultsEnd = min(longest, faultsEnd + SimulationRun.extensionStep)
        } else {
            world.endFaults()
            convergesSince = world.now
            stage = .converging
        }
    }

    private func advanceConverging(to time: Int) {
        let nextLook =
            world.now + SimulationRun.look - (world.now - convergesSince) % SimulationRun.look
        world.run(until: min(time, nextLook))
        guard world.violation == nil, world.now == nextLook else { return }
        let isQuiet = world.clients.allSatisfy { $0.waitsFor == nil }
        let missing = world.whatIsNotLevel()
        if isQuiet, missing == nil {
            world.counts.convergenceMicroseconds = world.now - convergesSince
            judge()
            stage = .over
        } else if world.now - convergesSince > world.options.convergenceMicroseconds {
            let difference = world.differingCopies()
            let isDifferent = difference != nil && difference == missing
            world.violate(
                isDifferent ? .copiesDiffer : .notLevel, missing ?? "a client still waits")
        }
    }

    // MARK: The end

    private func judge() {
        let finals = readEverything()
        if let difference = differenceAfterReading() { world.violate(.copiesDiffer, difference) }
        guard world.violation == nil else { return }
        switch LinearizabilityChecker.check(world.history) {
        case .linearizable: break
        case .violation(let violation):
            world.violate(.linearizability, violation.description)
        case .undecided: world.counts.undecided += 1
        }
        for lost in AcknowledgedWrites.lost(in: world.history, final: { finals[$0] ?? nil }) {
            world.violate(.lostWrite, lost.description)
        }
    }

    /// What still differs some time after the last reads, which may have removed what had expired.
    private func differenceAfterReading() -> String? {
        let start = world.now
        while world.violation == nil, let difference = world.differingCopies() {
            if world.now - start > SimulationRun.readingTime { return difference }
            world.run(until: world.now + SimulationRun.look)
        }
        return nil
    }

    /// Reads every key through every node.
    ///
    /// - Returns: what was read last, by key.
    private func readEverything() -> [[UInt8]: [UInt8]?] {
        var finals: [[UInt8]: [UInt8]?] = [:]
        for key in world.keys {
            for member in world.newestEpoch.members where member.canBeHome {
                let process = world.process(member.number)
                guard let value = read(key, through: process.number) else { return finals }
                finals[key.bytes] = value
            }
        }
        return finals
    }

    /// Reads a key through a node, again where that has answered with an error.
    ///
    /// - Returns: nil when there is no answer in time, which is a violation; else the value, nil for
    ///   no such key.
    private func read(_ key: WatchedKey, through node: Int) -> [UInt8]?? {
        let start = world.now
        while world.violation == nil {
            let place = world.history.operations.count
            world.begin(.get, key, client: 0, node: node, patience: SimulationRun.readingTime)
            while world.violation == nil, world.clients[0].waitsFor != nil {
                world.run(until: world.now + 1_000)
            }
            if case .answered(.value(let value)) = world.history.operations[place].outcome {
                return value
            }
            if world.now - start > SimulationRun.readingTime {
                world.violate(.notLevel, "n\(node) does not answer after \(world.now - start)")
            }
        }
        return nil
    }

    /// What came of the run so far.
    public func report() -> SimulationReport {
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
