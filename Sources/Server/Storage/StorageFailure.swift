import Log

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Why a node's files cannot be used.
public enum StorageFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system refused; the operation, the file and `errno`.
    case system(operation: String, path: String, code: Int32)
    /// Another process has the directory; its id where the lock file tells it.
    case inUse(path: String, processID: Int?)
    /// There is no node in the directory.
    case noNode(path: String)
    /// There is a node in the directory already.
    case nodeExists(path: String)
    /// The directory holds something else, by name.
    case notEmpty(path: String, name: String)
    /// Not a directory or not a regular file, as the case needs.
    case wrongKind(path: String, expected: String)
    /// A newer version wrote the file.
    case newerFormat(path: String, format: Int, newest: Int)
    /// The file belongs to another node or cluster.
    case foreign(path: String, what: String, found: String, expected: String)
    /// A file that must be there is not.
    case missing(path: String)
    /// The file cannot be read at an offset in bytes, and must be.
    case damaged(path: String, offset: Int, reason: String)
    /// The log or ring file stopped taking writes earlier; why it did.
    case stopped(reason: String)

    /// The failure in words, for people.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "cannot \(operation) \(path): \(String(cString: strerror(code)))"
        case .inUse(let path, let processID?): "\(path) is in use by process \(processID)"
        case .inUse(let path, nil): "\(path) is in use by another process"
        case .noNode(let path):
            "\(path) holds no node; with --join it becomes one of a cluster that is there"
        case .nodeExists(let path): "\(path) holds a node already"
        case .notEmpty(let path, let name): "\(path) is not empty: it holds \(name)"
        case .wrongKind(let path, let expected): "\(path) is not a \(expected)"
        case .newerFormat(let path, let format, let newest):
            "\(path) has format \(format), which is newer than this version, "
                + "which reads format \(newest)"
        case .foreign(let path, let what, let found, let expected):
            "\(path) belongs to \(what) \(found), not to \(expected)"
        case .missing(let path): "\(path) is missing"
        case .damaged(let path, let offset, let reason): "\(path) at byte \(offset): \(reason)"
        case .stopped(let reason): "no more writes are taken: \(reason)"
        }
    }

    /// What clients hear of it: the path is for the node's own log.
    var clientText: String { isFullDisk ? "the disk is full" : "the log has failed" }

    /// Whether it ends by itself once the disk has room again.
    ///
    /// A sync that fails for want of room is another matter: nobody knows what it has written.
    var isFullDisk: Bool {
        guard case .system(let operation, _, let code) = self else { return false }
        return operation != "sync" && (code == ENOSPC || code == EDQUOT)
    }

    /// The failure of the system call that came just before.
    static func last(_ operation: String, _ path: String) -> StorageFailure {
        .system(operation: operation, path: path, code: errno)
    }
}
