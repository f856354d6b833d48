import Synchronization

/// Lets ^C end the present wait of a command that has several, one after the other.
///
/// The signals are caught once for all of them: a catcher that follows another one may hear nothing.
struct Interruption {
    private let target = Target()
    private let interrupts: Interrupts

    private final class Target: Sendable {
        private let cancel = Mutex<(@Sendable () -> Void)?>(nil)

        func set(_ cancel: (@Sendable () -> Void)?) { self.cancel.withLock { $0 = cancel } }
        func call() { cancel.withLock { $0 }?() }
    }

    /// Begins to catch SIGINT and SIGTERM.
    init() {
        interrupts = Interrupts { [target] in target.call() }
    }

    /// Lets the signals end the process again.
    func end() { interrupts.end() }

    /// Does something that a signal cancels.
    func during<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await work() }
        target.set { task.cancel() }
        defer { target.set(nil) }
        return try await task.value
    }
}
