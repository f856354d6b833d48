import Foundation
import Log

/// What the bytes of a ring file say.
struct RingFileContent {
    /// The last body of each kind.
    private(set) var bodies: [RingFile.Kind: [UInt8]] = [:]
    /// How many bytes are good; what follows is a torn tail.
    private(set) var bytes = 0

    /// The header without its end: ids are hexadecimal, so nothing in it needs an escape.
    static func header(_ owner: LogOwner) -> String {
        #"{"format":1,"cluster":"\#(owner.clusterID)","node":"\#(owner.nodeID)""#
    }

    init(_ file: [UInt8], path: String, owner: LogOwner) throws(StorageFailure) {
        var offset = 0
        var bad: StorageFailure?
        var isHeader = true
        while offset < file.count {
            let end = file[offset...].firstIndex(of: 0x0A)
            let line = Array(file[offset..<(end ?? file.count)])
            if let end, let content = RingFileContent.content(of: line) {
                // A crash tears only the end; so what is bad before a good line is damage.
                if let bad { throw bad }
                if isHeader {
                    try RingFileContent.check(header: content, path, owner)
                } else {
                    try take(content, path, offset)
                }
                isHeader = false
                bytes = end + 1
            } else {
                let reason = "a line that cannot be read"
                bad = bad ?? .damaged(path: path, offset: offset, reason: reason)
                if isHeader { try RingFileContent.refuseNewer(line, path) }
            }
            offset = (end ?? file.count - 1) + 1
        }
        guard bodies[.epoch] != nil else {
            throw .damaged(path: path, offset: bytes, reason: "it holds no epoch")
        }
    }

    private static func content(of line: [UInt8]) -> [UInt8]? {
        line.withUnsafeBytes { bytes in
            do throws(RecordFailure) {
                return Array(try SealedLine.content(of: bytes))
            } catch {
                return nil
            }
        }
    }

    private mutating func take(
        _ content: [UInt8], _ path: String, _ offset: Int
    ) throws(StorageFailure) {
        for kind in RingFile.Kind.allCases {
            let opening = Array("{\"kind\":\"\(kind.rawValue)\",\"body\":".utf8)
            if content.starts(with: opening) {
                bodies[kind] = Array(content.dropFirst(opening.count))
                return
            }
        }
        throw .damaged(
            path: path, offset: offset, reason: "an unknown line, which needs a newer version")
    }

    private struct Header: Decodable {
        var format: Int
        var cluster: String?
        var node: String?
    }

    private static func check(
        header content: [UInt8], _ path: String, _ owner: LogOwner
    ) throws(StorageFailure) {
        if content == Array(header(owner).utf8) { return }
        try refuseNewer(content + [UInt8(ascii: "}")], path)
        guard let header = decoded(content + [UInt8(ascii: "}")]), let cluster = header.cluster,
            let node = header.node
        else { throw .damaged(path: path, offset: 0, reason: "its first line is no header") }
        try owner.check(path, clusterID: cluster, nodeID: node)
    }

    private static func refuseNewer(_ line: [UInt8], _ path: String) throws(StorageFailure) {
        guard let format = decoded(line)?.format, format > SegmentHeader.newestFormat else {
            return
        }
        throw .newerFormat(path: path, format: format, newest: SegmentHeader.newestFormat)
    }

    private static func decoded(_ line: [UInt8]) -> Header? {
        do {
            return try JSONDecoder().decode(Header.self, from: Data(line))
        } catch {
            return nil
        }
    }
}
