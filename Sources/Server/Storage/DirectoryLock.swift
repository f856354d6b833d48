#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Holds a directory for one process, as long as it is not released.
///
/// The system drops the lock when the process dies, so it can never be stale; the file stays, and
/// the process id in it only serves to name the holder.
struct DirectoryLock: Sendable {
    static let fileName = "lock"

    private let file: DataFile

    /// Takes the lock, or says who has it.
    init(_ directory: String) throws(StorageFailure) {
        let file = try DataFile.open(
            directory + "/" + DirectoryLock.fileName, O_RDWR | O_CREAT)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { file.close() }
            guard code == EWOULDBLOCK else {
                throw .system(operation: "lock", path: file.path, code: code)
            }
            throw .inUse(path: directory, processID: DirectoryLock.holder(file))
        }
        self.file = file
        do throws(StorageFailure) {
            try file.truncate(to: 0)
            try Array("\(getpid())\n".utf8).withBytes { (bytes) throws(StorageFailure) in
                try file.write(bytes, at: 0)
            }
        } catch {
            release()
            throw error
        }
    }

    private static func holder(_ file: DataFile) -> Int? {
        do {
            let text = String(decoding: try file.contents(countMax: 32), as: UTF8.self)
            return Int(text.prefix { $0.isNumber })
        } catch {
            // The holder is named only as a help; that it holds the lock is certain.
            return nil
        }
    }

    /// Gives the directory free.
    func release() {
        // Closing is not enough: a child that is being started shares the lock until its program
        // begins.
        flock(file.descriptor, LOCK_UN)
        file.close()
    }
}
