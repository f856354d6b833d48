import Ring

/// What nodes say to each other about epochs, votes and leases.
///
/// Slot data travels in frames of its own (``PeerFrame``), so that a heartbeat never waits behind a
/// large value.
public enum NodeMessage: Sendable, Equatable, Codable {
    /// «I am here», with a request for a lease.
    case heartbeat(Heartbeat)
    /// The answer to a heartbeat, with the lease or without.
    case heartbeatReply(HeartbeatReply)
    /// Paxos phase 1 for the epoch that follows the proposer's.
    case prepare(instance: Int, ballot: Ballot)
    /// The answer to ``prepare(instance:ballot:)``.
    case promise(instance: Int, ballot: Ballot, accepted: Acceptance?)
    /// Paxos phase 2.
    case accept(instance: Int, acceptance: Acceptance)
    /// The answer to ``accept(instance:acceptance:)``.
    case accepted(instance: Int, ballot: Ballot)
    /// A larger ballot was promised already.
    case rejected(instance: Int, promised: Ballot)
    /// A decided epoch.
    case epoch(RingEpoch)
    /// «Send me your epoch, mine is older.»
    case wantEpoch
    /// Somebody asks for a change; for the voters to propose.
    case request(ChangeRequest)
}

extension NodeMessage {
    /// Whether all its numbers are such as a member could mean.
    ///
    /// What is larger would be remembered, and durably: no ballot could exceed it any more.
    func isWithinLimits(now: Int) -> Bool {
        func isNumber(_ number: Int) -> Bool { (0..<RingEpoch.numberLimit).contains(number) }
        func isBallot(_ ballot: Ballot) -> Bool { isNumber(ballot.round) }
        return switch self {
        case .heartbeat(let heartbeat):
            isNumber(heartbeat.epoch) && isNumber(heartbeat.incarnation)
                && isNumber(heartbeat.copied)
        case .heartbeatReply(let reply):
            isNumber(reply.epoch) && isNumber(reply.incarnation) && (0...now).contains(reply.sentAt)
        case .prepare(let instance, let ballot), .accepted(let instance, let ballot),
            .rejected(let instance, let ballot):
            isNumber(instance) && isBallot(ballot)
        case .promise(let instance, let ballot, let accepted):
            isNumber(instance) && isBallot(ballot) && accepted.map { isBallot($0.ballot) } ?? true
        case .accept(let instance, let acceptance):
            isNumber(instance) && isBallot(acceptance.ballot)
        case .epoch, .wantEpoch, .request:
            true
        }
    }
}

/// What a node tells every other one at each heartbeat.
public struct Heartbeat: Sendable, Equatable, Codable {
    /// The epoch that the sender has adopted, durably and in all its partitions.
    public var epoch: Int
    /// The start of the sender's process.
    public var incarnation: Int
    /// The sender's monotonic clock in microseconds; comes back in the answer.
    public var sentAt: Int
    /// Members that the sender suspects.
    public var suspects: [Int]
    /// Of the arcs that the sender leads in ``epoch``, the first slots of those not settled.
    public var unsettled: [Int]
    /// Members whose copies are level in every slot that the sender leads in ``epoch``.
    public var level: [Int]
    /// Whether the sender is about to stop.
    public var isStopping: Bool
    /// The change for which everything that the sender has to copy in ``epoch`` is copied; 0 for
    /// none.
    public var copied = 0
    /// Whether the sender hears a majority of the voters, itself included.
    public var hearsMajority = true
    /// Whether sharers may still answer from copies of slots that the sender leads no more in
    /// ``epoch``: then its home leases are not over (`PROTOCOL`, rules 13 and 15).
    public var isSharing = false
}

/// The answer to a heartbeat.
public struct HeartbeatReply: Sendable, Equatable, Codable {
    /// The giver's adopted epoch: the stamp of the lease.
    public var epoch: Int
    /// The start of the giver's process.
    public var incarnation: Int
    /// The heartbeat's `sentAt`.
    public var sentAt: Int
    /// Whether the giver promised a lease (`PROTOCOL`, rule 13).
    public var isGranted: Bool
}

/// A Paxos ballot: ordered, and owned by one proposer.
public struct Ballot: Sendable, Hashable, Comparable, Codable {
    /// Counts a proposer's attempts.
    public var round: Int
    /// The proposer's member number.
    public var member: Int

    /// Smaller round first, then smaller member.
    public static func < (left: Ballot, right: Ballot) -> Bool {
        (left.round, left.member) < (right.round, right.member)
    }
}

/// An epoch that an acceptor accepted, with its ballot.
public struct Acceptance: Sendable, Equatable, Codable {
    /// The ballot.
    public var ballot: Ballot
    /// The epoch.
    public var epoch: RingEpoch
}

/// What an acceptor must not forget about one instance.
public struct Vote: Sendable, Equatable, Codable {
    /// The epoch number that is voted on.
    public var instance: Int
    /// Nothing below this ballot is answered.
    public var promised: Ballot?
    /// The last acceptance.
    public var accepted: Acceptance?

    /// An empty vote.
    public init(instance: Int) {
        self.instance = instance
    }
}
