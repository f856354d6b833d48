import Client
import Ring

/// What copies and guesses did over the last minutes, one sample a second.
struct CacheHistory: Sendable, Equatable {
    static let secondsMax = 300
    /// What «recently» means, in seconds.
    static let recentSeconds = 5
    /// Over how many seconds each point of a curve is taken: reports do not come in step with them.
    static let smoothSeconds = 3

    /// What was to be in force in one second.
    struct Mechanisms: Sendable, Equatable {
        var coherence = Coherence.off
        var prefetching = Prefetching.off
    }

    /// The report that the next difference is taken from.
    private struct Base: Sendable, Equatable {
        var pid: Int
        var incarnation: Int
        var counts: CacheCounts
    }

    /// Oldest first.
    private(set) var mechanisms: [Mechanisms] = []
    /// The sums of all members, as many as there are ``mechanisms``.
    private var sums: [CacheCounts] = []
    /// Each member's by its number, as many as there are ``mechanisms``.
    private var samples: [Int: [CacheCounts]] = [:]
    private var bases: [Int: Base] = [:]
    private var lastMilliseconds: Int?

    /// Takes what has been counted meanwhile; within one second nothing happens.
    mutating func take(_ snapshot: ClusterSnapshot) {
        guard let last = lastMilliseconds else {
            lastMilliseconds = snapshot.milliseconds
            for member in snapshot.members { _ = difference(of: member) }
            return
        }
        let passed = (snapshot.milliseconds - last) / 1_000
        guard passed > 0 else { return }
        lastMilliseconds = last + passed * 1_000
        // Nobody knows how it was spread over a gap: all of it counts for its last second.
        for _ in 0..<min(passed - 1, Self.secondsMax) { append(CacheCounts(), nil) }
        appendSecond(snapshot)
    }

    private mutating func appendSecond(_ snapshot: ClusterSnapshot) {
        var sum = CacheCounts()
        var news: [Int: CacheCounts] = [:]
        for member in snapshot.members {
            let counts = difference(of: member)
            news[member.number] = counts
            sum += counts
        }
        // Who has left is forgotten.
        samples = samples.filter { news[$0.key] != nil }
        bases = bases.filter { news[$0.key] != nil }
        for number in news.keys where samples[number] == nil {
            samples[number] = Array(repeating: CacheCounts(), count: sums.count)
        }
        let settings = snapshot.epoch?.settings
        append(
            sum,
            settings.map { Mechanisms(coherence: $0.coherence, prefetching: $0.prefetching) },
            news)
    }

    private mutating func append(
        _ sum: CacheCounts, _ present: Mechanisms?, _ news: [Int: CacheCounts] = [:]
    ) {
        mechanisms.append(present ?? mechanisms.last ?? Mechanisms())
        sums.append(sum)
        for number in samples.keys { samples[number]?.append(news[number] ?? CacheCounts()) }
        let tooMany = sums.count - Self.secondsMax
        guard tooMany > 0 else { return }
        mechanisms.removeFirst(tooMany)
        sums.removeFirst(tooMany)
        for number in samples.keys { samples[number]?.removeFirst(tooMany) }
    }

    /// What a member has counted since the last time; nothing when its process is another one.
    private mutating func difference(of member: MemberSnapshot) -> CacheCounts {
        guard let report = member.report else { return CacheCounts() }
        let base = bases[member.number]
        let counts = CacheCounts(report)
        bases[member.number] = Base(
            pid: report.pid, incarnation: report.incarnation, counts: counts)
        guard let base, base.pid == report.pid, base.incarnation == report.incarnation else {
            return CacheCounts()
        }
        return counts.since(base.counts)
    }

    // MARK: Looking at it

    /// The samples of a member, or of all; oldest first.
    func samples(of number: Int?) -> [CacheCounts] {
        guard let number else { return sums }
        return samples[number] ?? []
    }

    /// What was counted in the last ``recentSeconds``.
    func recent(of number: Int?) -> CacheCounts {
        samples(of: number).suffix(Self.recentSeconds).reduce(into: CacheCounts()) { $0 += $1 }
    }

    /// The seconds that ``recent(of:)`` covers: fewer at the beginning, never 0.
    var recentSeconds: Double { Double(max(1, min(sums.count, Self.recentSeconds))) }

    /// A figure over the last seconds; nil where there was nothing to count.
    func curve(
        of number: Int?, seconds: Int, _ figure: (CacheCounts) -> Double?
    ) -> [Double?] {
        let samples = samples(of: number)
        let first = max(0, samples.count - max(0, seconds))
        return (first..<samples.count).map { end in
            let window = samples[max(0, end + 1 - Self.smoothSeconds)...end]
            return figure(window.reduce(into: CacheCounts()) { $0 += $1 })
        }
    }
}
