import Foundation

/// Work that keeps a processor busy for long, on a thread of its own.
///
/// Tests run on as many threads as there are processors. If this took those, tests that wait for
/// sockets would not go on before it has ended, and take that for a server that is silent. It comes
/// after everything else that wants a processor, and so much of it at once as there are processors.
enum HeavyWork {
    private static let turns = DispatchSemaphore(
        value: ProcessInfo.processInfo.activeProcessorCount)
    /// How far behind everything else, 0 to 19.
    private static let niceness: Int32 = 10

    static func run<Result: Sendable>(
        _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                turns.wait()
                let result = {
                    defer { turns.signal() }
                    #if os(Linux)
                    // Of this thread alone; elsewhere it would be of the whole process.
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
                    #endif
                    return work()
                }()
                continuation.resume(returning: result)
            }
        }
    }
}
