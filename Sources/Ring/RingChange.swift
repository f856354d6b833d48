/// A planned change of the ring: copied in the background, then switched to in one epoch.
///
/// Changes wait in the epoch's queue; the first one is under way. Everything that has to be copied
/// for it follows from the epoch: see ``RingEpoch/learners``.
public struct RingChange: Sendable, Codable, Equatable {
    /// What is to change.
    public enum Kind: Sendable, Codable, Equatable {
        /// A joining member gets tokens.
        case join(member: Int)
        /// A member that is up hands its slots over and goes.
        case leave(member: Int)
        /// A down member loses its place.
        case evict(member: Int)
        /// Tokens move so that all members carry the same.
        case rebalance
        /// Another replication factor.
        case replicas(Int)

        /// The member that the change is about, if it is about one.
        public var member: Int? {
            switch self {
            case .join(let member), .leave(let member), .evict(let member): member
            case .rebalance, .replicas: nil
            }
        }
    }

    /// Counts the changes of the cluster's life from 1.
    public var id: Int
    /// What is to change.
    public var kind: Kind
    /// The tokens that members will hold, by member number, of those whose tokens change; nil
    /// while the change waits.
    public var tokens: [Int: [Int]]?

    /// Makes a change that waits.
    public init(id: Int, kind: Kind, tokens: [Int: [Int]]? = nil) {
        self.id = id
        self.kind = kind
        self.tokens = tokens
    }
}

/// A change of the ring that is over.
public struct EndedChange: Sendable, Codable, Equatable {
    /// How a change ended.
    public enum Outcome: String, Sendable, Codable {
        /// The ring is as asked for.
        case done
        /// Somebody took it back, or its reason is gone.
        case cancelled
        /// It could not be done.
        case failed
    }

    /// The change's number.
    public var id: Int
    /// What was to change.
    public var kind: RingChange.Kind
    /// The name of the member it was about; empty when it was about none.
    public var name: String
    /// How it ended.
    public var outcome: Outcome
    /// Why it was cancelled or failed, in words for people; empty when it is done.
    public var reason: String
    /// The epoch in which it ended.
    public var epoch: Int
}

/// The changes of a ring, and what is needed to number and to recognise them.
public struct ChangeQueue: Sendable, Codable, Equatable {
    /// The most changes that may wait.
    public static let waitingMax = 64
    /// How many ended changes are kept for people to see.
    public static let endedMax = 16
    /// How many requests are remembered, so that none takes effect twice.
    public static let requestsMax = 64

    /// The changes in order; the first is under way.
    public var waiting: [RingChange] = []
    /// The last ones that ended, oldest first.
    public var ended: [EndedChange] = []
    /// The last requests that were decided, oldest first.
    public var requests: [AnsweredRequest] = []
    /// The number of the newest change; 0 before the first.
    public var lastChange = 0
    /// The largest member number ever given; numbers are not given twice.
    public var lastMember: Int

    /// An empty queue of a ring whose members were numbered up to `lastMember`.
    public init(lastMember: Int) {
        self.lastMember = lastMember
    }

    /// The change that is under way.
    public var active: RingChange? { waiting.first }

    /// What became of a request; nil when it is not known.
    public func answer(to request: String) -> AnsweredRequest? {
        requests.last { $0.request == request }
    }
}

/// A request that was decided: it took effect, or it will not.
public struct AnsweredRequest: Sendable, Codable, Equatable {
    /// The request's identity.
    public var request: String
    /// The change that it put into the queue; nil when it needed none.
    public var change: Int?
    /// The epoch that decided it.
    public var epoch: Int
    /// Why it has not taken effect, in words for people: what was asked for before it stood against
    /// it; nil when it has.
    public var refusal: String?
}
