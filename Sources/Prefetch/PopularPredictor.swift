/// Guesses the keys that are read most in the whole cluster.
///
/// Each node counts the reads of its own clients and tells the others its hottest keys; what
/// others find hot is guessed before the first client here asks, and again after it was dropped.
/// Of one member's keys, those that are hottest in the cluster are guessed first.
struct PopularPredictor: Predictor {
    /// What another member finds hot.
    private struct Told {
        var at: Int
        var keys: [(key: [UInt8], count: Int)]
    }

    private let limits: PrefetchLimits
    private var counts: SpaceSaving
    private var reads = 0
    /// State of the generator that draws the sample.
    private var chance: UInt64 = 1
    private var told: [Int: Told] = [:]
    /// The counts of all that was told, added up by key.
    private var sums: [[UInt8]: Int] = [:]

    init(limits: PrefetchLimits) {
        self.limits = limits
        counts = SpaceSaving(capacity: limits.popularCountersMax)
    }

    mutating func onRead(_ read: Read, pace: inout Pace, guesses: inout [[UInt8]]) {
        guard read.key.count <= limits.keyBytesMax else { return }
        reads += 1
        if isCounted() { counts.add(read.key, count: limits.popularSampling) }
        guard reads >= limits.popularHalfLifeReads else { return }
        counts.age()
        reads = 0
    }

    /// Whether a read is one of the sample.
    ///
    /// By chance, as clients read in patterns. Source of the constants: Knuth's MMIX.
    private mutating func isCounted() -> Bool {
        guard limits.popularSampling > 1 else { return true }
        chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (chance >> 33) % UInt64(limits.popularSampling) == 0
    }

    mutating func forget(connection: Int) {}

    mutating func restart() {
        counts.age()
        told = [:]
        sums = [:]
    }

    func hottest(_ count: Int) -> [(key: [UInt8], count: Int)] {
        counts.hottest(
            min(count, limits.popularKeysMax), least: limits.popularCountMin)
    }

    mutating func onHottest(
        _ keys: [(key: [UInt8], count: Int)], from member: Int, now: Int, pace: inout Pace,
        guesses: inout [[UInt8]]
    ) {
        forgetOld(now: now)
        withdraw(member)
        guard makeRoom() else { return }
        let kept = keys.prefix(limits.popularKeysMax).filter {
            $0.key.count <= limits.keyBytesMax && $0.count > 0
        }
        told[member] = Told(at: now, keys: Array(kept))
        for (key, count) in kept {
            let (sum, overflow) = sums[key, default: 0].addingReportingOverflow(count)
            sums[key] = overflow ? .max : sum
        }
        let hottest = kept.map { (key: $0.key, count: sums[$0.key] ?? 0) }.sorted(by: isHotter)
        for key in hottest.prefix(max(0, pace.room)) {
            guesses.append(key.key)
            pace.room -= 1
        }
    }

    /// Drops what was told too long ago to be believed.
    private mutating func forgetOld(now: Int) {
        for (member, list) in told where now - list.at > limits.popularMicrosecondsMax {
            withdraw(member)
        }
    }

    /// Makes room for another member's keys; false when none may be kept at all.
    private mutating func makeRoom() -> Bool {
        guard limits.popularMembersMax > 0 else { return false }
        while told.count >= limits.popularMembersMax,
            let oldest = told.min(by: { ($0.value.at, $0.key) < ($1.value.at, $1.key) })
        {
            withdraw(oldest.key)
        }
        return true
    }

    /// Takes back what a member has told.
    private mutating func withdraw(_ member: Int) {
        guard let list = told.removeValue(forKey: member) else { return }
        for (key, count) in list.keys {
            guard let sum = sums[key] else { continue }
            sums[key] = sum > count ? sum - count : nil
        }
    }
}
