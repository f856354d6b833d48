/// What a change of the ring would do: which copies are made, who carries what before and after,
/// and what people should know before they commit to it.
///
/// A plan is made from one epoch by the same steps that a cluster takes, so that it *is* what will
/// be done, as long as nothing else changes the ring first.
public struct ChangePlan: Sendable, Codable, Equatable {
    /// An amount of data: each copy of a slot, key or byte counts.
    public struct Amount: Sendable, Codable, Equatable {
        /// Slots.
        public var slots = 0
        /// Keys in those.
        public var keys = 0
        /// Bytes of their keys and values.
        public var bytes = 0

        /// Nothing.
        public init() {}
    }

    /// What one member copies to another.
    public struct Move: Sendable, Codable, Equatable {
        /// The name of the member that copies, the home of the slots; nil where they have none.
        public var from: String?
        /// The name of the member that gets the copies.
        public var to: String
        /// How much.
        public var amount: Amount

        /// Encodes all fields, a missing source as null.
        ///
        /// - Throws: what the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(from, forKey: .from)
            try fields.encode(to, forKey: .to)
            try fields.encode(amount, forKey: .amount)
        }
    }

    /// A figure before and after the change.
    public struct Span: Sendable, Codable, Equatable {
        /// As it is.
        public var before = 0
        /// As it will be.
        public var after = 0
    }

    /// What one member carries.
    public struct Load: Sendable, Codable, Equatable {
        /// The member's name.
        public var node: String
        /// Slots that it is home of.
        public var homeSlots = Span()
        /// Keys in those.
        public var homeKeys = Span()
        /// Slots that it holds a copy of, those that it is home of included.
        public var copySlots = Span()
        /// Bytes of keys and values in those.
        public var copyBytes = Span()
    }

    /// join, leave, evict, rebalance, replicas; set or cancel for what moves nothing by itself.
    public var kind: String
    /// The name of the member that it is about; nil when it is about none.
    public var node: String?
    /// The epoch that the plan was made from.
    public var epoch: Int
    /// Why it cannot be done, in words for people; nil when it can.
    ///
    /// When it cannot, nothing else is told.
    public var refused: String?
    /// The changes that come first, by number; the plan is of the ring that they will leave.
    public var waitsBehind: [Int] = []
    /// What is copied, by receiver and then by source.
    public var moves: [Move] = []
    /// All that is copied.
    public var total = Amount()
    /// The least that any way to these loads has to copy.
    public var least = Amount()
    /// Seconds that the copying takes at least by the limit of `move-rate`; nil without a limit and
    /// while copying is paused.
    public var seconds: Int?
    /// What each member carries, by ascending member number.
    public var loads: [Load] = []
    /// The replication factor.
    public var replicas = Span()
    /// What people should know before they commit to it, the gravest first.
    public var warnings: [String] = []

    init(_ wish: ChangeRequest.Wish, epoch: RingEpoch) {
        self.epoch = epoch.number
        replicas = Span(before: epoch.settings.replicas, after: epoch.settings.replicas)
        func name(_ number: Int) -> String? { epoch.member(number: number)?.name }
        switch wish {
        case .join(_, let name, _, _): (kind, node) = ("join", name)
        case .leave(let member): (kind, node) = ("leave", name(member))
        case .evict(let member): (kind, node) = ("evict", name(member))
        case .rebalance: (kind, node) = ("rebalance", nil)
        case .set("replicas", _): (kind, node) = ("replicas", nil)
        case .set: (kind, node) = ("set", nil)
        case .cancel: (kind, node) = ("cancel", nil)
        }
    }

    /// Encodes all fields, those that do not apply as null.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(node, forKey: .node)
        try fields.encode(epoch, forKey: .epoch)
        try fields.encode(refused, forKey: .refused)
        try fields.encode(waitsBehind, forKey: .waitsBehind)
        try fields.encode(moves, forKey: .moves)
        try fields.encode(total, forKey: .total)
        try fields.encode(least, forKey: .least)
        try fields.encode(seconds, forKey: .seconds)
        try fields.encode(loads, forKey: .loads)
        try fields.encode(replicas, forKey: .replicas)
        try fields.encode(warnings, forKey: .warnings)
    }
}

extension RingChange.Kind {
    /// join, leave, evict, rebalance or replicas: the word of ``ChangePlan/kind``.
    public var word: String {
        switch self {
        case .join: "join"
        case .leave: "leave"
        case .evict: "evict"
        case .rebalance: "rebalance"
        case .replicas: "replicas"
        }
    }
}
