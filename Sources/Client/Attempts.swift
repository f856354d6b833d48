import NIOCore

/// The tries of one operation: where the next one goes, when, and what to say at the end.
struct Attempts {
    let options: ClientOptions
    let isRead: Bool
    /// When the operation has to be over.
    let limit: NIODeadline
    /// How many have failed.
    private(set) var count = 0
    /// How many have failed at each node.
    private var failures: [Endpoint: Int] = [:]
    private var redirection: Endpoint?
    /// Whether the next try must be announced with `ASKING`.
    private(set) var isAsking = false
    private var lastReason = ""

    init(options: ClientOptions, isRead: Bool, now: NIODeadline = .now()) {
        self.options = options
        self.isRead = isRead
        limit = now + TimeAmount(options.deadline)
    }

    /// How long the connection may be silent in the next try; nil for as long as there is time.
    ///
    /// A write waits as long as it can: after it was sent, giving up gains nothing.
    var silence: Duration? {
        guard isRead else { return nil }
        return options.silence * (1 << min(count, 8))
    }

    /// Notes a try that failed, at the node that was asked, if it came to that.
    mutating func failed(
        at endpoint: Endpoint?, _ reason: String, _ redirection: Judgement.Redirection
    ) {
        count += 1
        if let endpoint { failures[endpoint, default: 0] += 1 }
        lastReason = reason
        isAsking = false
        switch redirection {
        case .relearn: break
        case .moved(let target): self.redirection = target
        case .ask(let target):
            self.redirection = target
            isAsking = true
        }
    }

    mutating func takeRedirection() -> Endpoint? {
        defer { redirection = nil }
        return redirection
    }

    /// The first of the nodes with the fewest failed tries.
    func choose(among candidates: [Endpoint]) -> Endpoint? {
        candidates.min { failures[$0, default: 0] < failures[$1, default: 0] }
    }

    /// How long to wait before the next try: not at all when it is the first after a redirection.
    func wait(using generator: inout some RandomNumberGenerator) -> Duration {
        if redirection != nil && count == 1 { return .zero }
        return options.backoff(afterTries: count, using: &generator)
    }

    /// What to say when time is up.
    var summary: String {
        let tries = count == 1 ? "1 try" : "\(count) tries"
        return "not done after \(tries); the last: \(lastReason)"
    }
}
