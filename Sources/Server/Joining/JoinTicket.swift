import Foundation
import Ring

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a node that joins has begun: `joining.json` in its directory.
///
/// It is on the disk before the node's id is sent to anybody, and goes when the node has been
/// founded. So whatever ends in between can be begun again: the id is then a member's already, or
/// it is not, and is sent once more.
struct JoinTicket: Codable, Equatable {
    /// Where a node of the cluster is.
    struct Seed: Codable, Equatable, Hashable {
        var host: String
        var port: Int
    }

    /// The format that this version writes, and the newest that it reads.
    static let newestFormat = 1
    static let fileName = "joining.json"
    /// No such file is longer, in bytes.
    private static let countMax = 256 << 10

    var format = newestFormat
    /// The id of the node to be.
    var id: NodeID
    /// What it is to be called; absent takes the next free name.
    var name: String?
    /// The address that it will listen on.
    var host: String
    /// Its TCP port.
    var port: Int
    /// The cluster's id; absent until the first node has told it.
    var clusterID: String?
    /// The cluster's name; absent when any will do.
    var clusterName: String?
    /// Nodes of the cluster.
    var seeds: [Seed]
    /// The member number that the node had when the cluster settled without it; absent for a new
    /// one.
    var formerNumber: Int?

    /// Begins to join.
    init(_ options: JoinOptions, host: String, port: Int) {
        var generator = SystemRandomNumberGenerator()
        id = NodeID(random: &generator)
        name = options.name
        self.host = host
        self.port = port
        clusterID = options.clusterID
        clusterName = options.clusterName
        seeds = []
        add(options.seeds.map { Seed(host: $0.host, port: $0.port) })
    }

    /// Begins to join anew, as an empty node of the same name.
    ///
    /// - Parameters:
    ///   - identity: who the node was.
    ///   - formerNumber: its member number.
    ///   - epoch: the last one that it has adopted.
    init(again identity: NodeIdentity, formerNumber: Int, epoch: RingEpoch) {
        var generator = SystemRandomNumberGenerator()
        id = NodeID(random: &generator)
        name = identity.name
        host = identity.host
        port = identity.port
        clusterID = identity.clusterID
        clusterName = identity.clusterName
        seeds = []
        self.formerNumber = formerNumber
        add(
            epoch.members.filter { $0.id != identity.id }.map { Seed(host: $0.host, port: $0.port) }
        )
    }

    /// Adds nodes to ask, those that are there already left out.
    mutating func add(_ more: [Seed]) {
        for seed in more where !seeds.contains(seed) && seeds.count < JoinLimits.seedsMax {
            seeds.append(seed)
        }
    }

    /// Reads the ticket of a directory; nil when there is none.
    ///
    /// - Throws: that it is damaged, newer or cannot be read.
    static func read(from directory: String) throws(StorageFailure) -> JoinTicket? {
        guard try Directories.exists(directory),
            try Directories.names(directory).contains(fileName)
        else { return nil }
        let path = directory + "/" + fileName
        let file = try DataFile.open(path, O_RDONLY)
        defer { file.close() }
        let data = Data(try file.contents(countMax: countMax))
        struct Format: Decodable { var format: Int }
        do {
            let format = try JSONDecoder().decode(Format.self, from: data).format
            guard format <= newestFormat else {
                throw StorageFailure.newerFormat(path: path, format: format, newest: newestFormat)
            }
            return try JSONDecoder().decode(JoinTicket.self, from: data)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            throw .damaged(path: path, offset: 0, reason: "it does not say who joins: \(error)")
        }
    }

    /// Writes the ticket, durable when this returns.
    func write(to directory: String) throws(StorageFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("strings and numbers are always encodable: \(error)")
        }
        try bytes.withBytes { (bytes) throws(StorageFailure) in
            try Directories.replace(JoinTicket.fileName, in: directory, with: bytes)
        }
    }

    /// Removes the ticket of a directory, if there is one.
    static func remove(from directory: String) throws(StorageFailure) {
        try Directories.remove(directory + "/" + fileName)
        try Directories.synchronize(directory)
    }
}
