import Glibc

/// The right to start and stop nodes of one cluster; held by one program at a time, and given back
/// by the kernel when that program ends in whatever way.
struct FolderLock {
    /// How long another program's work is waited for.
    static let patience: Duration = .seconds(20)

    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Gives the lock back; exactly once, by whoever took it.
    func release() { close(descriptor) }

    /// Makes the folder if need be and takes its lock, waiting for another holder.
    static func take(
        _ folder: ClusterFolder, patience: Duration = patience
    ) async throws(LocalClusterError) -> FolderLock {
        let end = ContinuousClock.now + patience
        while true {
            try Files.makeFolder(folder.path)
            if let lock = try attempt(folder) { return lock }
            if ContinuousClock.now >= end { throw .busy(folder: folder.path) }
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw .busy(folder: folder.path)
            }
        }
    }

    private static func attempt(
        _ folder: ClusterFolder
    ) throws(LocalClusterError) -> FolderLock? {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw Files.failure("opening \(folder.path)")
        }
        let lock = FolderLock(descriptor: descriptor)
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let isHeld = errno == EWOULDBLOCK || errno == EINTR
            let failure = Files.failure("locking \(folder.path)")
            lock.release()
            if isHeld { return nil }
            throw failure
        }
        if lock.names(folder.path) { return lock }
        lock.release()
        return nil
    }

    /// Whether the locked folder is still the one at the path: wiping removes it.
    private func names(_ path: String) -> Bool {
        var locked = stat()
        var present = stat()
        return fstat(descriptor, &locked) == 0 && stat(path, &present) == 0
            && locked.st_ino == present.st_ino && locked.st_dev == present.st_dev
    }
}
