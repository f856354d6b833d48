import Bytes
import Log

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// How bytes come to the disk; tests replace it to see failures.
struct FileActions: Sendable {
    var write: @Sendable (DataFile, UnsafeRawBufferPointer, Int) throws(StorageFailure) -> Void
    var synchronize: @Sendable (DataFile) throws(StorageFailure) -> Void

    /// The real ones.
    static let system = FileActions(
        write: { (file, bytes, offset) throws(StorageFailure) in
            try file.write(bytes, at: offset)
        },
        synchronize: { (file) throws(StorageFailure) in try file.synchronize() })
}

/// Appends to the last segment of a log and begins new ones.
///
/// Belongs to one thread at a time.
struct SegmentWriter {
    /// How far ahead room on the disk is reserved, in bytes.
    private static let reserveBytes = 4 << 20

    let directory: String
    let owner: LogOwner
    let segmentBytesMax: Int
    let actions: FileActions
    /// The file written to.
    private(set) var file: DataFile
    /// Its number.
    private(set) var segment: Int
    /// Its length in bytes.
    private(set) var bytes: Int
    private var reservedBytes = 0
    /// What its header takes; 0 in a segment that an earlier process began.
    private var headerBytes = 0
    /// Whether a segment was begun whose name may not be on the disk yet.
    private(set) var isNameUnsynced = false

    /// Goes on where a replay ended, after cutting what it found behind.
    init(
        directory: String, owner: LogOwner, end: LogReader.End, segmentBytesMax: Int,
        actions: FileActions
    ) throws(StorageFailure) {
        self.directory = directory
        self.owner = owner
        self.segmentBytesMax = segmentBytesMax
        self.actions = actions
        segment = end.segment
        bytes = end.bytes
        file = try DataFile.open(LogFiles.path(directory, end.segment), O_RDWR)
        do throws(StorageFailure) {
            if try file.size() > bytes { try file.truncate(to: bytes) }
            if bytes == 0 {
                bytes = try writeHeader(file, bytesBefore: end.bytesBefore)
                headerBytes = bytes
            }
            // What was replayed may so far be in memory only, if just the process had died.
            try file.synchronize()
            try Directories.synchronize(directory)
        } catch {
            file.close()
            throw error
        }
    }

    /// Returns the header's length in bytes.
    private func writeHeader(
        _ file: DataFile, bytesBefore: Int
    ) throws(StorageFailure) -> Int {
        let line = OutputBuffer()
        defer { line.deallocate() }
        owner.header(segment: segment, bytesBefore: bytesBefore).append(to: line)
        try actions.write(file, line.bytes, 0)
        return line.count
    }

    /// Whether a batch of so many bytes begins a new segment; a batch is never divided.
    func isFull(for count: Int) -> Bool {
        bytes + count > segmentBytesMax && bytes > headerBytes
    }

    /// Writes a batch of lines behind the others.
    mutating func write(_ batch: UnsafeRawBufferPointer) throws(StorageFailure) {
        let end = bytes + batch.count
        if end > reservedBytes {
            file.reserve(from: bytes, count: batch.count + SegmentWriter.reserveBytes)
            reservedBytes = end + SegmentWriter.reserveBytes
        }
        try actions.write(file, batch, bytes)
        bytes = end
    }

    /// Removes what a write that failed has left behind the last whole batch.
    mutating func cutBack() throws(StorageFailure) {
        reservedBytes = 0
        try file.truncate(to: bytes)
    }

    /// Waits until all that was written is on the disk.
    mutating func synchronize() throws(StorageFailure) {
        if takeUnsyncedName() { try Directories.synchronize(directory) }
        try actions.synchronize(file)
    }

    /// Whether the directory has to be synced; the caller does it.
    mutating func takeUnsyncedName() -> Bool {
        defer { isNameUnsynced = false }
        return isNameUnsynced
    }

    /// Begins the next segment; when that fails, the present one goes on.
    ///
    /// - Returns: the former segment's file, cut to its length, for the caller to sync and close.
    mutating func roll() throws(StorageFailure) -> DataFile {
        try cutBack()
        let path = LogFiles.path(directory, segment + 1)
        let fresh = try DataFile.open(path, O_RDWR | O_CREAT | O_EXCL)
        segment += 1
        do throws(StorageFailure) {
            headerBytes = try writeHeader(fresh, bytesBefore: bytes)
        } catch {
            segment -= 1
            fresh.close()
            try Directories.remove(path)
            throw error
        }
        defer { file = fresh }
        bytes = headerBytes
        isNameUnsynced = true
        return file
    }

    /// Gives back the room that is reserved and not used.
    func trim() throws(StorageFailure) { try file.truncate(to: bytes) }
}
