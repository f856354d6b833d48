#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What is done to directories and to files as a whole.
enum Directories {
    /// Files of this ending are leftovers of an interrupted replacement, never read.
    static let temporarySuffix = ".tmp"

    /// Makes a directory that only its owner may enter, and the ones above it.
    static func make(_ path: String) throws(StorageFailure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let cut = path.lastIndex(of: "/"), cut > path.startIndex else {
            throw .last("make", path)
        }
        try make(String(path[..<cut]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last("make", path) }
    }

    /// Refuses what is there and is no directory; a link to one is.
    ///
    /// - Returns: whether it is there.
    static func exists(_ path: String) throws(StorageFailure) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return false }
            throw .last("examine", path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .wrongKind(path: path, expected: "directory")
        }
        return true
    }

    /// The names in a directory, sorted, without `.` and `..`.
    static func names(_ path: String) throws(StorageFailure) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .last("list", path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .last("list", path) }
        return names.sorted()
    }

    /// The room on the disk that files in a directory may still take, in bytes.
    static func freeBytes(_ path: String) throws(StorageFailure) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw .last("examine", path) }
        let (bytes, isOver) = Int(status.f_bavail).multipliedReportingOverflow(
            by: Int(status.f_frsize))
        return isOver ? Int.max : bytes
    }

    /// Waits until the names in a directory are on the disk.
    static func synchronize(_ path: String) throws(StorageFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("sync", path) }
    }

    /// Removes a file; one that is not there is no failure.
    static func remove(_ path: String) throws(StorageFailure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last("remove", path) }
    }

    /// Puts a file in place at once and durably: a crash leaves the former one or the new one.
    static func replace(
        _ name: String, in directory: String, with bytes: UnsafeRawBufferPointer
    ) throws(StorageFailure) {
        try prepare(name, in: directory, with: bytes)
        try putInPlace(name, in: directory)
    }

    /// Writes what is to take a file's place, beside it.
    static func prepare(
        _ name: String, in directory: String, with bytes: UnsafeRawBufferPointer
    ) throws(StorageFailure) {
        let temporary = directory + "/" + name + temporarySuffix
        try remove(temporary)
        let file = try DataFile.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
        defer { file.close() }
        do throws(StorageFailure) {
            try file.write(bytes, at: 0)
        } catch {
            // Half of it would only take room on a disk that is full.
            try remove(temporary)
            throw error
        }
    }

    /// Lets what was prepared take a file's place, at once and durably.
    static func putInPlace(_ name: String, in directory: String) throws(StorageFailure) {
        let path = directory + "/" + name
        let file = try DataFile.open(path + temporarySuffix, O_WRONLY)
        defer { file.close() }
        try file.synchronize()
        guard rename(path + temporarySuffix, path) == 0 else { throw .last("replace", path) }
        try synchronize(directory)
    }
}
