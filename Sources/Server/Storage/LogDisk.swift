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
    /// Something was written since the last sync began.
    private(set) var isDirty = false

    init(_ writer: SegmentWriter, _ replayed: ReplayReport) {
        self.writer = writer
        report.segments = replayed.segments
        report.bytes = replayed.bytes
    }

    /// Writes lines behind the others, in a new segment when the last is full.
    mutating func write(
        _ batch: UnsafeRawBufferPointer, _ records: Int
    ) throws(StorageFailure) {
        if writer.isFull(for: batch.count) {
            retired.append(try writer.roll())
            report.segments += 1
            report.bytes += writer.bytes
        }
        try writer.write(batch)
        isDirty = true
        report.bytes += batch.count
        report.records += records
    }

    /// Waits until all that was written is on the disk, former segments first.
    mutating func synchronize() throws(StorageFailure) {
        while let file = retired.first {
            try writer.actions.synchronize(file)
            file.close()
            retired.removeFirst()
        }
        try writer.synchronize()
        isDirty = false
        report.syncs += 1
    }

    /// Hands over what is to be synced, to be done without this value; nil when there is nothing.
    ///
    /// - Returns: files to sync; of these all but the last are to be closed.
    mutating func takeUnsynchronized() -> [DataFile]? {
        guard isDirty || !retired.isEmpty else { return nil }
        defer {
            isDirty = false
            retired = []
        }
        return retired + [writer.file]
    }

    /// Counts a sync that was done without this value.
    mutating func countSync() { report.syncs += 1 }

    /// Syncs everything, gives back reserved room, and closes the files.
    mutating func close() throws(StorageFailure) {
        defer { abandon() }
        try writer.trim()
        try synchronize()
    }

    /// Closes the files as they are.
    mutating func abandon() {
        for file in retired { file.close() }
        retired = []
        writer.file.close()
    }
}
