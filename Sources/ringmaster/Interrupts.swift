import Dispatch
import Glibc

/// Turns SIGINT and SIGTERM into a call, so that what a command has started can be ended first.
///
/// From ``end()`` on they end the process again, as they do by default.
final class Interrupts {
    private static let signals = [SIGINT, SIGTERM]

    private let sources: [any DispatchSourceSignal]

    /// Begins to catch the signals; the call may come on any thread, and more than once.
    init(_ act: @escaping @Sendable () -> Void) {
        sources = Self.signals.map { number in
            // The source only watches: what the signal does by itself has to be turned off.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: act)
            source.resume()
            return source
        }
    }

    /// Catches the signals no longer.
    func end() {
        for source in sources { source.cancel() }
        for number in Self.signals { signal(number, SIG_DFL) }
    }
}
