import Bytes

/// The first line of each file of the log: whose it is, and which.
///
/// ```
/// {"format":1,"cluster":"…","node":"…","segment":2,
///  "incarnation":4,"boot":"…","before":67108811,"c":"…"}      (one line)
/// ```
public struct SegmentHeader: Equatable, Sendable {
    /// The format that this version writes, and the newest that it reads.
    public static let newestFormat = 1

    /// The cluster's id.
    public var clusterID: String
    /// The node's id.
    public var nodeID: String
    /// The file's number, counted from 1.
    public var segment: Int
    /// The start of the node's process that began this file; 0 at founding.
    public var incarnation: Int
    /// The boot of the machine in which this file was begun.
    public var bootID: String
    /// The length in bytes of the segment before, which is never written again; 0 in the first.
    ///
    /// Lines that vanished from its end are noticed by this.
    public var bytesBefore: Int

    /// Makes a header.
    public init(
        clusterID: String, nodeID: String, segment: Int, incarnation: Int, bootID: String,
        bytesBefore: Int
    ) {
        self.clusterID = clusterID
        self.nodeID = nodeID
        self.segment = segment
        self.incarnation = incarnation
        self.bootID = bootID
        self.bytesBefore = bytesBefore
    }

    /// Appends the header and a line feed.
    public func append(to output: OutputBuffer) {
        let texts = clusterID.utf8.count + nodeID.utf8.count + bootID.utf8.count
        // A string is never longer than its base64.
        var line = LineWriter(at: output.reserve(2 * texts + RecordEncoder.fixedBytesMax))
        line.write("{\"format\":1")
        SegmentHeader.write(clusterID, ",\"cluster\":\"", &line)
        SegmentHeader.write(nodeID, ",\"node\":\"", &line)
        line.write(",\"segment\":")
        line.write(decimal: segment)
        line.write(",\"incarnation\":")
        line.write(decimal: incarnation)
        SegmentHeader.write(bootID, ",\"boot\":\"", &line)
        line.write(",\"before\":")
        line.write(decimal: bytesBefore)
        output.advance(line.close())
    }

    /// Ids are plain text; one that is not is written as base64 and compares unequal when read.
    private static func write(_ text: String, _ name: StaticString, _ line: inout LineWriter) {
        var text = text
        text.withUTF8 { line.write(UnsafeRawBufferPointer($0), text: name, base64: name) }
    }

    /// Why a line is not a header.
    public enum Failure: Error, Equatable, Sendable {
        /// A newer version wrote it; the format it names.
        case newerFormat(Int)
        /// Something is wrong with it.
        case unreadable(RecordFailure)
    }

    /// Reads the first line of a file.
    ///
    /// - Parameter line: the line without its line feed.
    /// - Returns: what it says.
    /// - Throws: that the format is newer, or what is wrong with the line.
    public static func decode(_ line: UnsafeRawBufferPointer) throws(Failure) -> SegmentHeader {
        if let format = format(line), format > newestFormat, !isRotten(line) {
            throw .newerFormat(format)
        }
        let scratch = OutputBuffer()
        defer { scratch.deallocate() }
        do throws(RecordFailure) {
            var cursor = try LineCursor(line)
            try cursor.expect("{\"format\":1,\"cluster\":\"")
            let clusterID = try text(&cursor, scratch)
            try cursor.expect(",\"node\":\"")
            let nodeID = try text(&cursor, scratch)
            try cursor.expect(",\"segment\":")
            let segment = try cursor.number()
            try cursor.expect(",\"incarnation\":")
            let incarnation = try cursor.number()
            try cursor.expect(",\"boot\":\"")
            let bootID = try text(&cursor, scratch)
            try cursor.expect(",\"before\":")
            let bytesBefore = try cursor.number()
            guard cursor.isAtEnd else { throw RecordFailure(.syntax, offset: cursor.index) }
            return SegmentHeader(
                clusterID: clusterID, nodeID: nodeID, segment: segment, incarnation: incarnation,
                bootID: bootID, bytesBefore: bytesBefore)
        } catch {
            throw .unreadable(error)
        }
    }

    private static func text(
        _ cursor: inout LineCursor, _ scratch: OutputBuffer
    ) throws(RecordFailure) -> String {
        scratch.clear()
        return String(decoding: try cursor.text(scratch), as: UTF8.self)
    }

    private static let opening = Array("{\"format\":".utf8)

    /// Whether a line would be whole if it named this version's format: then its number is damaged,
    /// and nobody newer has written it.
    private static func isRotten(_ line: UnsafeRawBufferPointer) -> Bool {
        let rest = line.dropFirst(opening.count).drop { (48...57).contains($0) }
        return (opening + Array("\(newestFormat)".utf8) + rest).withUnsafeBytes { mended in
            do throws(RecordFailure) {
                _ = try LineCursor(mended)
                return true
            } catch {
                return false
            }
        }
    }

    /// The format that a line names, whatever else it says: newer ones may close it otherwise.
    private static func format(_ line: UnsafeRawBufferPointer) -> Int? {
        guard line.starts(with: opening) else { return nil }
        let digits = line.dropFirst(opening.count).prefix { (48...57).contains($0) }
        return parseDecimal(UnsafeRawBufferPointer(rebasing: digits))
    }
}
