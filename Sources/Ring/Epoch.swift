/// One agreed version of the ring and of the cluster-wide settings.
///
/// Epochs are numbered 1, 2, 3 …; each is decided once. All that nodes do follows from the epoch
/// that they have adopted.
public struct RingEpoch: Sendable, Codable, Equatable {
    /// 1, 2, 3 …; below 2⁵³.
    public var number: Int
    /// 32 hexadecimal digits, random, made at founding.
    public var clusterID: String
    /// What people call the cluster: `demo`.
    public var clusterName: String
    /// What must be the same everywhere.
    public var settings: ClusterSettings
    /// The members, by ascending number.
    public var members: [Member]
    /// Members that were evicted or left, and that a history still names.
    public var former: [Member]
    /// The ring cut at its tokens, and at those that it will have after the change that is under
    /// way: ascending, without gaps, covering all slots.
    public var arcs: [Arc]
    /// Changes of the ring that wait, the one under way first, and those that ended.
    public var queue: ChangeQueue

    /// Makes an epoch from its parts; `EpochChange` is how a running cluster gets the next one.
    public init(
        number: Int, clusterID: String, clusterName: String, settings: ClusterSettings,
        members: [Member], former: [Member], arcs: [Arc], queue: ChangeQueue? = nil
    ) {
        self.number = number
        self.clusterID = clusterID
        self.clusterName = clusterName
        self.settings = settings
        self.members = members
        self.former = former
        self.arcs = arcs
        self.queue = queue ?? ChangeQueue(lastMember: Self.lastNumber(members + former))
    }

    /// Decodes an epoch; one of before there was a queue has an empty one.
    ///
    /// - Throws: what the decoder throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            number: try container.decode(Int.self, forKey: .number),
            clusterID: try container.decode(String.self, forKey: .clusterID),
            clusterName: try container.decode(String.self, forKey: .clusterName),
            settings: try container.decode(ClusterSettings.self, forKey: .settings),
            members: try container.decode([Member].self, forKey: .members),
            former: try container.decode([Member].self, forKey: .former),
            arcs: try container.decode([Arc].self, forKey: .arcs),
            queue: try container.decodeIfPresent(ChangeQueue.self, forKey: .queue))
    }

    private static func lastNumber(_ members: [Member]) -> Int {
        members.map(\.number).max() ?? 0
    }
}

/// A run of neighbouring slots that share owner and history.
public struct Arc: Sendable, Codable, Equatable {
    /// First slot, inclusive.
    public var first: Int
    /// Last slot, inclusive.
    public var last: Int
    /// The generations, oldest first; the last is the present one.
    ///
    /// They reach back to and including the last one confirmed settled. Never empty.
    public var history: [Era]

    /// Makes an arc.
    public init(first: Int, last: Int, history: [Era]) {
        self.first = first
        self.last = last
        self.history = history
    }

    /// The present generation with its replica set and home.
    public var present: Era { history[history.count - 1] }
    /// How many slots it has.
    public var slotCount: Int { last - first + 1 }
}

/// One generation of a slot: who holds it and who orders its writes.
public struct Era: Sendable, Codable, Equatable {
    /// The epoch that began it.
    public var generation: Int
    /// Member numbers, clockwise from the slot; the replica set.
    public var replicas: [Int]
    /// The home's member number; nil while no member of the set is up or leaving.
    public var home: Int?

    /// Makes a generation.
    public init(generation: Int, replicas: [Int], home: Int?) {
        self.generation = generation
        self.replicas = replicas
        self.home = home
    }

    /// How many members make a majority of the set.
    public var majority: Int { replicas.count / 2 + 1 }
}
