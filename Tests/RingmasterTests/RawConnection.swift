import Client
import Glibc

/// A connection that sends and receives plain bytes and blocks while it does; to be used on a
/// thread that may wait (``onThread(_:)``).
final class RawConnection {
    /// How long a silence may last before it counts as one.
    private static let patienceSeconds = 60

    private let descriptor: Int32

    /// Connects.
    ///
    /// - Throws: ``SystemFailure``.
    init(to node: Endpoint) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(node.port).bigEndian
        address.sin_addr.s_addr = inet_addr(node.host)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemFailure(what: "connect to \(node)") }
        var limit = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends all of it.
    ///
    /// - Throws: ``SystemFailure``, for example when the other side has closed.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemFailure(what: "send") }
            sent += count
        }
    }

    /// Says that nothing more will be sent.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next bytes; none at the end of the connection.
    ///
    /// - Throws: ``SystemFailure``, for example when nothing comes in time.
    func receive() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        // A server that closes with bytes unread resets the connection: an end like another.
        if count < 0 && errno == ECONNRESET { return [] }
        guard count >= 0 else { throw SystemFailure(what: "receive") }
        return Array(buffer[0..<count])
    }

    /// All bytes up to and including the first line feed, or the end.
    func receiveLine() throws -> String {
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            let more = try receive()
            if more.isEmpty { break }
            line += more
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// All bytes up to the end of the connection.
    func receiveAll() throws -> String {
        var bytes: [UInt8] = []
        while case let more = try receive(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A system call that failed.
struct SystemFailure: Error, CustomStringConvertible {
    var what: String
    var code = errno

    var description: String { "\(what): \(String(cString: strerror(code)))" }
}

/// A command as RESP array.
func frame(_ words: String...) -> [UInt8] {
    frame(words.map { Array($0.utf8) })
}

/// A command of any bytes as RESP array.
func frame(_ words: [[UInt8]]) -> [UInt8] {
    words.reduce(into: Array("*\(words.count)\r\n".utf8)) { bytes, word in
        bytes += Array("$\(word.count)\r\n".utf8) + word + Array("\r\n".utf8)
    }
}
