import Log
import Ring

/// What a store has on the disk, and its counters.
///
/// Belongs to one thread at a time.
struct LogDisk {
    private(set) var writer: SegmentWriter
    /// Segments that were followed by others and are not synced yet, oldest first.
    private(set) var retired: [DataFile] = []
    private(set) var report = LogReport()
    /// The number of the log's first segment.
    private var firstSegment: Int
    /// The lengths of the segments before the present one, in order.
    private var formerBytes: [Int]
    /// The segment with which the compaction under way began; nil when there is none.
    private(set) var compactedFrom: Int?
    /// Whether the file that lets the log begin with it is written, so that it needs no more room.
    private var isBeginningPrepared = false

    init(_ writer: SegmentWriter, _ replayed: ReplayReport) {
        self.writer = writer
        firstSegment = replayed.firstSegment
        formerBytes = Array(replayed.sizes.dropLast())
        report.segments = replayed.segments
        report.bytes = formerBytes.reduce(0, +) + writer.bytes
    }

    /// Writes lines behind the others, in a new segment when the last is full.
    ///
    /// - Throws: why they are not there as a whole; ``cutBack()`` removes what is there of them.
    mutating func write(
        _ batch: UnsafeRawBufferPointer, _ records: Int
    ) throws(StorageFailure) {
        if writer.isFull(for: batch.count) { try roll() }
        try writer.write(batch)
        report.unsyncedBytes += batch.count
        report.bytes += batch.count
        report.records += records
    }

    /// Removes what a write that failed has left.
    mutating func cutBack() throws(StorageFailure) { try writer.cutBack() }

    /// Begins the next segment.
    mutating func roll() throws(StorageFailure) {
        let bytes = writer.bytes
        retired.append(try writer.roll())
        formerBytes.append(bytes)
        report.segments += 1
        report.bytes += writer.bytes
    }

    /// Waits until all that was written is on the disk, former segments first.
    mutating func synchronize() throws(StorageFailure) {
        while let file = retired.first {
            try writer.actions.synchronize(file)
            file.close()
            retired.removeFirst()
        }
        try writer.synchronize()
        report.unsyncedBytes = 0
    }

    /// Counts a sync.
    mutating func countSync(microseconds: Int) {
        report.syncs += 1
        report.syncMicroseconds = microseconds
    }

    /// What is to be synced without this value, so that it can be written to meanwhile.
    struct Unsynced {
        /// Files to sync; of these all but the last are to be closed.
        let files: [DataFile]
        /// The directory, if it is to be synced too.
        let directory: String?
        /// How much of the report's unsynced bytes that covers.
        let bytes: Int
    }

    /// Hands over what is to be synced; nil when there is nothing.
    mutating func takeUnsynchronized() -> Unsynced? {
        guard report.unsyncedBytes > 0 || !retired.isEmpty || writer.isNameUnsynced else {
            return nil
        }
        defer { retired = [] }
        return Unsynced(
            files: retired + [writer.file],
            directory: writer.takeUnsyncedName() ? writer.directory : nil,
            bytes: report.unsyncedBytes)
    }

    /// A sync was done without this value.
    mutating func noteSynchronized(_ unsynced: Unsynced, microseconds: Int) {
        report.unsyncedBytes -= unsynced.bytes
        countSync(microseconds: microseconds)
    }

    /// Syncs everything, gives back reserved room, and closes the files.
    mutating func close() throws(StorageFailure) {
        defer { abandon() }
        try writer.trim()
        try synchronize()
        report.syncs += 1
    }

    /// Closes the files as they are.
    mutating func abandon() {
        for file in retired { file.close() }
        retired = []
        writer.file.close()
    }
}

/// Compaction: from a certain segment on, everything is in the log once more.
extension LogDisk {
    /// Begins the segment from which on everything is written once more.
    mutating func beginCompaction() throws(StorageFailure) {
        try roll()
        compactedFrom = writer.segment
        do throws(StorageFailure) {
            try LogBeginning.prepare(writer.segment, writer.directory, owner: writer.owner)
            isBeginningPrepared = true
        } catch {
            // It is tried again at the end, which then fails for the same reason.
            isBeginningPrepared = false
        }
    }

    /// Lets the log begin with the compaction, durably and at once.
    func takeEffect(_ first: Int) throws(StorageFailure) {
        if !isBeginningPrepared {
            try LogBeginning.prepare(first, writer.directory, owner: writer.owner)
        }
        try LogBeginning.putInPlace(writer.directory)
    }

    /// The compaction has taken effect, or was given up.
    ///
    /// - Parameter isDone: whether the log begins with it from now on.
    /// - Returns: the segments that are not needed any more, in order.
    mutating func endCompaction(isDone: Bool) -> [Int] {
        defer { compactedFrom = nil }
        guard isDone, let first = compactedFrom, first > firstSegment else { return [] }
        let obsolete = Array(firstSegment..<first)
        let bytes = formerBytes.prefix(obsolete.count).reduce(0, +)
        formerBytes.removeFirst(obsolete.count)
        firstSegment = first
        report.segments -= obsolete.count
        report.bytes -= bytes
        report.compactions += 1
        report.freedBytes += bytes
        return obsolete
    }
}
