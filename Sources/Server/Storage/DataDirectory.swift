import Log
import Ring

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A node's directory, held by this process alone.
///
/// ```
/// node.json          who the node is; replaced as a whole
/// ring.jsonl         epochs and votes; appended to, always synced
/// log/00000001.jsonl the records; appended to
/// log/first.json     where the log begins, once it was compacted
/// lock               held by the node's process
/// ```
public struct DataDirectory: Sendable {
    /// Where it is.
    public let path: String
    /// Who the node is, its new incarnation included.
    public private(set) var identity: NodeIdentity
    /// What `node.json` said before this start: the last boot, policy and whether it was closed.
    public let before: NodeIdentity

    private let lock: DirectoryLock

    /// Where its log is.
    public var logPath: String { path + "/" + LogFiles.directoryName }
    /// Where its epochs and votes are.
    public var ringPath: String { path + "/" + RingFile.fileName }

    /// Whether records that were not synced may be lost: the machine stopped, not only the
    /// process, while the policy was not `always`.
    public var mayHaveForgotten: Bool {
        !before.isClosed && before.fsync != .always && before.bootID != identity.bootID
    }

    /// Takes a node's directory for this process and begins its next incarnation, which is durable
    /// when this returns.
    ///
    /// Where records may be lost, `node.json` goes on to say what it said of the last boot until
    /// ``noteStart()``, so that this start may itself be interrupted.
    ///
    /// - Parameters:
    ///   - path: the directory, or a link to it.
    ///   - fsync: the policy of this start.
    ///   - host: the address from now on; nil leaves it.
    ///   - port: the port from now on; nil leaves it.
    ///   - bootID: the boot of this machine.
    /// - Throws: why it cannot be had: in use, no node there, a newer format, no access …
    public init(
        _ path: String, fsync: FsyncPolicy, host: String? = nil, port: Int? = nil,
        bootID: String? = nil
    ) throws(StorageFailure) {
        guard try Directories.exists(path) else { throw .noNode(path: path) }
        guard try Directories.names(path).contains(NodeIdentity.fileName) else {
            throw .noNode(path: path)
        }
        lock = try DirectoryLock(path)
        self.path = path
        do throws(StorageFailure) {
            before = try NodeIdentity.read(from: path)
            identity = before
            identity.incarnation += 1
            if let bootID {
                identity.bootID = bootID
            } else {
                identity.bootID = try BootID.present()
            }
            identity.fsync = fsync
            identity.host = host ?? identity.host
            identity.port = port ?? identity.port
            identity.isClosed = false
            var noted = identity
            if mayHaveForgotten {
                noted.bootID = before.bootID
                noted.fsync = before.fsync
            }
            try noted.write(to: path)
            try DataDirectory.removeLeftovers(path)
        } catch {
            lock.release()
            throw error
        }
    }

    /// Notes the present boot and policy: what the stop before may have cost is in the log now.
    ///
    /// - Throws: when the note could not be written.
    public func noteStart() throws(StorageFailure) { try identity.write(to: path) }

    /// Gives the directory free without a word about the records: as if the process had died.
    public func release() { lock.release() }

    /// Notes that all records are on the disk, and gives the directory free.
    ///
    /// - Throws: when the note could not be written; the directory is free all the same.
    public mutating func close() throws(StorageFailure) {
        defer { lock.release() }
        identity.isClosed = true
        try identity.write(to: path)
    }

    /// Removes the node: its cluster has settled without it.
    ///
    /// What is not a node's stays.
    ///
    /// - Throws: when something cannot be removed; `node.json` goes first, so that the rest is then
    ///   taken for an interrupted founding.
    public func forget() throws(StorageFailure) {
        defer { lock.release() }
        try Directories.remove(path + "/" + NodeIdentity.fileName)
        try Directories.synchronize(path)
        for name in try Directories.names(logPath) {
            try Directories.remove(logPath + "/" + name)
        }
        try Directories.remove(ringPath)
    }

    private static func removeLeftovers(_ path: String) throws(StorageFailure) {
        for directory in [path, path + "/" + LogFiles.directoryName]
        where try Directories.exists(directory) {
            for name in try Directories.names(directory)
            where name.hasSuffix(Directories.temporarySuffix) {
                try Directories.remove(directory + "/" + name)
            }
        }
    }
}

/// Which boot of the machine this is.
public enum BootID {
    /// The id of the present boot; equal for all processes until the machine starts anew.
    ///
    /// - Throws: when the system does not tell.
    public static func present() throws(StorageFailure) -> String {
        let path = "/proc/sys/kernel/random/boot_id"
        let file = try DataFile.open(path, O_RDONLY)
        defer { file.close() }
        // Files of the kernel say that they are empty; so it is read without asking.
        var bytes = [UInt8](repeating: 0, count: 64)
        let result: Result<Int, StorageFailure> = bytes.withUnsafeMutableBytes { buffer in
            do throws(StorageFailure) {
                return .success(try file.read(into: buffer, at: 0))
            } catch {
                return .failure(error)
            }
        }
        let text = bytes.prefix(try result.get()).filter { $0 > 0x20 }
        return String(decoding: text, as: UTF8.self)
    }
}
