/// What came of many runs, added up.
public struct SimulationSummary: Sendable, Equatable, Codable {
    /// A run that broke a promise.
    public struct Violation: Sendable, Equatable, Codable {
        /// What makes the run again.
        public var seed: UInt64
        /// Which promise.
        public var kind: String
        /// When, in simulated microseconds.
        public var microseconds: Int
        /// What was seen.
        public var text: String
    }

    /// A run with too little in it.
    public struct Uncounted: Sendable, Equatable, Codable {
        /// What makes the run again.
        public var seed: UInt64
        /// What was missing.
        public var reason: String
    }

    /// The format of this summary.
    public private(set) var format = 1
    /// Runs.
    public private(set) var runs = 0
    /// Of those, the ones with enough in them that kept every promise.
    public private(set) var counted = 0
    /// Those with too little in them, by seed; at most ``listMax``.
    public private(set) var uncounted: [Uncounted] = []
    /// How many those are.
    public private(set) var uncountedCount = 0
    /// Those that broke a promise, by seed; at most ``listMax``.
    public private(set) var violations: [Violation] = []
    /// How many those are.
    public private(set) var violationCount = 0
    /// Operations that were answered.
    public private(set) var completed = 0
    /// Writes that were acknowledged.
    public private(set) var acknowledgedWrites = 0
    /// Operations whose fate was not known.
    public private(set) var unknown = 0
    /// Faults and changes of the ring.
    public private(set) var faults = 0
    /// Epochs decided after the founding one.
    public private(set) var epochChanges = 0
    /// The longest time from the last fault until everything was level, in simulated microseconds.
    public private(set) var convergenceMicrosecondsMax = 0
    /// Simulated time in all.
    public private(set) var simulatedMicroseconds = 0

    /// How many runs of one kind are listed.
    public static let listMax = 100

    /// No runs at all.
    public init() {}

    /// Adds what came of one run; the order in which runs are added does not matter, as long as
    /// there is room in the lists.
    public mutating func add(_ report: SimulationReport) {
        runs += 1
        completed += report.counts.completed
        acknowledgedWrites += report.counts.acknowledgedWrites
        unknown += report.counts.unknown
        faults += report.counts.faults
        epochChanges += report.counts.epochChanges
        convergenceMicrosecondsMax = max(
            convergenceMicrosecondsMax, report.counts.convergenceMicroseconds)
        simulatedMicroseconds += report.counts.microseconds
        switch report.verdict {
        case .passed:
            counted += 1
        case .uncounted(let reason):
            uncountedCount += 1
            uncounted.append(Uncounted(seed: report.seed, reason: reason))
            uncounted.sort { $0.seed < $1.seed }
            if uncounted.count > SimulationSummary.listMax { uncounted.removeLast() }
        case .violated(let violation):
            violationCount += 1
            violations.append(
                Violation(
                    seed: report.seed, kind: violation.kind.rawValue, microseconds: violation.time,
                    text: violation.text))
            violations.sort { $0.seed < $1.seed }
            if violations.count > SimulationSummary.listMax { violations.removeLast() }
        }
    }
}
