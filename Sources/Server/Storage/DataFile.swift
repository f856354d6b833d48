#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An open regular file.
///
/// The value is a handle: whoever opened the file closes it once.
struct DataFile: Sendable {
    let path: String
    let descriptor: Int32

    /// Opens a file, or makes one that only its owner may read.
    ///
    /// - Parameters:
    ///   - path: where; anything but a regular file is refused, without waiting for a FIFO's other
    ///     end.
    ///   - flags: of `open`.
    /// - Returns: the file, for the caller to close.
    /// - Throws: why it cannot be opened.
    static func open(_ path: String, _ flags: Int32) throws(StorageFailure) -> DataFile {
        let descriptor = systemOpen(path, flags | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .last("open", path)
        }
        let file = DataFile(path: path, descriptor: descriptor)
        do throws(StorageFailure) {
            guard try file.status().st_mode & S_IFMT == S_IFREG else {
                throw .wrongKind(path: path, expected: "regular file")
            }
            return file
        } catch {
            file.close()
            throw error
        }
    }

    private static func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
        #if canImport(Glibc)
        Glibc.open(path, flags, 0o600)
        #else
        Darwin.open(path, flags, 0o600)
        #endif
    }

    private func status() throws(StorageFailure) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("examine", path) }
        return status
    }

    /// Its length in bytes.
    func size() throws(StorageFailure) -> Int { Int(try status().st_size) }

    /// Writes all bytes at an offset.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageFailure) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .last("write", path)
            }
        }
    }

    /// Reads bytes at an offset until the buffer is full or the file ends.
    ///
    /// - Returns: how many were read.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(StorageFailure) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw .last("read", path)
            }
        }
        return done
    }

    /// The whole file; for small ones.
    ///
    /// - Parameter countMax: a longer file is refused.
    /// - Returns: its bytes.
    /// - Throws: that it is too long or cannot be read.
    func contents(countMax: Int) throws(StorageFailure) -> [UInt8] {
        let count = try size()
        guard count <= countMax else {
            throw .damaged(path: path, offset: countMax, reason: "the file is too long")
        }
        var result: Result<Int, StorageFailure> = .success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let buffer = UnsafeMutableRawBufferPointer(buffer)
            do throws(StorageFailure) {
                initialized = try read(into: buffer, at: 0)
            } catch {
                result = .failure(error)
            }
        }
        _ = try result.get()
        return bytes
    }

    /// Waits until the written bytes, and what it takes to find them, are on the disk.
    func synchronize() throws(StorageFailure) {
        guard fdatasync(descriptor) == 0 else { throw .last("sync", path) }
    }

    /// Cuts the file, and gives back what was reserved behind its end.
    func truncate(to size: Int) throws(StorageFailure) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .last("cut", path) }
    }

    /// Reserves room on the disk without making the file longer: a hint, so that growing costs less
    /// and no zeros stand behind the last line.
    ///
    /// A system, disk or file system that cannot is no failure; a write that does not fit will be.
    ///
    /// - Returns: whether the room is there.
    @discardableResult
    func reserve(from offset: Int, count: Int) -> Bool {
        let keepSize: Int32 = 1  // FALLOC_FL_KEEP_SIZE
        return DataFile.fallocate?(descriptor, keepSize, off_t(offset), off_t(count)) == 0
    }

    private typealias Fallocate = @convention(c) (Int32, Int32, off_t, off_t) -> Int32

    /// Linux's `fallocate`, looked up by name because Swift's view of glibc leaves it out.
    private static let fallocate: Fallocate? = dlsym(
        UnsafeMutableRawPointer(bitPattern: 0), "fallocate"
    ).map { unsafeBitCast($0, to: Fallocate.self) }

    /// Closes the file.
    ///
    /// What must be on the disk is synchronized before.
    func close() {
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
    }
}

extension [UInt8] {
    /// The array's bytes, for work that fails as storage does.
    func withBytes<Answer>(
        _ body: (UnsafeRawBufferPointer) throws(StorageFailure) -> Answer
    ) throws(StorageFailure) -> Answer {
        let result: Result<Answer, StorageFailure> = withUnsafeBytes { bytes in
            do throws(StorageFailure) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
