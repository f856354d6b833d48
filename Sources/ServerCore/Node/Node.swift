import Ring

/// One process's part in agreement: epochs, votes, failure detection and leases.
///
/// A value without clock, socket or disk: each input is a method `on…` that takes the time and
/// returns directives. Times are monotonic microseconds. The protocol is described in
/// <doc:Protocol>; rule numbers are those of `PROTOCOL`.
public struct Node: Sendable, Equatable {
    /// Named limits and intervals that are not cluster settings, in microseconds.
    public enum Limits {
        /// Each proposer waits its rank times this before it asks for votes.
        public static let rankStagger = 150_000
        /// How long one attempt at a vote may take.
        public static let voteTimeout = 500_000
        /// How long to wait for others that restart together.
        public static let restartGather = 1_000_000
        /// How long a stopping node is left alone, in case the whole cluster stops.
        public static let stopGather = 120_000
        /// A member that goes down again within this time of its return is held back.
        public static let flapWindow = 30_000_000
        /// The longest that a flapping member is held back.
        public static let flapDelayMax = 30_000_000
        /// Least time between two epochs sent to one member, and between two questions for one.
        public static let epochInterval = 20_000
        /// How long a request is proposed before it is given up.
        public static let requestPatience = 10_000_000
        /// Requests that wait to be decided, at most.
        public static let requestsMax = 64
        /// How long an epoch is left alone before another one only shortens histories.
        public static let trimDelay = 1_000_000
        /// Least time between two confirm rounds.
        public static let confirmInterval = 2_000
        /// A holder counts a lease shorter than its giver: clock rates may differ by this share.
        public static let leaseMarginPercent = 10
    }

    /// This node's member number.
    public let number: Int
    /// The start of this process.
    public let incarnation: Int
    /// The adopted epoch.
    public internal(set) var epoch: RingEpoch
    /// Promises given and held.
    public internal(set) var leases = LeaseTable()
    /// Whether the node was asked to stop.
    public internal(set) var isStopping = false

    var vote: Vote
    var peers: [Int: Peer] = [:]
    var proposal: Proposal?
    var wantsSince: Int?
    var nextAttempt = 0
    var highestRound = 0
    var report = SlotReport(epoch: 0, unsettled: [], level: [], copied: 0)
    /// What was asked for and is not decided yet, with when it was asked.
    var requests: [PendingRequest] = []
    var adoptedAt: Int
    /// Until when copies lent under an earlier epoch may be in use, as long as the partitions have
    /// not said whether any are.
    var mayShareUntil = 0
    var nextHeartbeat = 0
    /// The suspects of the last heartbeat that was sent for their sake.
    var lastReported: [Int] = []
    let startedAt: Int
    var stoppingSince = 0
    var random: SplitMix64

    /// Starts a node.
    ///
    /// - Parameters:
    ///   - number: its member number in `epoch`.
    ///   - incarnation: the start of this process, already durable.
    ///   - epoch: the newest durable epoch.
    ///   - vote: the newest durable vote, for whatever instance.
    ///   - now: monotonic microseconds.
    ///   - seed: for back-off times only.
    public init(
        number: Int, incarnation: Int, epoch: RingEpoch, vote: Vote?, now: Int, seed: UInt64
    ) {
        self.number = number
        self.incarnation = incarnation
        self.epoch = epoch
        self.vote = Vote(instance: epoch.number + 1)
        if let vote, vote.instance == epoch.number + 1 { self.vote = vote }
        startedAt = now
        adoptedAt = now
        // What the process before this one lent may still be in use.
        if incarnation > 1 { mayShareUntil = now + epoch.settings.leaseMilliseconds * 1_000 }
        random = SplitMix64(seed: seed)
        for member in epoch.everyone where member.number != number {
            peers[member.number] = Peer(lastHeard: now)
            if member.state == .down { peers[member.number]?.downSince = now }
        }
        highestRound = self.vote.promised?.round ?? 0
    }

    /// This node's own line in the epoch; nil once it is no member any more.
    public var member: Member? { epoch.member(number: number) }

    /// Whether the epoch names a later start of this node than this process: another one runs under
    /// its identity, and this one will never lead anything again.
    public var isSuperseded: Bool { member.map { $0.incarnation > incarnation } ?? false }

    /// Whether the cluster has settled without this node: its copies count for nothing any more.
    public var isOut: Bool { !epoch.everyone.contains { $0.number == number } }

    /// How long each down member keeps its place, in microseconds; 0 when it is due, and no entry
    /// for one whose copies could not be made elsewhere.
    public func evictionsDue(now: Int) -> [Int: Int] {
        var due: [Int: Int] = [:]
        guard canReplaceDown else { return due }
        for member in epoch.members where member.state == .down {
            let since = peers[member.number]?.downSince ?? adoptedAt
            due[member.number] = max(0, since + epoch.settings.graceMilliseconds * 1_000 - now)
        }
        return due
    }

    /// Members that this node suspects, ascending.
    public var suspects: [Int] {
        peers.filter { $0.value.isSuspected }.map(\.key).sorted()
    }
}

/// What a node knows of another one.
struct Peer: Sendable, Equatable {
    /// When anything was last heard.
    var lastHeard: Int
    /// Whether anything was ever heard since this process started.
    var wasHeard = false
    /// The incarnation last heard.
    var incarnation = 0
    var isRefused = false
    var isSuspected = false
    /// Its last heartbeat.
    var heartbeat: Heartbeat?
    /// When it first said that it stops.
    var stoppingSince: Int?
    /// Since when it says that it hears no majority of the voters.
    var deafSince: Int?
    /// When an epoch was last sent to it, and asked of it.
    var epochSentAt = Int.min / 2
    var epochAskedAt = Int.min / 2
    /// When this node learned that it is down; nil while it is not.
    var downSince: Int?
    /// When the epoch last brought it up, and how often it fell again soon after.
    var returnedAt: Int?
    var flapCount = 0
    var mayReturnAt = 0
}

/// What the partitions tell the node about the slots it leads.
public struct SlotReport: Sendable, Equatable {
    /// The epoch that the partitions act by.
    public var epoch: Int
    /// First slots of the arcs that this node leads and that are not settled.
    public var unsettled: [Int]
    /// Members whose copies are level in every slot that this node leads.
    public var level: [Int]
    /// The change for which this node has copied all that it has to; 0 for none.
    public var copied: Int
    /// Until when others may answer from copies of slots that this node leads no more, in
    /// monotonic microseconds; 0 when nobody does.
    public var sharedUntil: Int

    /// Makes a report.
    public init(
        epoch: Int, unsettled: [Int], level: [Int], copied: Int = 0, sharedUntil: Int = 0
    ) {
        self.epoch = epoch
        self.unsettled = unsettled
        self.level = level
        self.copied = copied
        self.sharedUntil = sharedUntil
    }
}

/// A request on its way to being decided.
struct PendingRequest: Sendable, Equatable {
    let request: ChangeRequest
    let since: Int
}

/// An attempt at the next epoch.
struct Proposal: Sendable, Equatable {
    enum Phase: Sendable, Equatable {
        case preparing
        case accepting
    }

    let instance: Int
    let ballot: Ballot
    let startedAt: Int
    var phase = Phase.preparing
    var promises: Set<Int> = []
    var best: Acceptance?
    var accepts: Set<Int> = []
    var value: RingEpoch?
}

/// A small generator with a stored state, so that a run can be replayed.
///
/// Source: Steele, Lea, Flood, «Fast splittable pseudorandom number generators», 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
    var state: UInt64

    /// Starts from a seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
