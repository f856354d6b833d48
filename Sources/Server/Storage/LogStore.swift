import Bytes
import Foundation
import Log
import Ring
import Synchronization

/// A node's log on the disk: appends batches of records, and makes them durable by the policy.
///
/// Several event loops feed it. Under `always`, ``append(_:records:)`` copies the batch and
/// returns; a thread of the store's own takes all that has come meanwhile, writes it, syncs once and tells
/// `onDurable`. Two buffers change places between loops and thread, so that neither waits for the
/// other longer than a copy takes. Under `everysec` and `no` the batch is written before `append`
/// returns, so that it outlives the process.
///
/// After a write or a sync has failed, the store takes nothing more: what the disk then holds is
/// known only after a restart and a replay, because the kernel counts pages as written that it
/// could not write.
public final class LogStore: Sendable {
    /// How the store works.
    public struct Settings: Sendable {
        /// When records are forced to the disk.
        public var policy: FsyncPolicy
        /// A segment that has this many bytes is followed by a new one.
        public var segmentBytesMax = 64 << 20
        /// The longest line that is read.
        public var lineBytesMax = RecordLimits.lineBytesMax()
        /// From so many bytes not yet on the disk ``LogStore/isCongested`` is true.
        public var backlogBytesMax = 128 << 20

        /// The usual limits.
        public init(policy: FsyncPolicy) { self.policy = policy }
    }

    /// What becomes of a batch.
    public enum Appended: Sendable, Equatable {
        /// It is as durable as the policy promises.
        case done
        /// It is durable when `onDurable` is told this ticket or a larger one.
        case pending(ticket: UInt64)
    }

    struct State {
        var disk: LogDisk
        /// What the thread takes next; it puts an empty buffer in its place.
        var pending = OutputBuffer(capacity: 64 << 10)
        /// Records in ``pending``.
        var pendingRecords = 0
        /// The ticket of the last batch taken.
        var ticket: UInt64 = 0
        var failure: StorageFailure?
        var isClosing = false
        var isFinished = false

        /// Refuses once the store has failed or is closing.
        func check() throws(StorageFailure) {
            if let failure { throw .stopped(reason: failure.description) }
            if isClosing { throw .stopped(reason: "the log is closed") }
        }
    }

    let state: Monitor<State>
    /// How the store works.
    public let settings: Settings
    let onDurable: @Sendable (UInt64) -> Void
    let onFailure: @Sendable (StorageFailure) -> Void
    private let backlogBytes = Atomic<Int>(0)

    private init(
        disk: LogDisk, settings: Settings,
        onDurable: @escaping @Sendable (UInt64) -> Void,
        onFailure: @escaping @Sendable (StorageFailure) -> Void
    ) {
        state = Monitor(State(disk: disk))
        self.settings = settings
        self.onDurable = onDurable
        self.onFailure = onFailure
    }

    deinit { state.withLock { $0.pending.deallocate() } }

    /// Replays a log, cuts a torn tail, and opens it for more.
    ///
    /// - Parameters:
    ///   - directory: where the segments are.
    ///   - owner: whose log it must be.
    ///   - settings: how the store is to work.
    ///   - progress: is told the share that is replayed, rising from 0 to 1.
    ///   - record: takes the records in order; each is valid until the call returns.
    ///   - onDurable: is told tickets, rising, on the store's own thread.
    ///   - onFailure: is told once why the store has stopped taking writes; on any thread.
    /// - Returns: the store, which must be closed, and what the replay found.
    /// - Throws: why the log must not be used; nothing is changed then.
    public static func open(
        _ directory: String, owner: LogOwner, settings: Settings,
        progress: (Double) -> Void = { _ in }, record: (Record) -> Void,
        onDurable: @escaping @Sendable (UInt64) -> Void,
        onFailure: @escaping @Sendable (StorageFailure) -> Void
    ) throws(StorageFailure) -> (store: LogStore, report: ReplayReport) {
        try open(
            directory, owner: owner, settings: settings, actions: .system, progress: progress,
            record: record, onDurable: onDurable, onFailure: onFailure)
    }

    static func open(
        _ directory: String, owner: LogOwner, settings: Settings, actions: FileActions,
        progress: (Double) -> Void, record: (Record) -> Void,
        onDurable: @escaping @Sendable (UInt64) -> Void,
        onFailure: @escaping @Sendable (StorageFailure) -> Void
    ) throws(StorageFailure) -> (store: LogStore, report: ReplayReport) {
        let reader = LogReader(
            directory: directory, owner: owner, lineBytesMax: settings.lineBytesMax)
        let (report, end) = try reader.read(progress: progress, record: record)
        let writer = try SegmentWriter(
            directory: directory, owner: owner, end: end,
            segmentBytesMax: settings.segmentBytesMax, actions: actions)
        let store = LogStore(
            disk: LogDisk(writer, report), settings: settings, onDurable: onDurable,
            onFailure: onFailure)
        store.startThread()
        return (store, report)
    }

    /// Whether so much waits for the disk that no new writes should be begun.
    ///
    /// Callers look before they take commands from clients, because a batch that exists must be
    /// appended; the backlog is then bounded by the limit and one batch of each event loop.
    public var isCongested: Bool {
        backlogBytes.load(ordering: .relaxed) >= settings.backlogBytesMax
    }

    /// The counters for reports.
    public func report() -> LogReport { state.withLock { $0.disk.report } }

    /// Appends whole lines.
    ///
    /// - Parameters:
    ///   - batch: what `RecordEncoder` wrote; copied or written before this returns, and never
    ///     divided between two segments.
    ///   - records: how many lines they are.
    /// - Returns: whether to wait for `onDurable`.
    /// - Throws: that the store has stopped; the batch may then be on the disk or not.
    public func append(
        _ batch: UnsafeRawBufferPointer, records: Int
    ) throws(StorageFailure) -> Appended {
        if settings.policy == .always { return try enqueue(batch, records) }
        do throws(StorageFailure) {
            let hasRolled = try state.withLock { (state) throws(StorageFailure) in
                try state.check()
                try state.disk.write(batch, records)
                return !state.disk.retired.isEmpty
            }
            if hasRolled { state.signal() }
        } catch {
            stop(error)
            throw error
        }
        return .done
    }

    private func enqueue(
        _ batch: UnsafeRawBufferPointer, _ records: Int
    ) throws(StorageFailure) -> Appended {
        let (ticket, wasEmpty) = try state.withLock { (state) throws(StorageFailure) in
            try state.check()
            let wasEmpty = state.pending.isEmpty
            state.pending.append(batch)
            state.pendingRecords += records
            state.ticket += 1
            backlogBytes.add(batch.count, ordering: .relaxed)
            return (state.ticket, wasEmpty)
        }
        if wasEmpty { state.signal() }
        return .pending(ticket: ticket)
    }

    /// Takes bytes that are on the disk, or will never be, out of the backlog.
    func forget(_ bytes: Int) { backlogBytes.subtract(bytes, ordering: .relaxed) }

    /// Takes no more writes; tells why, the first time.
    func stop(_ failure: StorageFailure) {
        if case .stopped = failure { return }
        let isFirst = state.withLock { state in
            defer { state.failure = state.failure ?? failure }
            return state.failure == nil
        }
        if isFirst { onFailure(failure) }
    }

    /// Writes what is pending, syncs under every policy, and closes the files.
    ///
    /// - Throws: why not all records are on the disk.
    public func close() throws(StorageFailure) {
        state.withLock { $0.isClosing = true }
        state.signal()
        state.waitUntil { $0.isFinished }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
