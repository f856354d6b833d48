import Glibc

/// The few file operations that a cluster's folder needs, with errors that name the path.
enum Files {
    /// The most bytes that a file of this module may have; more is damage.
    static let bytesMax = 1 << 20

    /// The file's bytes, at most ``bytesMax`` of them, or nil when there is no such file.
    static func read(_ path: String) throws(LocalClusterError) -> [UInt8]? {
        // Without O_NONBLOCK the other end of a FIFO would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            // ESRCH: an entry of /proc whose process has just ended.
            if errno == ENOENT || errno == ENOTDIR || errno == ESRCH { return nil }
            throw failure("reading \(path)")
        }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw failure("examining \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .damaged(file: path, why: "it is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < bytesMax {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == ESRCH { return nil }
                throw failure("reading \(path)")
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[0..<count])
        }
        throw .damaged(file: path, why: "it is larger than \(bytesMax) bytes")
    }

    /// Whether there is something at a path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Writes the file so that after a crash either the old bytes are there or all of the new ones.
    static func replace(_ path: String, with bytes: [UInt8]) throws(LocalClusterError) {
        let temporary = temporary(of: path)
        do {
            try write(bytes, to: temporary)
            try move(temporary, to: path)
        } catch {
            // What made the write fail, such as a full disk, is what is told.
            unlink(temporary)
            throw error
        }
    }

    /// Where the bytes are written that are to take a file's place.
    static func temporary(of path: String) -> String { path + ".new" }

    private static func write(_ bytes: [UInt8], to temporary: String) throws(LocalClusterError) {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw failure("writing \(temporary)") }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("writing \(temporary)")
            }
            written += count
        }
        if fsync(descriptor) != 0 { throw failure("syncing \(temporary)") }
    }

    /// Renames within one folder and makes the new name durable.
    static func move(_ path: String, to target: String) throws(LocalClusterError) {
        if rename(path, target) != 0 { throw failure("renaming \(path)") }
        try syncFolder(of: target)
    }

    /// Makes a folder and those above it, for the user alone; one that is there stays as it is.
    static func makeFolder(_ path: String) throws(LocalClusterError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let parent = parent(of: path), parent != path else {
            throw failure("making the folder \(path)")
        }
        try makeFolder(parent)
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw failure("making the folder \(path)") }
    }

    /// The names in a folder, sorted, or nil when there is no such folder.
    static func names(in path: String) throws(LocalClusterError) -> [String]? {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return nil }
            throw failure("reading the folder \(path)")
        }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        // An end and a failure look the same but for that.
        if errno != 0 { throw failure("reading the folder \(path)") }
        return names.sorted()
    }

    /// Removes a file or a whole folder, if there is one; follows no symbolic link.
    static func remove(_ path: String) throws(LocalClusterError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw failure("removing \(path)") }
        for name in try names(in: path) ?? [] { try remove("\(path)/\(name)") }
        if rmdir(path) != 0 && errno != ENOENT { throw failure("removing \(path)") }
    }

    /// Where a symbolic link points; nil when there is none or it cannot be seen.
    static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path without symbolic links; as it was when it cannot be followed.
    static func resolved(_ path: String) -> String {
        guard let pointer = realpath(path, nil) else { return path }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// The last lines of a text file, at most `bytes` of them; empty when it cannot be read.
    static func tail(_ path: String, bytes: Int) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return "" }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, size - bytes), SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: bytes)
        let count = Glibc.read(descriptor, &buffer, bytes)
        return count > 0 ? String(decoding: buffer[0..<count], as: UTF8.self) : ""
    }

    /// The folder that holds a path; nil for a bare name.
    static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    }

    private static func syncFolder(of path: String) throws(LocalClusterError) {
        let folder = parent(of: path) ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw failure("syncing \(folder)") }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw failure("syncing \(folder)") }
    }

    static func failure(_ operation: String) -> LocalClusterError {
        .system(operation: operation, code: errno)
    }
}
