import Glibc

/// A thread of its own for the screen, so that a terminal that has stopped reading holds up nothing
/// but itself.
public enum ScreenThread {
    /// Runs a body on a new thread and waits for its end without holding a thread meanwhile.
    ///
    /// - Throws: what the body throws, or ``TerminalFailure/system(_:)`` when the system has no
    ///   thread left.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job {
                continuation.resume(with: Result { try body() })
            }
            let context = Unmanaged.passRetained(job).toOpaque()
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<Job>.fromOpaque(context).takeRetainedValue().body()
                    return nil
                }, context)
            if code == 0 {
                pthread_detach(thread)
            } else {
                Unmanaged<Job>.fromOpaque(context).release()
                continuation.resume(throwing: TerminalFailure.system(code))
            }
        }
    }

    private final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
