import Client
import Dashboard
import RESP

/// Reading one key through one node, for people who watch what caches do.
extension LiveAccess {
    func read(_ wish: ReaderWish, news: @escaping @Sendable (ReaderNews) -> Void) async {
        let words = [Array("GET".utf8), wish.key]
        var pace = ReaderPace(perSecond: wish.perSecond, start: .now)
        var tally = ReaderTally(start: .now)
        while !Task.isCancelled {
            let count = pace.due(at: .now)
            await withTaskGroup(of: (Double, Outcome<RESPValue>).self) { group in
                for _ in 0..<count {
                    group.addTask {
                        let start = ContinuousClock.now
                        let outcome = await client.ask(wish.endpoint, words)
                        return ((ContinuousClock.now - start) / .microseconds(1), outcome)
                    }
                }
                for await (microseconds, outcome) in group { tally.add(outcome, microseconds) }
            }
            if let told = tally.news(at: .now) { news(told) }
            do {
                try await Task.sleep(until: pace.next, clock: .continuous)
            } catch {
                return
            }
        }
    }
}

/// When reads fall due.
private struct ReaderPace {
    /// Most reads that are sent at once; a reader that fell behind further than that lets go.
    static let burstMax = 50
    /// How often it is looked at: many reads a second go out in small groups.
    static let step = Duration.milliseconds(5)

    private let interval: Duration
    private var due: ContinuousClock.Instant
    private(set) var next: ContinuousClock.Instant

    init(perSecond: Int, start: ContinuousClock.Instant) {
        interval = .seconds(1) / perSecond
        due = start
        next = start
    }

    /// How many are to be sent now.
    mutating func due(at now: ContinuousClock.Instant) -> Int {
        var count = 0
        while due <= now, count < Self.burstMax {
            count += 1
            due += interval
        }
        due = max(due, now)
        next = max(due, now + Self.step)
        return count
    }
}

/// What became of the reads.
private struct ReaderTally {
    /// Between two news.
    static let interval = Duration.milliseconds(250)
    /// News that a rate is taken over.
    static let windowCount = 4

    private struct Part {
        var answered = 0
        var microseconds = 0.0
        var seconds = 0.0
    }

    private var parts: [Part] = []
    private var present = Part()
    private var told: ContinuousClock.Instant
    private var errors = 0
    private var problem: String?

    init(start: ContinuousClock.Instant) { told = start }

    mutating func add(_ outcome: Outcome<RESPValue>, _ microseconds: Double) {
        switch outcome {
        case .done:
            present.answered += 1
            present.microseconds += microseconds
        case .no(let reason), .notDone(let reason), .unknown(let reason):
            errors += 1
            problem = reason
        }
    }

    /// What is to be told; nil when that was done a moment ago.
    mutating func news(at now: ContinuousClock.Instant) -> ReaderNews? {
        guard now - told >= Self.interval else { return nil }
        present.seconds = (now - told) / .seconds(1)
        told = now
        parts.append(present)
        parts.removeFirst(max(0, parts.count - Self.windowCount))
        present = Part()
        let answered = Double(parts.reduce(0) { $0 + $1.answered })
        let seconds = parts.reduce(0) { $0 + $1.seconds }
        let microseconds = parts.reduce(0) { $0 + $1.microseconds }
        return ReaderNews(
            perSecond: answered / seconds,
            microseconds: answered > 0 ? microseconds / answered : nil, errors: errors,
            problem: problem)
    }
}
