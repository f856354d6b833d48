import Histogram
import Ring

/// What was measured in one cell; a figure that could not be is nil.
///
/// The same type holds medians over rounds, and ratios to the cell without mechanisms.
public struct MatrixFigures: Codable, Sendable, Equatable {
    /// Operations of the clients per second.
    public var throughput: Double?
    /// Half of the reads were answered within so many microseconds.
    public var p50: Double?
    /// 90 % of them were.
    public var p90: Double?
    /// 99 % were.
    public var p99: Double?
    /// 99.9 % were.
    public var p999: Double?
    /// The slowest.
    public var max: Double?
    /// Half of the writes were answered within so many microseconds.
    public var writeP50: Double?
    /// 99 % of them were.
    public var writeP99: Double?
    /// Reads answered from a copy, of those that could be.
    public var hitRate: Double?
    /// Reads whose copy the home said to be the newest, of those that could be cached.
    public var validatedRate: Double?
    /// Messages between nodes for each read, answers included.
    public var messagesPerRead: Double?
    /// Messages between nodes for each write, answers included.
    public var messagesPerWrite: Double?
    /// Reads of a value that had been overwritten and acknowledged before they were sent.
    public var staleReads: Double?
    /// 99 % of the reads were of a value overwritten at most so many milliseconds ago.
    public var staleP99: Double?
    /// The stalest read, in milliseconds.
    public var staleMax: Double?
    /// Keys that were asked for ahead, for 1,000 reads.
    public var guesses: Double?
    /// Of the keys fetched ahead, those that were read.
    public var accuracy: Double?
    /// Reads that a key fetched ahead has answered, of those and the reads that missed.
    public var coverage: Double?
    /// Keys that were read before they had come, for 1,000 reads.
    public var late: Double?
    /// Keys fetched ahead that were dropped unread, for 1,000 reads.
    public var wasted: Double?
    /// Bytes of keys and values between nodes for each read: forwarded, pushed, fetched ahead.
    public var bytesPerRead: Double?
    /// Processor time of all nodes for each operation, in microseconds.
    public var processorMicroseconds: Double?
    /// Reads that found no key, although all keys are there: a stale absence.
    public var misses: Double?
    /// Operations answered with an error.
    public var errors: Double?

    /// No figures.
    public init() {}

    typealias Figure = WritableKeyPath<MatrixFigures, Double?> & Sendable

    /// All figures with the names that they have in JSON and CSV.
    static let all: [(name: String, figure: Figure)] = [
        ("throughput", \.throughput), ("p50", \.p50), ("p90", \.p90), ("p99", \.p99),
        ("p999", \.p999), ("max", \.max), ("writeP50", \.writeP50), ("writeP99", \.writeP99),
        ("hitRate", \.hitRate), ("validatedRate", \.validatedRate),
        ("messagesPerRead", \.messagesPerRead), ("messagesPerWrite", \.messagesPerWrite),
        ("staleReads", \.staleReads), ("staleP99", \.staleP99), ("staleMax", \.staleMax),
        ("guesses", \.guesses), ("accuracy", \.accuracy), ("coverage", \.coverage),
        ("late", \.late), ("wasted", \.wasted), ("bytesPerRead", \.bytesPerRead),
        ("processorMicroseconds", \.processorMicroseconds), ("misses", \.misses),
        ("errors", \.errors),
    ]

    /// Puts figures together, each for itself; nil where a part has none.
    static func combined(
        _ parts: [MatrixFigures], by combine: ([Double]) -> Double?
    ) -> MatrixFigures {
        var result = MatrixFigures()
        for (_, figure) in all {
            let values = parts.compactMap { $0[keyPath: figure] }
            result[keyPath: figure] = values.count == parts.count ? combine(values) : nil
        }
        return result
    }

    /// The medians over rounds; of the stalest read the worst.
    static func medians(_ rounds: [MatrixFigures]) -> MatrixFigures {
        var result = combined(rounds, by: \.median)
        let stalest = rounds.compactMap(\.staleMax)
        if result.staleMax != nil { result.staleMax = stalest.max() }
        return result
    }

    /// These figures over those of another cell; nil where that has zero.
    func ratio(to base: MatrixFigures) -> MatrixFigures {
        Self.combined([self, base]) { $0[1] == 0 ? nil : $0[0] / $0[1] }
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; nil of none.
    var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        let half = sorted.count / 2
        return count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
    }
}

extension MatrixFigures {
    /// The figures of one measurement.
    ///
    /// - Parameters:
    ///   - outcome: what the clients counted.
    ///   - written: what the writers beside them counted; nil without any.
    ///   - writes: writes of both while the counters ran.
    ///   - counters: what the nodes counted; nil when they do not say.
    ///   - valueBytes: bytes of each value.
    init(
        _ outcome: PhaseOutcome, written: PhaseOutcome?, writes: Int, counters: NodeCounters?,
        valueBytes: Int
    ) {
        if outcome.seconds > 0 { throughput = Double(outcome.operations) / outcome.seconds }
        misses = Double(outcome.misses)
        errors = Double(outcome.errorCount + (written?.errorCount ?? 0))
        if outcome.latencies.totalCount > 0 {
            p50 = outcome.latencies.microseconds(50)
            p90 = outcome.latencies.microseconds(90)
            p99 = outcome.latencies.microseconds(99)
            p999 = outcome.latencies.microseconds(99.9)
            max = Double(outcome.latencies.maxRecorded) / 1e3
        }
        let writeTimes = written?.latencies ?? outcome.writes
        if writeTimes.totalCount > 0 {
            writeP50 = writeTimes.microseconds(50)
            writeP99 = writeTimes.microseconds(99)
        }
        if outcome.staleness.totalCount > 0, written != nil || outcome.writeOperations > 0 {
            staleReads = Double(outcome.staleReads)
            staleP99 = outcome.staleness.microseconds(99) / 1e3
            staleMax = Double(outcome.staleness.maxRecorded) / 1e6
        }
        let reads = outcome.operations - outcome.writeOperations
        if let counters { count(counters, reads: reads, writes: writes, valueBytes: valueBytes) }
    }

    private mutating func count(
        _ counters: NodeCounters, reads: Int, writes: Int, valueBytes: Int
    ) {
        func of(_ part: Int, _ whole: Int, times factor: Double = 1) -> Double? {
            whole > 0 ? Double(part) / Double(whole) * factor : nil
        }
        processorMicroseconds = of(
            counters.processorMilliseconds, reads + writes, times: 1_000)
        guard let caches = counters.caches else { return }
        let messages = caches.messages
        let ahead = caches.prefetches
        hitRate = of(caches.hits, caches.reads)
        validatedRate = of(caches.validated, caches.reads)
        messagesPerRead = of(
            2 * (messages.readsForwarded + messages.renewals + messages.prefetches), reads)
        let answered = messages.writesForwarded + messages.invalidations + messages.records
        messagesPerWrite = of(2 * answered + messages.pushes, writes)
        guesses = of(ahead.guesses, reads, times: 1_000)
        accuracy = of(ahead.used, ahead.fetched)
        if ahead.guesses > 0 {
            coverage = of(ahead.used, ahead.used + caches.reads - caches.hits)
        }
        late = of(ahead.late, reads, times: 1_000)
        wasted = of(ahead.wasted, reads, times: 1_000)
        // A validated read brings no value along; all values here are of one size.
        let entries = messages.readsForwarded - caches.validated + messages.pushes
        let entryBytes = KeyNames.ownBytes + valueBytes
        bytesPerRead = of(Swift.max(0, entries) * entryBytes + ahead.bytes, reads)
    }
}
