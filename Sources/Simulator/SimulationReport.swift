/// What came of a simulated run.
public struct SimulationReport: Sendable, Equatable {
    /// How a run ended.
    public enum Verdict: Sendable, Equatable {
        /// Everything held.
        case passed
        /// Everything held, but too little happened for that to mean anything.
        case uncounted(String)
        /// Something did not hold.
        case violated(SimulationViolation)
    }

    /// The seed, which makes the same run again.
    public let seed: UInt64
    /// How it ended.
    public let verdict: Verdict
    /// What happened in it.
    public let counts: SimulationCounts
    /// Equal for runs in which the same happened at the same time in the same order.
    public let traceHash: UInt64
    /// What happened, in words, one line each; empty unless asked for.
    public let trace: [String]
}

/// A message that one node sent to another.
public struct SimulationMessage: Sendable, Equatable {
    /// When it left, in simulated microseconds.
    public let time: Int
    /// The sender's member number.
    public let sender: Int
    /// The receiver's member number.
    public let receiver: Int
}

/// Something that happened in a run.
public struct SimulationNote: Sendable, Equatable {
    /// When, in simulated microseconds.
    public let time: Int
    /// What, in words.
    public let text: String
}

/// A promise that was broken.
public struct SimulationViolation: Sendable, Equatable, CustomStringConvertible {
    /// Which promise.
    public enum Kind: String, Sendable {
        /// The answers of one key fit no order.
        case linearizability
        /// An acknowledged write is gone at the end.
        case lostWrite
        /// Two processes can answer reads of one slot at the same instant.
        case twoHomes
        /// A copy knows less than it has made durable before.
        case copyFell
        /// Two nodes hold different epochs of the same number.
        case epochsDiffer
        /// After the faults, copies of one slot differ.
        case copiesDiffer
        /// After the faults, the cluster did not become level in time.
        case notLevel
        /// A node took a frame of another one for malformed.
        case malformedFrame
        /// A log that the node itself wrote cannot be replayed.
        case unreadableLog
    }

    /// Which promise.
    public let kind: Kind
    /// When, in simulated microseconds.
    public let time: Int
    /// What was seen.
    public let text: String

    /// The violation in words.
    public var description: String { "\(kind.rawValue) at \(time): \(text)" }
}

/// How much happened in a run.
public struct SimulationCounts: Sendable, Equatable, Codable {
    /// Events carried out.
    public var events = 0
    /// Operations that clients began.
    public var operations = 0
    /// Of those, the ones that were answered.
    public var completed = 0
    /// Of those, the ones that changed something.
    public var acknowledgedWrites = 0
    /// Operations whose fate their client never learned.
    public var unknown = 0
    /// Operations that were certainly not done.
    public var notDone = 0
    /// Crashes, stops, pauses, cut and reset links, stalled, failed, damaged and lost disks, set
    /// clocks, and changes of the ring that were asked for.
    public var faults = 0
    /// Of those, the crashes.
    public var crashes = 0
    /// Histories whose check for linearizability gave up.
    public var undecided = 0
    /// Messages that were lost, doubled, damaged or held back.
    public var disturbedMessages = 0
    /// Epochs decided after the founding one.
    public var epochChanges = 0
    /// Simulated microseconds from the last fault until everything was level.
    public var convergenceMicroseconds = 0
    /// Simulated microseconds of the whole run.
    public var microseconds = 0

    /// Nothing has happened yet.
    public init() {}

    /// What is missing for the run to count; nil when nothing is.
    var shortage: String? {
        if completed < RunMinimum.completed { return "only \(completed) operations completed" }
        if acknowledgedWrites < RunMinimum.acknowledgedWrites {
            return "only \(acknowledgedWrites) writes acknowledged"
        }
        if faults < RunMinimum.faults { return "only \(faults) faults" }
        if epochChanges < RunMinimum.epochChanges { return "no epoch change" }
        if undecided > 0 { return "the check for linearizability gave up" }
        return nil
    }
}
