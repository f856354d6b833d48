/// What a node says of itself: the answer to `RING STATUS`, as JSON.
///
/// Counters only grow while the process lives, so that a viewer makes rates from two reports.
public struct NodeReport: Sendable, Codable, Equatable {
    /// The format of this report.
    public var format = 1
    /// The node's identity.
    public var id: NodeID
    /// Its member number.
    public var number: Int
    /// Its name.
    public var name: String
    /// The address it listens on.
    public var host: String
    /// Its TCP port.
    public var port: Int
    /// Its process.
    public var pid: Int
    /// The start of its process.
    public var incarnation: Int
    /// The cluster's id.
    public var clusterID: String
    /// The cluster's name.
    public var clusterName: String
    /// The epoch that it has adopted.
    public var epoch: Int
    /// Milliseconds since the process started.
    public var uptimeMilliseconds = 0
    /// Event loops.
    public var threads = 1
    /// `always`, `everysec` or `no`.
    public var fsync = "always"
    /// Resident bytes.
    public var memoryBytes = 0
    /// User and kernel time in milliseconds.
    public var processorMilliseconds = 0
    /// Client connections.
    public var clients = 0
    /// Replay of the log at start: 0 to 1; 1 when done.
    public var loaded = 1.0
    /// Why the node takes no writes, when it takes none.
    public var writesStopped: String?
    /// Member numbers that this node suspects.
    public var suspects: [Int] = []
    /// Slots that it is home of.
    public var homeSlots = 0
    /// Of those, the ones that it serves.
    public var settledSlots = 0
    /// Keys in its home slots.
    public var homeKeys = 0
    /// Bytes of keys and values in its home slots.
    public var homeBytes = 0
    /// Slots that it holds as a successor.
    public var replicaSlots = 0
    /// Keys in those.
    public var replicaKeys = 0
    /// Bytes of keys and values in those.
    public var replicaBytes = 0
    /// How its successors follow.
    public var followers: [FollowerReport] = []
    /// Home slots of which some copy is not level, at most 256 runs.
    public var unlevel: [UnlevelReport] = []
    /// What it copies for the change of the ring under way, by the member that gets it.
    public var moves: [MoveReport] = []
    /// Bytes sent to copy slots for changes since the process started.
    public var movedBytes = 0
    /// Milliseconds until down members lose their place, by member number, as this node counts.
    public var evictions: [Int: Int] = [:]
    /// Its copies of other homes' keys, and its guesses.
    public var caches = CacheReport()
    /// What was asked of it.
    public var traffic = TrafficReport()
    /// A sample of its latest operations, oldest first, at most 16.
    public var recent: [OperationReport] = []
    /// Its log.
    public var log = LogReport()

    /// Makes a report with its counters at zero.
    public init(
        id: NodeID, number: Int, name: String, host: String, port: Int, pid: Int,
        incarnation: Int, clusterID: String, clusterName: String, epoch: Int
    ) {
        self.id = id
        self.number = number
        self.name = name
        self.host = host
        self.port = port
        self.pid = pid
        self.incarnation = incarnation
        self.clusterID = clusterID
        self.clusterName = clusterName
        self.epoch = epoch
    }
}

/// How one successor follows this home.
public struct FollowerReport: Sendable, Codable, Equatable {
    /// Its member number.
    public var member: Int
    /// Whether there is a link to it.
    public var isConnected: Bool
    /// Home slots that it holds a copy of.
    public var slots: Int
    /// Of those, the ones in which its copy is level.
    public var levelSlots: Int
    /// Acknowledged versions that are not durable there.
    public var lagRecords: Int
    /// Age of the oldest of them in milliseconds.
    public var lagMilliseconds: Int

    /// Makes a report.
    public init(
        member: Int, isConnected: Bool, slots: Int, levelSlots: Int, lagRecords: Int,
        lagMilliseconds: Int
    ) {
        self.member = member
        self.isConnected = isConnected
        self.slots = slots
        self.levelSlots = levelSlots
        self.lagRecords = lagRecords
        self.lagMilliseconds = lagMilliseconds
    }
}

/// A run of home slots with a copy that is not level.
public struct UnlevelReport: Sendable, Codable, Equatable {
    /// First slot, inclusive.
    public var first: Int
    /// Last slot, inclusive.
    public var last: Int
    /// The members whose copies are level, the home included once it serves.
    public var level: [Int]

    /// Makes a report.
    public init(first: Int, last: Int, level: [Int]) {
        self.first = first
        self.last = last
        self.level = level
    }
}

/// How far a home has come with copying its slots to one member for the change under way.
public struct MoveReport: Sendable, Codable, Equatable {
    /// The change.
    public var change: Int
    /// Who gets them.
    public var member: Int
    /// Slots to be copied.
    public var slots = 0
    /// Of those, the ones whose copy is complete and kept so.
    public var copiedSlots = 0
    /// Keys in the slots to be copied.
    public var keys = 0
    /// Of those, the ones in complete copies.
    public var copiedKeys = 0
    /// Bytes of keys and values in the slots to be copied.
    public var bytes = 0
    /// Of those, the ones in complete copies.
    public var copiedBytes = 0

    /// Makes a report of nothing.
    public init(change: Int, member: Int) {
        self.change = change
        self.member = member
    }
}

/// Operations since the process started.
public struct TrafficReport: Sendable, Codable, Equatable {
    /// Reads that clients asked this node for.
    public var reads = 0
    /// Writes that clients asked this node for.
    public var writes = 0
    /// Of both, the ones passed on to another home.
    public var forwarded = 0
    /// Operations that other nodes passed on to this home.
    public var served = 0
    /// Answers «unknown».
    public var unknown = 0
    /// Answers that say «not done».
    public var refused = 0
    /// Reads by time taken: bucket b counts those below 2^b microseconds and not in a lower bucket.
    public var readLatency = [Int](repeating: 0, count: 32)
    /// Writes by time taken, in the same buckets.
    public var writeLatency = [Int](repeating: 0, count: 32)

    /// All zero.
    public init() {}
}

/// One operation that a client asked for, for people to watch.
public struct OperationReport: Sendable, Codable, Equatable {
    /// Counts the sampled operations of the process from 1.
    public var sequence: Int
    /// The key's slot.
    public var slot: Int
    /// Whether it changed the key.
    public var isWrite: Bool

    /// Makes a report.
    public init(sequence: Int, slot: Int, isWrite: Bool) {
        self.sequence = sequence
        self.slot = slot
        self.isWrite = isWrite
    }
}

/// The state of a node's log.
public struct LogReport: Sendable, Codable, Equatable {
    /// Bytes on disk.
    public var bytes = 0
    /// Files.
    public var segments = 0
    /// Records written since the start.
    public var records = 0
    /// Syncs since the start.
    public var syncs = 0
    /// Bytes that are written and not yet synced.
    public var unsyncedBytes = 0
    /// How long the last sync took, in microseconds.
    public var syncMicroseconds = 0
    /// How far the compaction under way is, 0 to 1; nil when none is.
    public var compaction: Double?
    /// Compactions since the start.
    public var compactions = 0
    /// Bytes on disk that they have freed.
    public var freedBytes = 0
    /// Slots whose copy was damaged on the disk and is not yet mended from other nodes.
    public var damagedSlots = 0
    /// Slots whose copy may have forgotten writes when the machine stopped, and is not yet mended.
    public var doubtfulSlots = 0

    /// All zero.
    public init() {}
}

/// Something that happened, in words for people: one line of `RING EVENTS`.
public struct EventReport: Sendable, Codable, Equatable {
    /// How much it matters.
    public enum Level: String, Sendable, Codable {
        /// Good to know.
        case info
        /// To keep an eye on.
        case warning
        /// Something is broken.
        case error
    }

    /// Counts the node's events from 1.
    public var sequence: Int
    /// Wall clock, milliseconds since 1970.
    public var milliseconds: Int
    /// How much it matters.
    public var level: Level
    /// The name of the node that it is about.
    public var node: String
    /// What happened, one line.
    public var text: String

    /// Makes an event.
    public init(sequence: Int, milliseconds: Int, level: Level, node: String, text: String) {
        self.sequence = sequence
        self.milliseconds = milliseconds
        self.level = level
        self.node = node
        self.text = text
    }
}

/// What one node holds of one slot: a line of the answer to `RING COPIES FIRST LAST`.
public struct CopyReport: Sendable, Codable, Equatable {
    /// The slot.
    public var slot: Int
    /// The generation in which the copy was last installed; 0 is none.
    public var base: Int
    /// How far it has followed that generation's stream.
    public var position: Int
    /// Entries.
    public var keys: Int
    /// Bytes of their keys and values.
    public var bytes: Int
    /// 16 hexadecimal digits: the order-free hash over (key, version).
    public var digest: String

    /// Makes a report.
    public init(slot: Int, base: Int, position: Int, keys: Int, bytes: Int, digest: String) {
        self.slot = slot
        self.base = base
        self.position = position
        self.keys = keys
        self.bytes = bytes
        self.digest = digest
    }
}

/// What one node holds of one key: the answer to `RING KEY key`.
public struct KeyReport: Sendable, Codable, Equatable {
    /// The key's slot.
    public var slot: Int
    /// Whether the node holds the key.
    public var isPresent: Bool
    /// The version's generation; 0 when absent.
    public var generation: Int
    /// The version's position; 0 when absent.
    public var position: Int
    /// Bytes of the value.
    public var valueBytes: Int
    /// When it expires, milliseconds since 1970.
    public var expiry: Int?
    /// `home`, `successor` or `none`.
    public var role: String
    /// Whether the write is acknowledged, as far as this node knows.
    public var isCommitted: Bool
    /// The members that are known to have this version durably; nil when the node is not the home.
    public var durable: [Int]?

    /// Makes a report.
    public init(
        slot: Int, isPresent: Bool, generation: Int, position: Int, valueBytes: Int,
        expiry: Int?, role: String, isCommitted: Bool
    ) {
        self.slot = slot
        self.isPresent = isPresent
        self.generation = generation
        self.position = position
        self.valueBytes = valueBytes
        self.expiry = expiry
        self.role = role
        self.isCommitted = isCommitted
    }
}
