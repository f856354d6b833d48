import Bytes
import Log

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes the log of a node that a recovery makes, in a directory that nobody uses yet.
final class RecoveryLog {
    /// A segment that has this many bytes is followed by a new one.
    private static let segmentBytesMax = 64 << 20
    /// Lines that are gathered before they are written, in bytes.
    private static let batchBytes = 1 << 20

    private let directory: String
    private let owner: LogOwner
    private let lines = OutputBuffer()
    private var file: DataFile
    private var segment = 1
    private var bytes: Int

    /// Goes on behind the header of a node's first segment, as founding has left it.
    init(_ directory: String, owner: LogOwner) throws(StorageFailure) {
        self.directory = directory
        self.owner = owner
        file = try DataFile.open(LogFiles.path(directory, segment), O_WRONLY)
        do throws(StorageFailure) {
            bytes = try file.size()
        } catch {
            file.close()
            lines.deallocate()
            throw error
        }
    }

    deinit {
        lines.deallocate()
        file.close()
    }

    /// Appends a record.
    func append(_ record: Record) throws(StorageFailure) {
        RecordEncoder.append(record, to: lines)
        if lines.count >= Self.batchBytes { try write() }
    }

    /// Writes what is left, and waits until all of it is on the disk.
    func finish() throws(StorageFailure) {
        try write()
        try file.synchronize()
        try Directories.synchronize(directory)
    }

    private func write() throws(StorageFailure) {
        if bytes >= Self.segmentBytesMax { try beginSegment() }
        try file.write(lines.bytes, at: bytes)
        bytes += lines.count
        lines.clear()
    }

    private func beginSegment() throws(StorageFailure) {
        try file.synchronize()
        let header = OutputBuffer()
        defer { header.deallocate() }
        owner.header(segment: segment + 1, bytesBefore: bytes).append(to: header)
        let next = try DataFile.open(
            LogFiles.path(directory, segment + 1), O_WRONLY | O_CREAT | O_EXCL)
        file.close()
        file = next
        segment += 1
        try file.write(header.bytes, at: 0)
        bytes = header.count
    }
}
