import CNcurses
import Glibc

/// Ends the wait of the screen's thread from any other; asking often costs one wake.
public final class Waker: Sendable {
    let descriptor: Int32

    /// Makes a waker.
    ///
    /// - Throws: ``TerminalFailure/system(_:)`` when there are no descriptors left.
    public init() throws(TerminalFailure) {
        descriptor = rm_waker_open()
        guard descriptor >= 0 else { throw .system(errno) }
    }

    deinit { close(descriptor) }

    /// Asks the screen's thread for attention.
    public func wake() {
        var one: UInt64 = 1
        // It can only fail when the counter is full, and then the thread is awake anyway.
        _ = write(descriptor, &one, 8)
    }

    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}

/// The environment of the process.
public enum Environment {
    /// A variable; nil when it is not set.
    public static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
