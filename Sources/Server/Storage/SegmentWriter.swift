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
            if bytes == 0 { try writeHeader(bytesBefore: end.bytesBefore) }
            // What was replayed may so far be in memory only, if just the process had died.
            try file.synchronize()
            try Directories.synchronize(directory)
        } catch {
            file.close()
            throw error
        }
    }

    private mutating func writeHeader(bytesBefore: Int) throws(StorageFailure) {
        let line = OutputBuffer()
        defer { line.deallocate() }
        owner.header(segment: segment, bytesBefore: bytesBefore).append(to: line)
        try actions.write(file, line.bytes, 0)
        bytes = line.count
        headerBytes = line.count
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

    /// Waits until all that was written is on the disk.
    func synchronize() throws(StorageFailure) { try actions.synchronize(file) }

    /// Begins the next segment.
    ///
    /// - Returns: the former segment's file, cut to its length, for the caller to sync and close.
    mutating func roll() throws(StorageFailure) -> DataFile {
        let former = file
        try former.truncate(to: bytes)
        let path = LogFiles.path(directory, segment + 1)
        file = try DataFile.open(path, O_RDWR | O_CREAT | O_EXCL)
        segment += 1
        reservedBytes = 0
        try writeHeader(bytesBefore: bytes)
        try Directories.synchronize(directory)
        return former
    }

    /// Gives back the room that is reserved and not used.
    func trim() throws(StorageFailure) { try file.truncate(to: bytes) }
}
