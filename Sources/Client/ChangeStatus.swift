import Ring

/// What people are told of a change of the ring that waits or is under way: an entry of `moves` in
/// `status --json`; a figure that nobody can tell at the moment is null.
public struct ChangeStatus: Sendable, Codable, Equatable {
    /// How far a change has come.
    public enum State: String, Sendable, Codable {
        /// It waits for the changes before it.
        case waiting
        /// Its copies are being made.
        case copying
        /// Its copies stand still because somebody paused them.
        case paused
    }

    /// Counts the changes of the cluster's life from 1.
    public var change: Int
    /// `join`, `leave`, `evict`, `rebalance` or `replicas`.
    public var kind: String
    /// The name of the member that it is about; null when it is about none.
    public var node: String?
    /// How many copies there are to be, of a change of that; else null.
    public var replicas: Int?
    /// How far it has come.
    public var state: State
    /// How much of it is copied: 0 to 100.
    public var percent = 0.0
    /// Copies of slots to be made.
    public var slots = 0
    /// Of those, the ones that are complete and kept so.
    public var copiedSlots = 0
    /// Keys in the copies to be made.
    public var keys = 0
    /// Bytes of keys and values in the copies to be made.
    public var bytes = 0
    /// Of those, the ones in complete copies.
    public var copiedBytes = 0
    /// How fast it goes, on average over the last seconds; null while that is not known.
    public var bytesPerSecond: Double?
    /// How long it will take at that pace; null while that is not known.
    public var secondsLeft: Double?
    /// The names of down members that the switch waits for.
    ///
    /// Without enough of them slots would have no majority of their copies up. After the grace
    /// period some changes fail.
    public var waitsFor: [String] = []

    /// Encodes all fields, unknown ones as null.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(change, forKey: .change)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(node, forKey: .node)
        try fields.encode(replicas, forKey: .replicas)
        try fields.encode(state, forKey: .state)
        try fields.encode(percent, forKey: .percent)
        try fields.encode(slots, forKey: .slots)
        try fields.encode(copiedSlots, forKey: .copiedSlots)
        try fields.encode(keys, forKey: .keys)
        try fields.encode(bytes, forKey: .bytes)
        try fields.encode(copiedBytes, forKey: .copiedBytes)
        try fields.encode(bytesPerSecond, forKey: .bytesPerSecond)
        try fields.encode(secondsLeft, forKey: .secondsLeft)
        try fields.encode(waitsFor, forKey: .waitsFor)
    }
}

extension ChangeStatus {
    /// The changes of a snapshot in the order of the queue, the one under way first.
    public static func list(of snapshot: ClusterSnapshot) -> [ChangeStatus] {
        guard let epoch = snapshot.epoch else { return [] }
        return epoch.queue.waiting.map { change in
            var status = ChangeStatus(change, in: epoch)
            if change.id == epoch.queue.active?.id, epoch.target != nil {
                status.fill(from: snapshot, epoch)
            }
            return status
        }
    }

    private init(_ change: RingChange, in epoch: RingEpoch) {
        self.change = change.id
        (kind, replicas) =
            switch change.kind {
            case .join: ("join", nil)
            case .leave: ("leave", nil)
            case .evict: ("evict", nil)
            case .rebalance: ("rebalance", nil)
            case .replicas(let count): ("replicas", count)
            }
        node = change.kind.member.flatMap { epoch.member(number: $0)?.name }
        state = .waiting
    }

    private mutating func fill(from snapshot: ClusterSnapshot, _ epoch: RingEpoch) {
        state = epoch.settings.areMovesPaused ? .paused : .copying
        waitsFor = epoch.missing.compactMap { epoch.member(number: $0)?.name }
        // The epoch knows how many copies there are to be, whether or not all homes have reported.
        slots = zip(epoch.arcs, epoch.learners).reduce(0) { $0 + $1.0.slotCount * $1.1.count }
        var known = 0
        for member in snapshot.members {
            for move in member.report?.moves ?? [] where move.change == change {
                known = known.addingClamped(move.slots)
                copiedSlots = copiedSlots.addingClamped(move.copiedSlots)
                keys = keys.addingClamped(move.keys)
                bytes = bytes.addingClamped(move.bytes)
                copiedBytes = copiedBytes.addingClamped(move.copiedBytes)
            }
        }
        let isComplete = known >= slots && bytes > 0
        let part = isComplete ? Double(copiedBytes) / Double(bytes) : slotShare
        percent = max(0, min(100, 100 * part))
        guard state == .copying, let pace = snapshot.movePace, pace.change == change,
            pace.milliseconds > 0
        else { return }
        let rate = 1_000 * Double(pace.bytes) / Double(pace.milliseconds)
        bytesPerSecond = rate
        if isComplete, rate > 0 { secondsLeft = Double(max(0, bytes - copiedBytes)) / rate }
    }

    private var slotShare: Double {
        slots == 0 ? 1 : Double(copiedSlots) / Double(slots)
    }
}

/// How much of the change under way was copied lately, as a viewer saw it.
public struct MovePace: Sendable, Equatable {
    /// The change.
    public var change: Int
    /// The time that was looked at.
    public var milliseconds: Int
    /// Bytes of copies that became complete in it.
    public var bytes: Int

    /// Makes a pace.
    public init(change: Int, milliseconds: Int, bytes: Int) {
        self.change = change
        self.milliseconds = milliseconds
        self.bytes = bytes
    }
}

/// Watches how fast the change under way is copied.
struct MovePaceMeter {
    /// How far back it looks.
    static let windowMilliseconds = 10_000
    /// Less than this tells no pace.
    static let leastMilliseconds = 750
    /// Samples are at least so far apart.
    static let stepMilliseconds = 250

    private var change = 0
    private var samples: [(milliseconds: Int, bytes: Int)] = []

    /// Takes what the homes have told by now, and says how fast it goes.
    ///
    /// - Parameters:
    ///   - change: the change under way; nil while there is none, or while it is paused.
    ///   - copiedBytes: bytes in its complete copies, of all homes.
    ///   - now: milliseconds of the viewer's monotonic clock.
    /// - Returns: the pace; nil while there is none to tell.
    mutating func take(change: Int?, copiedBytes: Int, at now: Int) -> MovePace? {
        guard let change else {
            samples = []
            return nil
        }
        // A copy that is begun again counts for less than before: the pace starts anew.
        if change != self.change || copiedBytes < samples.last?.bytes ?? 0 { samples = [] }
        self.change = change
        if now - (samples.last?.milliseconds ?? .min / 2) >= Self.stepMilliseconds {
            samples.append((now, copiedBytes))
        }
        while samples.count > 2, now - samples[1].milliseconds >= Self.windowMilliseconds {
            samples.removeFirst()
        }
        guard let first = samples.first, now - first.milliseconds >= Self.leastMilliseconds else {
            return nil
        }
        return MovePace(
            change: change, milliseconds: now - first.milliseconds,
            bytes: copiedBytes - first.bytes)
    }
}

extension Int {
    /// The sum of two counts; counts come from outside, so it stops at the ends of the numbers.
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
