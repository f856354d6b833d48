import CProcess
import Glibc

/// A hold on one process: what is sent through it reaches that process or none, whatever becomes
/// of its id.
struct ProcessHandle: ~Copyable {
    private let descriptor: Int32

    /// Takes hold of a recorded process; nil when it has ended.
    ///
    /// The record is compared *after* the descriptor is open: if the process of that id is the
    /// recorded one now, it was so when the descriptor was opened.
    init?(_ record: ProcessRecord) throws(LocalClusterError) {
        let descriptor = cprocess_pidfd_open(record.pid)
        if descriptor == -ESRCH || descriptor == -EINVAL { return nil }
        if descriptor < 0 {
            throw .system(operation: "taking hold of process \(record.pid)", code: -descriptor)
        }
        guard try record.facts() != nil else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Sends a signal.
    ///
    /// - Returns: false when the process has ended.
    func send(_ signal: Int32) throws(LocalClusterError) -> Bool {
        let result = cprocess_pidfd_signal(descriptor, signal)
        if result == -ESRCH { return false }
        if result < 0 { throw .system(operation: "sending signal \(signal)", code: -result) }
        return true
    }

    /// Whether the process has ended.
    var hasEnded: Bool {
        var descriptors = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptors, 1, 0) > 0
    }

    /// Waits until the process has ended.
    ///
    /// - Returns: false when it had not after that time.
    func awaitEnd(within limit: Duration) async -> Bool {
        let end = ContinuousClock.now + limit
        while !hasEnded {
            if ContinuousClock.now >= end || Task.isCancelled { return false }
            // A cancelled sleep returns at once, and the line above then ends the wait.
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}
