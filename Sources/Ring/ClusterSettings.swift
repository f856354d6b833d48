/// The settings that are part of the epoch and change by vote; times in milliseconds.
public struct ClusterSettings: Sendable, Codable, Equatable {
    /// Copies of each key: the replication factor N, 1 to 7.
    public var replicas = 3
    /// Between two heartbeats.
    public var heartbeatMilliseconds = 100
    /// Silence after which a node is suspected.
    public var suspectMilliseconds = 1_000
    /// How long a lease lasts, as its giver counts.
    public var leaseMilliseconds = 500
    /// How long a down member keeps its place.
    public var graceMilliseconds = 60_000
    /// How long an operation may take.
    public var deadlineMilliseconds = 5_000
    /// Bytes per second that each node sends at most to copy slots for a change of the ring; 0 is
    /// without limit.
    public var moveBytesPerSecond = 16 << 20
    /// Whether copying for a change of the ring stands still.
    public var areMovesPaused = false
    /// How nodes that are not a key's home answer reads of it.
    public var coherence = Coherence.off
    /// Where another coherence holds.
    public var coherenceRules: [CoherenceRule] = []
    /// How old a copy may be under ``Coherence/ttl``.
    public var copyMilliseconds = 1_000
    /// How nodes guess what will be read next.
    public var prefetching = Prefetching.off
    /// Bytes of copies that a node keeps at most, beside its own slots.
    public var cacheBytes = 64 << 20

    /// The largest replication factor.
    public static let replicasMax = 7
    /// The longest of the times: one day.
    public static let millisecondsMax = 86_400_000

    /// The most bytes of copies that a node may be told to keep.
    public static let cacheBytesMax = 1 << 36

    /// The most bytes per second that a limit may name.
    public static let bytesPerSecondMax = 1 << 40

    /// The defaults.
    public init() {}

    /// Decodes settings; one that is not there has its default.
    ///
    /// - Throws: what the decoder throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func decode(_ key: CodingKeys, into value: inout Int) throws {
            value = try container.decodeIfPresent(Int.self, forKey: key) ?? value
        }
        try decode(.replicas, into: &replicas)
        try decode(.heartbeatMilliseconds, into: &heartbeatMilliseconds)
        try decode(.suspectMilliseconds, into: &suspectMilliseconds)
        try decode(.leaseMilliseconds, into: &leaseMilliseconds)
        try decode(.graceMilliseconds, into: &graceMilliseconds)
        try decode(.deadlineMilliseconds, into: &deadlineMilliseconds)
        try decode(.moveBytesPerSecond, into: &moveBytesPerSecond)
        areMovesPaused =
            try container.decodeIfPresent(Bool.self, forKey: .areMovesPaused) ?? areMovesPaused
        coherence = try container.decodeIfPresent(Coherence.self, forKey: .coherence) ?? coherence
        coherenceRules =
            try container.decodeIfPresent([CoherenceRule].self, forKey: .coherenceRules)
            ?? coherenceRules
        try decode(.copyMilliseconds, into: &copyMilliseconds)
        prefetching =
            try container.decodeIfPresent(Prefetching.self, forKey: .prefetching) ?? prefetching
        try decode(.cacheBytes, into: &cacheBytes)
    }

    /// What is wrong with the settings; nil when nothing is.
    public func validate() -> String? {
        guard (1...Self.replicasMax).contains(replicas) else {
            return "replicas must be 1 to \(Self.replicasMax)"
        }
        let times = [
            ("heartbeat", heartbeatMilliseconds), ("suspect", suspectMilliseconds),
            ("lease", leaseMilliseconds), ("grace", graceMilliseconds),
            ("deadline", deadlineMilliseconds), ("coherence-ttl", copyMilliseconds),
        ]
        for (name, time) in times where !(1...Self.millisecondsMax).contains(time) {
            return "\(name) must be 1 to \(Self.millisecondsMax) milliseconds"
        }
        guard (0...Self.bytesPerSecondMax).contains(moveBytesPerSecond) else {
            return "move-rate must be 0 to \(Self.bytesPerSecondMax) bytes per second"
        }
        guard (0...Self.cacheBytesMax).contains(cacheBytes) else {
            return "cache-bytes must be 0 to \(Self.cacheBytesMax)"
        }
        guard coherenceRules.count <= CoherenceRule.countMax else {
            return "there can be \(CoherenceRule.countMax) coherence-prefixes"
        }
        if let complaint = coherenceRules.lazy.compactMap({ $0.validate() }).first {
            return complaint
        }
        guard Set(coherenceRules.map(\.prefix)).count == coherenceRules.count else {
            return "a prefix has one coherence"
        }
        guard heartbeatMilliseconds < leaseMilliseconds else {
            return "a lease must outlast a heartbeat"
        }
        guard heartbeatMilliseconds < suspectMilliseconds else {
            return "a node must be suspected only after more than a heartbeat"
        }
        return nil
    }
}
