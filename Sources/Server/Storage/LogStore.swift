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
/// A full disk is waited for: what was taken stays in memory, in order, and is written as soon as
/// there is room; what a failed write left of it is cut off first. After any other failed write,
/// and after every failed sync, the store takes nothing more: what the disk then holds is
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
        /// How long a full disk is left alone before it is tried again.
        public var fullRetryMilliseconds = 250

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

    /// Whom the store tells what; on any thread, usually on its own.
    public struct Listener: Sendable {
        /// Everything up to a ticket is durable; tickets rise.
        public var onDurable: @Sendable (UInt64) -> Void
        /// The store has stopped taking writes, for good; told once.
        public var onFailure: @Sendable (StorageFailure) -> Void
        /// The disk is full, or has room again: then nil.
        public var onFull: @Sendable (StorageFailure?) -> Void

        /// Makes a listener.
        public init(
            onDurable: @escaping @Sendable (UInt64) -> Void,
            onFailure: @escaping @Sendable (StorageFailure) -> Void,
            onFull: @escaping @Sendable (StorageFailure?) -> Void = { _ in }
        ) {
            self.onDurable = onDurable
            self.onFailure = onFailure
            self.onFull = onFull
        }
    }

    /// Who takes what the log says, in its order.
    public struct Replay {
        /// Is told the share that is replayed, rising from 0 to 1.
        public var progress: (Double) -> Void
        /// Lines were lost here: the slot that they were of; nil when it may be any.
        public var damage: (Int?) -> Void
        /// A record; valid until the call returns.
        public var record: (Record) -> Void

        /// Makes one.
        public init(
            progress: @escaping (Double) -> Void = { _ in },
            damage: @escaping (Int?) -> Void = { _ in }, record: @escaping (Record) -> Void
        ) {
            self.progress = progress
            self.damage = damage
            self.record = record
        }
    }

    struct State {
        var disk: LogDisk
        /// What the thread takes next; it puts an empty buffer in its place.
        var pending = OutputBuffer(capacity: 64 << 10)
        /// Records in ``pending``.
        var pendingRecords = 0
        /// The ticket of the last batch taken.
        var ticket: UInt64 = 0
        /// The ticket of the last batch that was written; under `always` it is on the disk too.
        var writtenTicket: UInt64 = 0
        var failure: StorageFailure?
        /// Why nothing can be written at present: the disk is full.
        var full: StorageFailure?
        /// Whether the next batch begins the segment that a compaction begins with.
        var isRollWanted = false
        /// The end of a compaction, once it is asked for.
        var compacted: CompactionEnd?
        var isClosing = false
        var isFinished = false

        /// Whether all is written that the compaction's end waits for, whatever came after it: more
        /// may come for ever, and be more than the disk has room for.
        var isCompactionWritten: Bool {
            compacted.map { $0.ticket <= writtenTicket } ?? false
        }

        /// Refuses once the store has failed or is closing.
        func check() throws(StorageFailure) {
            if let failure { throw .stopped(reason: failure.description) }
            if isClosing { throw .stopped(reason: "the log is closed") }
        }
    }

    /// What a compaction waits for before it takes effect.
    struct CompactionEnd {
        /// The last batch that it must not be without.
        let ticket: UInt64
        /// Is told why it did not take effect; nil when it did.
        let tell: @Sendable (StorageFailure?) -> Void
    }

    let state: Monitor<State>
    /// How the store works.
    public let settings: Settings
    let listener: Listener
    let directory: String
    private let backlogBytes = Atomic<Int>(0)

    private init(
        _ reader: LogReader, disk: LogDisk, settings: Settings, listener: Listener
    ) {
        state = Monitor(State(disk: disk))
        self.settings = settings
        self.listener = listener
        directory = reader.directory
    }

    deinit { state.withLock { $0.pending.deallocate() } }

    /// Replays a log, cuts a torn tail, and opens it for more.
    ///
    /// - Parameters:
    ///   - directory: where the segments are.
    ///   - owner: whose log it must be.
    ///   - settings: how the store is to work.
    ///   - isDoubtful: whether records may be missing that were acknowledged; this is noted
    ///     behind the last one, on the disk when this returns.
    ///   - replay: takes what the log says.
    ///   - listener: is told what happens later.
    /// - Returns: the store, which must be closed, and what the replay found.
    /// - Throws: why the log must not be used; nothing is changed then.
    public static func open(
        _ directory: String, owner: LogOwner, settings: Settings, isDoubtful: Bool = false,
        replay: Replay, listener: Listener
    ) throws(StorageFailure) -> (store: LogStore, report: ReplayReport) {
        try open(
            directory, owner: owner, settings: settings, isDoubtful: isDoubtful,
            actions: .system, replay: replay, listener: listener)
    }

    static func open(
        _ directory: String, owner: LogOwner, settings: Settings, isDoubtful: Bool = false,
        actions: FileActions, replay: Replay, listener: Listener
    ) throws(StorageFailure) -> (store: LogStore, report: ReplayReport) {
        let reader = LogReader(
            directory: directory, owner: owner, lineBytesMax: settings.lineBytesMax,
            first: try LogBeginning.read(directory, owner: owner))
        let (report, end) = try reader.read(replay)
        try synchronize(from: reader.first, to: end.segment, directory, actions)
        let writer = try SegmentWriter(
            directory: directory, owner: owner, end: end,
            segmentBytesMax: settings.segmentBytesMax, actions: actions)
        let store = LogStore(
            reader, disk: LogDisk(writer, report), settings: settings, listener: listener)
        do throws(StorageFailure) {
            if isDoubtful { try store.noteDoubt(replay) }
            try LogFiles.removeLeftovers(directory, before: reader.first)
        } catch {
            store.state.withLock { $0.disk.abandon() }
            throw error
        }
        store.startThread()
        return (store, report)
    }

    /// Brings the segments before the last one to the disk, where a process that was killed may not
    /// have brought them: what was replayed counts as durable from now on.
    private static func synchronize(
        from first: Int, to last: Int, _ directory: String, _ actions: FileActions
    ) throws(StorageFailure) {
        for segment in first..<last {
            let file = try DataFile.open(LogFiles.path(directory, segment), O_RDWR)
            defer { file.close() }
            try actions.synchronize(file)
        }
    }

    private func noteDoubt(_ replay: Replay) throws(StorageFailure) {
        let doubt = Record(.doubt, slots: 0...(Slots.count - 1))
        let line = OutputBuffer()
        defer { line.deallocate() }
        RecordEncoder.append(doubt, to: line)
        try state.withLock { (state) throws(StorageFailure) in
            try state.disk.write(line.bytes, 1)
            try state.disk.synchronize()
        }
        replay.record(doubt)
    }

    /// Bytes that were taken and are not on the disk yet; under `always`, or while it is full.
    public var backlog: Int { backlogBytes.load(ordering: .relaxed) }

    /// Whether so much waits for the disk that no new writes should be begun.
    ///
    /// Callers look before they take commands from clients, because a batch that exists must be
    /// appended; the backlog is then bounded by the limit and one batch of each event loop.
    public var isCongested: Bool { backlog >= settings.backlogBytesMax }

    /// Whether the disk has no room for what was taken last.
    public var isFull: Bool { state.withLock { $0.full != nil } }

    /// The room on the log's disk in bytes; nil when the system does not tell.
    public var freeBytes: Int? {
        do throws(StorageFailure) {
            return try Directories.freeBytes(directory)
        } catch {
            return nil
        }
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
        var full: StorageFailure?
        var isThreadWanted = false
        do throws(StorageFailure) {
            let appended = try state.withLock { (state) throws(StorageFailure) -> Appended in
                try state.check()
                if settings.policy != .always, state.full == nil {
                    full = try write(batch, records, &state)
                    if full == nil {
                        isThreadWanted = !state.disk.retired.isEmpty
                        return .done
                    }
                }
                isThreadWanted = state.pending.isEmpty
                return enqueue(batch, records, &state)
            }
            if isThreadWanted { state.signal() }
            if let full { listener.onFull(full) }
            return appended
        } catch {
            stop(error)
            throw error
        }
    }

    /// Writes at once.
    ///
    /// - Returns: that the disk is full, and nothing of it was written.
    private func write(
        _ batch: UnsafeRawBufferPointer, _ records: Int, _ state: inout State
    ) throws(StorageFailure) -> StorageFailure? {
        do throws(StorageFailure) {
            try state.beginCompactionIfWanted()
            try state.disk.write(batch, records)
            return nil
        } catch {
            guard error.isFullDisk else { throw error }
            try state.disk.cutBack()
            state.full = error
            return error
        }
    }

    private func enqueue(
        _ batch: UnsafeRawBufferPointer, _ records: Int, _ state: inout State
    ) -> Appended {
        state.pending.append(batch)
        state.pendingRecords += records
        state.ticket += 1
        backlogBytes.add(batch.count, ordering: .relaxed)
        return .pending(ticket: state.ticket)
    }

    /// Takes bytes that are on the disk, or will never be, out of the backlog.
    func forget(_ bytes: Int) { backlogBytes.subtract(bytes, ordering: .relaxed) }

    /// Takes no more writes; tells why, the first time.
    func stop(_ failure: StorageFailure) {
        if case .stopped = failure { return }
        let isFirst = state.withLock { state in
            defer {
                state.failure = state.failure ?? failure
                state.full = nil
            }
            return state.failure == nil
        }
        if isFirst { listener.onFailure(failure) }
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
