import Client
import Synchronization
import Terminal

/// Where the cluster side leaves what the screen's thread shall know; never waits for it.
final class Mailbox: Sendable {
    private struct Content {
        /// Only the newest counts: a slow terminal skips snapshots, it does not queue them.
        var snapshot: ClusterSnapshot?
        /// Answers to requests; as many as there are requests, which people make.
        var events: [Event] = []
    }

    let waker: Waker
    private let content = Mutex(Content())

    init() throws(TerminalFailure) {
        waker = try Waker()
    }

    func post(_ snapshot: ClusterSnapshot) {
        content.withLock { $0.snapshot = snapshot }
        waker.wake()
    }

    func post(_ event: Event) {
        content.withLock { $0.events.append(event) }
        waker.wake()
    }

    /// Takes all that is there, answers first.
    func take() -> [Event] {
        content.withLock { content in
            defer { content = Content() }
            return content.events + (content.snapshot.map { [.snapshot($0)] } ?? [])
        }
    }
}
