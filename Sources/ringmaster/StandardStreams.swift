import Glibc
import Synchronization

/// Standard output, buffered; any bytes may go there.
///
/// When nobody reads it any more the program ends quietly: whoever wrote `| head` has what they
/// wanted.
enum StandardOutput {
    private static let buffer = Mutex<[UInt8]>([])
    private static let bufferedMax = 1 << 16

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static func write(_ bytes: [UInt8]) {
        let isFull = buffer.withLock { buffer in
            buffer += bytes
            return buffer.count >= bufferedMax
        }
        if isFull { flush() }
    }

    static func line(_ text: String) { write(Array(text.utf8) + [10]) }

    static func flush() {
        let bytes = buffer.withLock { buffer in
            defer { buffer.removeAll(keepingCapacity: true) }
            return buffer
        }
        if !writeAll(bytes, to: STDOUT_FILENO) {
            if errno == EPIPE { exit(ExitStatus.done.rawValue) }
            // What the answer was about may have been done: that is not known to who asked.
            StandardError.line(
                "ringmaster: standard output: \(String(cString: strerror(errno))); "
                    + "what was asked for may have been done")
            exit(ExitStatus.unknown.rawValue)
        }
    }
}

/// Standard error: what a person should know beside the answer.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func line(_ text: String) { write(text + "\n") }

    static func write(_ text: String) {
        // Where nobody can be told, nobody can be told of that either.
        _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// A step of long work; only a person at a terminal is told.
    static func progress(_ text: String) {
        if isTerminal { line(text) }
    }
}

/// Standard input.
enum StandardInput {
    static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// All bytes up to the end, at most `limit`.
    ///
    /// - Throws: a ``Failure`` when there are more, or when they cannot be read.
    static func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(.usage, "standard input: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes }
            bytes += chunk[0..<count]
            if bytes.count > limit {
                throw Failure(.usage, "standard input has more than \(limit) bytes")
            }
        }
    }
}

/// Writes all bytes; false when that failed, and `errno` says why.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            return false
        }
        rest = rest.dropFirst(count)
    }
    return true
}
