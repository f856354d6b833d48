import Foundation
import Ring

/// When written records are forced to the disk.
public enum FsyncPolicy: String, Sendable, Codable, CaseIterable {
    /// Before a write is acknowledged; one sync for all that came together.
    case always
    /// Once a second.
    case everysec
    /// When the system pleases.
    case no
}

/// Who a node is: what `node.json` holds.
public struct NodeIdentity: Sendable, Codable, Equatable {
    /// The format that this version writes, and the newest that it reads.
    public static let newestFormat = 1

    /// The file's format.
    public private(set) var format = NodeIdentity.newestFormat
    /// The node's identity.
    public var id: NodeID
    /// Its name.
    public var name: String
    /// The address it listens on.
    public var host: String
    /// Its TCP port.
    public var port: Int
    /// The cluster's id.
    public var clusterID: String
    /// The cluster's name.
    public var clusterName: String
    /// Starts of its process so far; 0 at founding.
    public var incarnation: Int
    /// The boot of the machine in which its process last started; empty at founding.
    public var bootID: String
    /// The policy under which its process last started.
    public var fsync: FsyncPolicy
    /// Whether its process last ended in good order, all records on the disk.
    public var isClosed: Bool

    /// Makes the identity of a node that is founded now.
    public init(
        id: NodeID, name: String, host: String, port: Int, clusterID: String,
        clusterName: String, fsync: FsyncPolicy = .always
    ) {
        self.id = id
        self.name = name
        self.host = host
        self.port = port
        self.clusterID = clusterID
        self.clusterName = clusterName
        incarnation = 0
        bootID = ""
        self.fsync = fsync
        isClosed = true
    }

    static let fileName = "node.json"
    /// No `node.json` is longer, in bytes.
    private static let countMax = 64 << 10

    /// Reads `node.json`.
    static func read(from directory: String) throws(StorageFailure) -> NodeIdentity {
        let path = directory + "/" + fileName
        let file = try DataFile.open(path, O_RDONLY)
        defer { file.close() }
        let bytes = try file.contents(countMax: countMax)
        struct Format: Decodable { var format: Int }
        do {
            let format = try JSONDecoder().decode(Format.self, from: Data(bytes)).format
            guard format <= newestFormat else {
                throw StorageFailure.newerFormat(
                    path: path, format: format, newest: newestFormat)
            }
            let identity = try JSONDecoder().decode(NodeIdentity.self, from: Data(bytes))
            guard (0..<RingEpoch.numberLimit - 1).contains(identity.incarnation) else {
                throw StorageFailure.damaged(
                    path: path, offset: 0,
                    reason: "its incarnation \(identity.incarnation) is out of range")
            }
            return identity
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            throw .damaged(path: path, offset: 0, reason: "it does not describe a node: \(error)")
        }
    }

    /// Writes `node.json`, durable when it returns.
    func write(to directory: String) throws(StorageFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(self))
        } catch {
            preconditionFailure("strings and numbers are always encodable: \(error)")
        }
        bytes.append(UInt8(ascii: "\n"))
        try bytes.withBytes { (bytes) throws(StorageFailure) in
            try Directories.replace(NodeIdentity.fileName, in: directory, with: bytes)
        }
    }
}
