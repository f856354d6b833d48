import Ring

/// What a node wants done.
///
/// The shell carries directives out in the order of a ``DirectiveQueue``: none of them is begun
/// before the ones in front of it are complete, so that nothing leaves a node before what it
/// depends on is durable; but what says nothing of votes does not wait for one.
public enum NodeDirective: Sendable, Equatable {
    /// Make an acceptor's vote durable (synced under every fsync policy).
    case persist(Vote)
    /// Make the epoch durable, then hand it to all partitions, and go on when they have it.
    case adopt(RingEpoch)
    /// Hand the leases to all partitions.
    case leases(LeaseTable)
    /// Send to a member; may be lost.
    case send(NodeMessage, to: Int)
    /// Tell people.
    case note(NodeNote)
}

/// Something worth telling people about.
public enum NodeNote: Sendable, Equatable {
    /// Nothing heard from a member for so long, or its port refused.
    case suspected(member: Int, silentMicroseconds: Int, isRefused: Bool)
    /// A suspected member is heard again.
    case heardAgain(member: Int)
    /// This node asks for a vote.
    case proposing(instance: Int, [EpochChange])
}

/// Who promised what to whom, by member number.
///
/// Times are this node's monotonic microseconds.
public struct LeaseTable: Sendable, Equatable {
    /// The promises between this node and one other.
    public struct Entry: Sendable, Equatable {
        /// Until when the other one's promise holds, less the margin for clock rates.
        public var heldUntil = 0
        /// The other one's epoch when it promised; covers slots whose generation is not above.
        public var heldStamp = 0
        /// When the newest answered heartbeat was sent: the other one's epoch was
        /// ``confirmedStamp`` at some time after that.
        public var confirmedAt = 0
        /// The other one's epoch in that answer.
        public var confirmedStamp = 0
        /// Until when this node answers no Collect for slots that the other one leads.
        public var lentUntil = 0
        /// The newest epoch that the other one said it has adopted.
        public var adopted = 0
    }

    var entries: [Entry] = []

    /// No promises at all.
    public init() {}

    /// Whether another table says of some member that it has adopted something else.
    func hasOtherAdoptions(than other: LeaseTable) -> Bool {
        (0..<max(entries.count, other.entries.count)).contains {
            self[$0].adopted != other[$0].adopted
        }
    }

    /// The promises between this node and a member.
    public subscript(member: Int) -> Entry {
        get { member < entries.count ? entries[member] : Entry() }
        set {
            while entries.count <= member { entries.append(Entry()) }
            entries[member] = newValue
        }
    }
}
