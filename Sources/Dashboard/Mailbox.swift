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
        /// The newest news of each work that goes on; earlier ones were overtaken.
        var news: [Work: Event] = [:]
    }

    /// What goes on for long and tells of itself meanwhile.
    enum Work: Sendable, Hashable {
        case reader, bench
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

    /// Leaves news of a work that goes on, in place of its earlier ones.
    func post(_ event: Event, of work: Work) {
        content.withLock { $0.news[work] = event }
        waker.wake()
    }

    /// Takes all that is there: news of works, answers, the snapshot.
    func take() -> [Event] {
        content.withLock { content in
            defer { content = Content() }
            let news = [content.news[.reader], content.news[.bench]].compactMap(\.self)
            return news + content.events + (content.snapshot.map { [.snapshot($0)] } ?? [])
        }
    }
}
