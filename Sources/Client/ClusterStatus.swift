import Ring

/// What people are told of a cluster: the figures of the dashboard and of `status --json` alike.
///
/// Slots are counted in several respects at once: a settled slot may be under-replicated too.
public struct ClusterStatus: Sendable, Codable, Equatable {
    /// The cluster as a whole.
    public var cluster: ClusterFacts
    /// Its members, by ascending number.
    public var nodes: [NodeStatus]
    /// Nodes that left or were evicted and that the histories of some slots still name.
    public var former: [FormerNode]
    /// How many slots are in which condition.
    public var slots: SlotCounts
    /// Changes of the ring that are not over, the one under way first.
    public var moves: [ChangeStatus]
    /// Operations of the whole cluster; nil while no two reports of a member are known.
    public var traffic: TrafficRates?
    /// Runs of neighbouring slots that are not as they should be, ascending.
    public var attention: [SlotRun]

    /// How many of the 16,384 slots are in which condition.
    public struct SlotCounts: Sendable, Codable, Equatable {
        /// Served by the home of the present generation, as that home says.
        public var settled = 0
        /// With fewer than N members up and with the present base.
        public var underReplicated = 0
        /// Of those, the ones of which N members are up: they only wait for their new home to settle.
        public var settling = 0
        /// With less than a majority of the replica set up.
        public var unavailable = 0
        /// Being copied to some member for the change of the ring under way.
        public var moving = 0

        /// Under-replicated because members are missing or behind, not only for the moment in which
        /// a new home settles.
        public var lacking: Int { underReplicated - settling }

        /// All zero.
        public init() {}
    }
}

/// What is said of the cluster as a whole.
public struct ClusterFacts: Sendable, Codable, Equatable {
    /// Whether something is wrong, in one word.
    public enum Health: String, Sendable, Codable {
        /// Every slot is settled and has its N copies.
        case ok
        /// Some slot has fewer copies than it should, or is just being settled.
        case degraded
        /// Some slot cannot be served.
        case unavailable
    }

    /// 32 hexadecimal digits.
    public var id: String
    /// What people call it.
    public var name: String
    /// The number of the newest epoch that is known.
    public var epoch: Int
    /// The replication factor N.
    public var replicas: Int
    /// Keys, each counted once, at its home.
    public var keys: Int
    /// The largest number of home slots of a member over the mean of those that may be home.
    public var balance: Double
    /// Whether something is wrong.
    public var health: Health
}

/// What is said of one member; a figure that nobody can tell at the moment is null.
public struct NodeStatus: Sendable, Codable, Equatable {
    /// 40 hexadecimal digits.
    public var id: String
    /// Its member number.
    public var number: Int
    /// Its name.
    public var name: String
    /// Where its port is.
    public var host: String
    /// TCP port.
    public var port: Int
    /// The epoch's word: joining, up, down or leaving.
    public var state: MemberState
    /// This viewer's word: reachable, suspect or unreachable.
    public var contact: String
    /// running, paused, exited or unknown.
    public var process: String
    /// The start of its process that the epoch names.
    public var incarnation: Int
    /// Its process.
    public var pid: Int?
    /// Its positions on the ring.
    public var tokens: [Int]
    /// Slots that it is home of.
    public var homeSlots: Int
    /// Keys in those.
    public var homeKeys: Int?
    /// Slots that it is a successor of.
    public var replicaSlots: Int
    /// Keys in those.
    public var replicaKeys: Int?
    /// Acknowledged versions that are not durable there yet, of all homes that it follows.
    public var lagRecords: Int?
    /// Age of the oldest of them in milliseconds.
    public var lagMilliseconds: Int?
    /// Operations that clients ask of it.
    public var operationsPerSecond: Double?
    /// Resident bytes of its process.
    public var memoryBytes: Int?
    /// Milliseconds since its process started.
    public var uptimeMilliseconds: Int?
    /// Seconds until it loses its place, while it is down and others could hold its copies.
    public var evictionSeconds: Int?

    /// Whether it takes part, as far as the epoch and this viewer know.
    public var isServing: Bool {
        (state == .up || state == .leaving) && contact != "unreachable"
    }

    /// Encodes all fields, unknown ones as null.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(number, forKey: .number)
        try fields.encode(name, forKey: .name)
        try fields.encode(host, forKey: .host)
        try fields.encode(port, forKey: .port)
        try fields.encode(state, forKey: .state)
        try fields.encode(contact, forKey: .contact)
        try fields.encode(process, forKey: .process)
        try fields.encode(incarnation, forKey: .incarnation)
        try fields.encode(pid, forKey: .pid)
        try fields.encode(tokens, forKey: .tokens)
        try fields.encode(homeSlots, forKey: .homeSlots)
        try fields.encode(homeKeys, forKey: .homeKeys)
        try fields.encode(replicaSlots, forKey: .replicaSlots)
        try fields.encode(replicaKeys, forKey: .replicaKeys)
        try fields.encode(lagRecords, forKey: .lagRecords)
        try fields.encode(lagMilliseconds, forKey: .lagMilliseconds)
        try fields.encode(operationsPerSecond, forKey: .operationsPerSecond)
        try fields.encode(memoryBytes, forKey: .memoryBytes)
        try fields.encode(uptimeMilliseconds, forKey: .uptimeMilliseconds)
        try fields.encode(evictionSeconds, forKey: .evictionSeconds)
    }
}

/// A run of neighbouring slots with one replica set, in one condition.
public struct SlotRun: Sendable, Codable, Equatable {
    /// First slot, inclusive.
    public var first: Int
    /// Last slot, inclusive.
    public var last: Int
    /// The replica set, clockwise.
    public var replicas: [Int]
    /// The home's member number; null while the set has none.
    public var home: Int?
    /// Members of the set that are up with the present base.
    public var level: [Int]
    /// Members of the set that are not up.
    public var absent: [Int]
    /// Whether the home serves them.
    public var isSettled: Bool
    /// How many copies there should be: N.
    public var wanted: Int

    /// How many slots it has.
    public var slotCount: Int { last - first + 1 }
    /// Whether fewer than N members are up and with the present base.
    public var isUnderReplicated: Bool { level.count < wanted }
    /// Whether less than a majority of the set is up.
    public var isUnavailable: Bool { replicas.count - absent.count < replicas.count / 2 + 1 }
    /// Copies that count: those that are level.
    ///
    /// While a new home settles nobody can tell them, and it takes up the newest of those whose
    /// members are up, so these count until then.
    public var copies: Int { isSettled ? level.count : replicas.count - absent.count }
    /// Whether nothing is missing but the moment in which the new home settles.
    public var isOnlySettling: Bool { !isSettled && copies >= wanted }
    /// Members that are up and whose copies are not level; none while the slots settle.
    public var behind: Set<Int> {
        isSettled ? Set(replicas).subtracting(level).subtracting(absent) : []
    }

    /// Encodes all fields, a missing home as null.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(first, forKey: .first)
        try fields.encode(last, forKey: .last)
        try fields.encode(replicas, forKey: .replicas)
        try fields.encode(home, forKey: .home)
        try fields.encode(level, forKey: .level)
        try fields.encode(absent, forKey: .absent)
        try fields.encode(isSettled, forKey: .isSettled)
        try fields.encode(wanted, forKey: .wanted)
    }
}

/// Operations per second and how long they take, between two reports of each member.
public struct TrafficRates: Sendable, Codable, Equatable {
    /// Reads that clients ask for.
    public var readsPerSecond: Double
    /// Writes that clients ask for.
    public var writesPerSecond: Double
    /// Half of the reads took at most about this many microseconds; null without reads.
    public var readP50Microseconds: Int?
    /// 99 of 100 reads took at most about this.
    public var readP99Microseconds: Int?
    /// Half of the writes took at most about this.
    public var writeP50Microseconds: Int?
    /// 99 of 100 writes took at most about this.
    public var writeP99Microseconds: Int?
}

extension ClusterStatus {
    /// Computes the status from a snapshot; nil while no epoch is known.
    public init?(_ snapshot: ClusterSnapshot) {
        guard let epoch = snapshot.epoch else { return nil }
        var computation = StatusComputation(epoch: epoch, snapshot: snapshot)
        self = computation.status()
    }
}
