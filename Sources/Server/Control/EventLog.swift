import Glibc
import Logging
import NIOConcurrencyHelpers
import Ring

/// What happened to this node and what it saw happen, in words for people: kept for
/// `RING EVENTS`, and written to the process's own log.
final class EventLog: Sendable {
    private struct State {
        var events: [EventReport] = []
        var last = 0
    }

    private let state = NIOLockedValueBox(State())
    let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func add(_ level: EventReport.Level, node: String, _ text: String) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        state.withLockedValue { state in
            state.last += 1
            if state.events.count == ServerLimits.eventsMax { state.events.removeFirst() }
            state.events.append(
                EventReport(
                    sequence: state.last, milliseconds: milliseconds, level: level, node: node,
                    text: text))
        }
        let line = node.isEmpty ? text : "\(node): \(text)"
        switch level {
        case .info: logger.info("\(line)")
        case .warning: logger.warning("\(line)")
        case .error: logger.error("\(line)")
        }
    }

    /// The events behind a sequence number.
    func since(_ sequence: Int) -> [EventReport] {
        state.withLockedValue { state in state.events.filter { $0.sequence > sequence } }
    }
}
