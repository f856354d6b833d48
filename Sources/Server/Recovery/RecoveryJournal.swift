import Foundation
import Ring

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a recovery has made and still has to put in place: a file beside the directories.
///
/// It is written when all new directories are complete, and removed when all are in place. So what
/// is broken off before leaves the cluster as it was, and what is broken off later is put right by
/// carrying out the moves once more: each is done already, or can still be done. If a node has run
/// meanwhile, what was made of its directory is old, and all is taken back instead.
struct RecoveryJournal: Codable, Equatable {
    /// One node's directory.
    struct Move: Codable, Equatable {
        /// The node's name.
        var name: String
        /// The directory that its process uses.
        var directory: String
        /// The former node's identity; nil in format 1.
        var id: NodeID?
        /// Its incarnation when its directory was read; nil in format 1.
        ///
        /// A later one knows more.
        var incarnation: Int?

        /// Where the new directory is made.
        var made: String { directory + ".recovered" }

        /// Where the former directory stays.
        func kept(_ formerID: String) -> String {
            directory + ".before-recovery-" + formerID.prefix(8)
        }
    }

    static let newestFormat = 2
    /// No such file is longer, in bytes.
    private static let countMax = 1 << 20

    var format = newestFormat
    /// The cluster's name.
    var clusterName: String
    /// The id of the cluster that was.
    var formerID: String
    /// The id of the cluster that is made.
    var clusterID: String
    var moves: [Move]

    /// Reads the journal; nil when no recovery was broken off.
    static func read(_ path: String) throws -> RecoveryJournal? {
        let file: DataFile
        do {
            file = try DataFile.open(path, O_RDONLY)
        } catch StorageFailure.missing {
            return nil
        }
        defer { file.close() }
        let data = Data(try file.contents(countMax: countMax))
        struct Format: Decodable { var format: Int }
        let journal: RecoveryJournal
        do {
            let format = try JSONDecoder().decode(Format.self, from: data).format
            guard format <= newestFormat else {
                throw StorageFailure.newerFormat(path: path, format: format, newest: newestFormat)
            }
            journal = try JSONDecoder().decode(RecoveryJournal.self, from: data)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            throw StorageFailure.damaged(
                path: path, offset: 0, reason: "it does not tell of a recovery: \(error)")
        }
        return journal
    }

    /// Writes the journal, durable when this returns.
    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        let (folder, name) = Self.parts(path)
        try bytes.withBytes { (bytes) throws(StorageFailure) in
            try Directories.replace(name, in: folder, with: bytes)
        }
    }

    /// Removes the journal: the recovery is over.
    static func remove(_ path: String) throws(StorageFailure) {
        try Directories.remove(path)
        try Directories.synchronize(parts(path).folder)
    }

    /// Puts every new directory in its place and keeps the former one beside it.
    func carryOut() throws(StorageFailure) {
        for move in moves {
            guard try Directories.exists(move.made) else { continue }
            let kept = move.kept(formerID)
            if try Directories.exists(move.directory) {
                // A node that was started meanwhile has to end first.
                let lock = try DirectoryLock(move.directory)
                defer { lock.release() }
                try Self.rename(move.directory, to: kept)
            }
            try Self.rename(move.made, to: move.directory)
        }
    }

    static func rename(_ path: String, to target: String) throws(StorageFailure) {
        guard systemRename(path, target) == 0 else { throw .last("rename", path) }
        try Directories.synchronize(parts(path).folder)
    }

    /// The folder that a path lies in, and its name there.
    static func parts(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[path.index(after: slash)...]))
    }
}

/// The system's own, which a method of the same name would hide.
private func systemRename(_ path: String, _ target: String) -> Int32 { rename(path, target) }
