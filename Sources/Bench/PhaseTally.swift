import Histogram
import NIOCore

/// What the connections of one event loop count in one phase.
final class PhaseTally {
    private let phase: BenchPhase
    private let over: EventLoopPromise<Void>
    private var busy: Int
    private var isOver = false
    private(set) var outcome: PhaseOutcome

    /// Begins to count.
    ///
    /// - Parameters:
    ///   - phase: what is asked for.
    ///   - connections: how many will report their end.
    ///   - over: fulfilled when all have, or when the phase cannot go on.
    init(_ phase: BenchPhase, connections: Int, over: EventLoopPromise<Void>) {
        self.phase = phase
        self.over = over
        busy = connections
        outcome = PhaseOutcome()
        if connections == 0 { end() }
    }

    /// Counts one answer.
    ///
    /// - Parameters:
    ///   - reply: the whole reply.
    ///   - nanoseconds: from the request to it.
    func count(_ reply: UnsafeRawBufferPointer, nanoseconds: UInt64) {
        outcome.latencies.record(min(nanoseconds, PhaseOutcome.nanosecondsMax))
        switch ReplyKind(reply, to: phase) {
        case .done: outcome.operations += 1
        case .miss:
            outcome.operations += 1
            outcome.misses += 1
        case .error:
            outcome.errorCount += 1
            outcome.errors.count(reply)
        }
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

    /// The phase cannot go on.
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

/// What one event loop counted in one phase, or several of them together.
struct PhaseOutcome: Sendable {
    /// The longest time that is told apart from longer ones: an hour.
    static let nanosecondsMax: UInt64 = 3_600_000_000_000

    var latencies = Histogram<UInt64>(highestTrackableValue: PhaseOutcome.nanosecondsMax)
    var operations = 0
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
        operations += other.operations
        misses += other.misses
        errorCount += other.errorCount
        unknown += other.unknown
        errors.add(other.errors)
        first = [first, other.first].compactMap(\.self).min()
        last = [last, other.last].compactMap(\.self).max()
        failure = failure ?? other.failure
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
        if let first, let last { result.seconds = Double((last - first).nanoseconds) / 1e9 }
        if result.seconds > 0 { result.throughput = Double(operations) / result.seconds }
        guard latencies.totalCount > 0 else { return result }
        result.p50 = microseconds(50)
        result.p90 = microseconds(90)
        result.p99 = microseconds(99)
        result.p999 = microseconds(99.9)
        result.max = Double(latencies.maxRecorded) / 1e3
        result.mean = latencies.mean / 1e3
        return result
    }

    /// The time within which so many of 100 requests were answered; never above the slowest.
    private func microseconds(_ percentile: Double) -> Double {
        let nanoseconds = latencies.valueAtPercentile(percentile)
        return Double(min(nanoseconds, latencies.maxRecorded)) / 1e3
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
