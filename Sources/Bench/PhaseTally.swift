import Histogram
import NIOCore

/// What the connections of one event loop count in one load.
final class PhaseTally {
    private let isMixed: Bool
    /// Told of writes and asked about reads; nil when values are not numbered.
    let ledger: FreshnessLedger?
    private let over: EventLoopPromise<Void>
    private var busy: Int
    /// Whether the load has ended.
    private(set) var isOver = false
    private(set) var outcome: PhaseOutcome

    /// Begins to count.
    ///
    /// - Parameters:
    ///   - load: what is asked for.
    ///   - connections: how many will report their end.
    ///   - over: fulfilled when all have, or when the load cannot go on.
    init(_ load: Load, connections: Int, over: EventLoopPromise<Void>) {
        isMixed = load.isMixed
        ledger = load.ledger
        self.over = over
        busy = connections
        outcome = PhaseOutcome()
        if connections == 0 { end() }
    }

    /// Counts one answer.
    ///
    /// - Parameters:
    ///   - reply: the whole reply.
    ///   - request: what it answers.
    ///   - now: when it came.
    func count(_ reply: UnsafeRawBufferPointer, to request: RequestUnderWay, at now: NIODeadline) {
        let kind = request.operation.kind
        let time = UInt64(max(0, (now - request.due).nanoseconds))
        let taken = min(time, PhaseOutcome.nanosecondsMax)
        if isMixed, kind.isWrite {
            outcome.writes.record(taken)
        } else {
            outcome.latencies.record(taken)
        }
        switch ReplyKind(reply, to: kind) {
        case .done:
            outcome.operations += 1
            if isMixed, kind.isWrite { outcome.writeOperations += 1 }
            if let ledger { check(reply, request, ledger, now) }
        case .miss:
            outcome.operations += 1
            outcome.misses += 1
        case .error:
            outcome.errorCount += 1
            outcome.errors.count(reply)
        }
    }

    /// Tells the ledger of a write, or asks it whether a read was stale.
    private func check(
        _ reply: UnsafeRawBufferPointer, _ request: RequestUnderWay, _ ledger: FreshnessLedger,
        _ now: NIODeadline
    ) {
        let key = request.operation.key
        if request.operation.kind.isWrite {
            ledger.acknowledge(key: key, number: request.number, at: now.uptimeNanoseconds)
            return
        }
        let staleness = ledger.staleness(
            key: key, number: RequestStream.number(inReply: reply),
            sentAt: request.sent.uptimeNanoseconds)
        outcome.staleness.record(min(staleness, PhaseOutcome.nanosecondsMax))
        if staleness > 0 { outcome.staleReads += 1 }
    }

    /// Notes when requests were sent or answers came.
    func note(_ time: NIODeadline) {
        outcome.first = min(outcome.first ?? time, time)
        outcome.last = max(outcome.last ?? time, time)
    }

    /// A connection has the answers to all its requests.
    func finish() {
        busy -= 1
        if busy == 0 { end() }
    }

    /// The load cannot go on.
    ///
    /// - Parameter reason: why, in words; the first one is kept.
    func fail(_ reason: String) {
        guard !isOver else { return }
        outcome.failure = reason
        end()
    }

    /// Counts requests that nobody waits for any more.
    func abandon(_ requests: Int) {
        outcome.unknown += requests
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        over.succeed()
    }
}

/// What one event loop counted in one load, or several of them together.
struct PhaseOutcome: Sendable {
    /// The longest time that is told apart from longer ones: an hour.
    static let nanosecondsMax: UInt64 = 3_600_000_000_000

    /// Of all requests; of a mixed load of its reads.
    var latencies = Histogram<UInt64>(highestTrackableValue: PhaseOutcome.nanosecondsMax)
    /// Of a mixed load's writes.
    var writes = Histogram<UInt64>(highestTrackableValue: PhaseOutcome.nanosecondsMax)
    /// Of each read whose value carries a number: for how long it had been overwritten.
    var staleness = Histogram<UInt64>(highestTrackableValue: PhaseOutcome.nanosecondsMax)
    var staleReads = 0
    /// Answered without an error.
    var operations = 0
    /// Of those, the ones that a mixed load wrote.
    var writeOperations = 0
    var misses = 0
    var errorCount = 0
    var unknown = 0
    var errors = ErrorTally()
    var first: NIODeadline?
    var last: NIODeadline?
    var failure: String?

    /// Adds what another event loop counted.
    mutating func add(_ other: PhaseOutcome) {
        latencies.add(other.latencies)
        writes.add(other.writes)
        staleness.add(other.staleness)
        staleReads += other.staleReads
        writeOperations += other.writeOperations
        operations += other.operations
        misses += other.misses
        errorCount += other.errorCount
        unknown += other.unknown
        errors.add(other.errors)
        first = [first, other.first].compactMap(\.self).min()
        last = [last, other.last].compactMap(\.self).max()
        failure = failure ?? other.failure
    }

    /// From the first request to the last answer.
    var seconds: Double {
        guard let first, let last else { return 0 }
        return Double((last - first).nanoseconds) / 1e9
    }

    /// The figures for people.
    func result(_ phase: BenchPhase) -> PhaseResult {
        var result = PhaseResult(name: phase)
        result.operations = operations
        result.misses = misses
        result.errors = errorCount
        result.unknown = unknown
        result.errorCounts = errors.counts
        result.errorSamples = errors.samples
        result.seconds = seconds
        if result.seconds > 0 { result.throughput = Double(operations) / result.seconds }
        result.set(latencies)
        return result
    }

    /// The figures of a mixed load.
    ///
    /// - Parameter phase: what its writes are called.
    /// - Returns: its reads, with all that went wrong, and its writes, if it has any.
    func mixedResults(writes phase: BenchPhase) -> [PhaseResult] {
        var reads = result(.retrieve)
        reads.operations -= writeOperations
        guard writes.totalCount > 0 else { return [reads] }
        var written = PhaseResult(name: phase)
        written.operations = writeOperations
        written.seconds = seconds
        if seconds > 0 {
            reads.throughput = Double(reads.operations) / seconds
            written.throughput = Double(writeOperations) / seconds
        }
        written.set(writes)
        return [reads, written]
    }
}

extension PhaseResult {
    /// Takes over the latencies of a histogram of nanoseconds.
    fileprivate mutating func set(_ latencies: Histogram<UInt64>) {
        guard latencies.totalCount > 0 else { return }
        p50 = latencies.microseconds(50)
        p90 = latencies.microseconds(90)
        p99 = latencies.microseconds(99)
        p999 = latencies.microseconds(99.9)
        max = Double(latencies.maxRecorded) / 1e3
        mean = latencies.mean / 1e3
    }
}

extension Histogram<UInt64> {
    /// The time within which so many of 100 fall, in microseconds; never above the longest.
    func microseconds(_ percentile: Double) -> Double {
        Double(Swift.min(valueAtPercentile(percentile), maxRecorded)) / 1e3
    }
}

/// What a reply means to a phase.
enum ReplyKind: Equatable {
    /// It was done.
    case done
    /// It was done, and there was no such key.
    case miss
    /// It is an error.
    case error

    /// Looks at the first bytes of a whole reply.
    init(_ reply: UnsafeRawBufferPointer, to phase: BenchPhase) {
        switch (reply[0], phase) {
        case (UInt8(ascii: "-"), _), (UInt8(ascii: "!"), _): self = .error
        case (UInt8(ascii: "_"), .retrieve): self = .miss
        case (UInt8(ascii: "$"), .retrieve):
            self = reply[1] == UInt8(ascii: "-") ? .miss : .done
        case (UInt8(ascii: ":"), .delete):
            self = reply[1] == UInt8(ascii: "0") ? .miss : .done
        default: self = .done
        }
    }
}
