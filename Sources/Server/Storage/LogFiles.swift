import Log

/// Whose log it is, for the headers of its files.
public struct LogOwner: Sendable, Equatable {
    /// The cluster's id.
    public var clusterID: String
    /// The node's id.
    public var nodeID: String
    /// The start of the node's process.
    public var incarnation: Int
    /// The boot of the machine.
    public var bootID: String

    /// The node that writes now.
    public init(_ identity: NodeIdentity) {
        self.init(identity, bootID: identity.bootID)
    }

    init(_ identity: NodeIdentity, bootID: String) {
        clusterID = identity.clusterID
        nodeID = identity.id.description
        incarnation = identity.incarnation
        self.bootID = bootID
    }

    func header(segment: Int, bytesBefore: Int) -> SegmentHeader {
        SegmentHeader(
            clusterID: clusterID, nodeID: nodeID, segment: segment, incarnation: incarnation,
            bootID: bootID, bytesBefore: bytesBefore)
    }

    /// Refuses what another cluster or node has written.
    func check(_ path: String, clusterID: String, nodeID: String) throws(StorageFailure) {
        guard clusterID == self.clusterID else {
            throw .foreign(
                path: path, what: "cluster", found: clusterID, expected: self.clusterID)
        }
        guard nodeID == self.nodeID else {
            throw .foreign(path: path, what: "node", found: nodeID, expected: self.nodeID)
        }
    }
}

/// The names of the log's files: `00000001.jsonl`, `00000002.jsonl` and so on.
enum LogFiles {
    static let directoryName = "log"
    private static let suffix = ".jsonl"
    private static let digitCount = 8

    static func name(_ segment: Int) -> String {
        let digits = String(segment)
        return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits + suffix
    }

    static func path(_ directory: String, _ segment: Int) -> String {
        directory + "/" + name(segment)
    }

    /// The number of a segment's file; nil for other names.
    static func number(of name: String) -> Int? {
        guard name.hasSuffix(suffix), let number = Int(name.dropLast(suffix.count)), number > 0,
            self.name(number) == name
        else { return nil }
        return number
    }

    /// The segments of a log in ascending order; at least one, and none is missing in between.
    ///
    /// - Parameters:
    ///   - directory: where they are.
    ///   - first: the number of the segment with which the log begins.
    /// - Returns: their numbers.
    /// - Throws: which one is missing.
    static func segments(
        _ directory: String, from first: Int = 1
    ) throws(StorageFailure) -> [Int] {
        let segments = try numbers(directory).filter { $0 >= first }
        guard !segments.isEmpty else { throw .missing(path: path(directory, first)) }
        for (distance, segment) in segments.enumerated() where segment != first + distance {
            throw .missing(path: path(directory, first + distance))
        }
        return segments
    }

    /// Removes segments before the log's beginning: what a compaction could not remove any more.
    static func removeLeftovers(_ directory: String, before first: Int) throws(StorageFailure) {
        for segment in try numbers(directory) where segment < first {
            try Directories.remove(path(directory, segment))
        }
    }

    private static func numbers(_ directory: String) throws(StorageFailure) -> [Int] {
        try Directories.names(directory).compactMap(number).sorted()
    }
}
