import Ring

/// Guesses which keys the clients of a node will read next; one for each worker.
///
/// The worker tells each read and asks the homes for those guesses that it neither is home of nor
/// has, then tells what became of them: that is what the guessing is steered by, and stopped when
/// it does more harm than good. Nothing here knows a clock, a socket or a home.
///
/// Each guess that was asked for has at most one outcome: ``onUsed()``, ``onLate()`` or
/// ``onWasted()``. One that has none for long counts as wrong.
public struct Prefetcher: Sendable {
    /// The way of guessing.
    public let prefetching: Prefetching
    private let limits: PrefetchLimits
    private var predictor: (any Predictor)?
    private var governor: Governor
    private var counts = PrefetchReport()

    /// Makes one that has learnt nothing yet.
    public init(_ prefetching: Prefetching, limits: PrefetchLimits = .init()) {
        self.prefetching = prefetching
        self.limits = limits
        predictor = Self.predictor(prefetching, limits: limits)
        governor = Governor(limits: limits)
    }

    private static func predictor(
        _ prefetching: Prefetching, limits: PrefetchLimits
    ) -> (any Predictor)? {
        switch prefetching {
        case .off: nil
        case .sequential: SequentialPredictor(limits: limits)
        case .stride: StridePredictor(limits: limits)
        case .markov: MarkovPredictor(limits: limits)
        case .popular: PopularPredictor(limits: limits)
        }
    }

    /// Learns from a client's read, before it is answered.
    ///
    /// - Parameters:
    ///   - key: the whole key; not kept.
    ///   - connection: which client connection reads, by any number that no other one has.
    ///   - guesses: whole keys are appended that may be read soon: as many as the budget allows.
    ///     They may be here already, and may have been guessed before.
    @inlinable
    public mutating func onRead(
        _ key: UnsafeRawBufferPointer, connection: Int, guesses: inout [[UInt8]]
    ) {
        guard prefetching != .off else { return }
        take(key, connection: connection, guesses: &guesses)
    }

    @usableFromInline
    mutating func take(
        _ key: UnsafeRawBufferPointer, connection: Int, guesses: inout [[UInt8]]
    ) {
        switch governor.onRead() {
        case .rest: return
        case .learn: break
        case .beginAnew: predictor?.restart()
        }
        guard key.count <= limits.keyBytesMax else { return }
        let read = Read(key: key, connection: connection)
        let before = guesses.count
        var pace = governor.pace
        predictor?.onRead(read, pace: &pace, guesses: &guesses)
        governor.onOffered(guesses.count - before, pace: pace)
    }

    /// Drops the history of a connection that is gone.
    public mutating func forget(connection: Int) {
        predictor?.forget(connection: connection)
    }

    /// So many of the guesses made since the last call were asked for, none included; the others
    /// need not be.
    public mutating func onAsked(_ count: Int) {
        counts.guesses += count
        governor.onAsked(count)
    }

    /// A guess that was asked for has come, with so many bytes of key and value.
    public mutating func onFetched(bytes: Int) {
        counts.fetched += 1
        counts.bytes += bytes
    }

    /// A client's read was answered for the first time by a copy that was guessed.
    public mutating func onUsed() {
        counts.used += 1
        governor.onUsed()
    }

    /// A guess that was asked for had not come when a client asked, or was there already when it
    /// came.
    public mutating func onLate() {
        counts.late += 1
        governor.onLate()
    }

    /// A copy that was guessed was dropped unread.
    public mutating func onWasted() {
        counts.wasted += 1
        governor.onWasted()
    }

    /// What the guesses came to since this was made; `stopped` is 1 while it has stopped itself.
    public var report: PrefetchReport {
        var report = counts
        report.stopped = governor.isStopped ? 1 : 0
        return report
    }

    /// The keys that are read most here, to be told to the other members about once a second.
    ///
    /// - Parameter count: how many at most; ``PrefetchLimits/popularKeysMax`` bounds it too.
    /// - Returns: keys with about how often they were read lately, hottest first; none unless
    ///   ``prefetching`` is `popular`, and none while it is stopped.
    public func hottest(_ count: Int) -> [(key: [UInt8], count: Int)] {
        guard !governor.isStopped else { return [] }
        return predictor?.hottest(count) ?? []
    }

    /// Learns the keys that are read most at another member.
    ///
    /// - Parameters:
    ///   - keys: what its ``hottest(_:)`` said; too many, too long or without a count are left out.
    ///   - member: which member, by any number that no other one has.
    ///   - now: microseconds of the same clock as for reads.
    ///   - guesses: the hottest keys of the cluster are appended, as many as the budget allows.
    public mutating func onHottest(
        _ keys: [(key: [UInt8], count: Int)], from member: Int, now: Int,
        guesses: inout [[UInt8]]
    ) {
        guard !governor.isStopped else { return }
        let before = guesses.count
        var pace = governor.pace
        predictor?.onHottest(keys, from: member, now: now, pace: &pace, guesses: &guesses)
        governor.onOffered(guesses.count - before, pace: pace)
    }
}
