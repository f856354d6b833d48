import Logging
import Synchronization
import Testing

@testable import Server

@Suite("EventLog")
struct EventLogTests {
    /// Keeps what is logged.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Keeper: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append(event.message.description) }
        }
    }

    @Test("a line begins with the node that it is about, when it is about one")
    func node() {
        let lines = Lines()
        let events = EventLog(logger: Logger(label: "test") { _ in Keeper(lines: lines) })
        events.add(.info, node: "n1", "down")
        events.add(.warning, node: "", "epoch 6: change 1 is done")
        #expect(lines.all.withLock { $0 } == ["n1: down", "epoch 6: change 1 is done"])
        #expect(events.since(0).map(\.node) == ["n1", ""])
    }

    @Test("nothing in a line steers a terminal")
    func printable() {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in PrintableLog(Keeper(lines: lines)) }
        logger.error("n\u{1B}[2J: \u{9B}é\n\u{202E}日本 — fine")
        #expect(
            lines.all.withLock { $0 } == ["n\\u{1b}[2J: \\u{9b}é\\u{a}\\u{202e}日本 — fine"])
    }
}
