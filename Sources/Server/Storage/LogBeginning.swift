import Bytes
import Foundation
import Log

/// Where the log begins, once it has been compacted: `log/first.json`.
///
/// ```
/// {"format":1,"cluster":"…","node":"…","first":7,"c":"…"}
/// ```
///
/// Its replacement is the one moment in which a compaction takes effect. Segments with smaller
/// numbers are leftovers from then on. Without the file the log begins at segment 1.
struct LogBeginning {
    static let fileName = "first.json"
    /// No such file is longer, in bytes.
    private static let countMax = 4 << 10

    private struct Format: Decodable { var format: Int }

    private struct Content: Decodable {
        var cluster: String
        var node: String
        var first: Int
    }

    /// The number of the first segment that counts.
    ///
    /// - Throws: why it cannot be told: the file is damaged, newer or another node's.
    static func read(_ directory: String, owner: LogOwner) throws(StorageFailure) -> Int {
        guard try Directories.names(directory).contains(fileName) else { return 1 }
        let path = directory + "/" + fileName
        let file = try DataFile.open(path, O_RDONLY)
        defer { file.close() }
        let bytes = try file.contents(countMax: countMax)
        let content: Content
        do {
            let body = try bytes.dropLast().withUnsafeBytes { line in
                Array(try SealedLine.content(of: line)) + [UInt8(ascii: "}")]
            }
            let format = try JSONDecoder().decode(Format.self, from: Data(body)).format
            guard format <= SegmentHeader.newestFormat else {
                throw StorageFailure.newerFormat(
                    path: path, format: format, newest: SegmentHeader.newestFormat)
            }
            content = try JSONDecoder().decode(Content.self, from: Data(body))
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            throw .damaged(path: path, offset: 0, reason: "it does not tell where the log begins")
        }
        try owner.check(path, clusterID: content.cluster, nodeID: content.node)
        guard content.first > 0 else {
            throw .damaged(path: path, offset: 0, reason: "no segment has number \(content.first)")
        }
        return content.first
    }

    /// Lets the log begin at a segment, durably and at once.
    static func write(
        _ first: Int, _ directory: String, owner: LogOwner
    ) throws(StorageFailure) {
        try prepare(first, directory, owner: owner)
        try putInPlace(directory)
    }

    /// Writes what ``putInPlace(_:)`` then lets count, which so needs no room on the disk.
    static func prepare(
        _ first: Int, _ directory: String, owner: LogOwner
    ) throws(StorageFailure) {
        let line = OutputBuffer()
        defer { line.deallocate() }
        // Ids are hexadecimal, so nothing needs an escape.
        line.append(
            "{\"format\":1,\"cluster\":\"\(owner.clusterID)\",\"node\":\"\(owner.nodeID)\""
                + ",\"first\":\(first)")
        SealedLine.close(line, from: 0)
        try Directories.prepare(fileName, in: directory, with: line.bytes)
    }

    /// Lets count, durably and at once, what was prepared.
    static func putInPlace(_ directory: String) throws(StorageFailure) {
        try Directories.putInPlace(fileName, in: directory)
    }
}
