import Prefetch
import Ring

/// A small and fast generator of random numbers, the same for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A node with clients that read one key at a time, a cache, and homes a round trip away.
///
/// Time is counted in reads that are hits: such a read takes 1, any other one the round trip. What
/// is read stays in the cache, as does what was guessed, until others need the room.
struct ReadModel {
    /// What the reads came to.
    struct Result {
        var reads = 0
        var hits = 0
        var guesses = 0
        var report = PrefetchReport()

        var hitRate: Double { Double(hits) / Double(max(1, reads)) }
        var accuracy: Double { Double(report.used) / Double(max(1, report.fetched)) }
    }

    private enum Copy { case read, guessed }

    var prefetcher: Prefetcher
    private(set) var result = Result()
    private(set) var time = 0
    private let latency: Int
    private let cacheKeys: Int
    private var cache: [[UInt8]: (copy: Copy, touch: Int)] = [:]
    /// Keys in the order of their last use; outdated ones are passed over.
    private var touches: [(key: [UInt8], number: Int)] = []
    private var firstTouch = 0
    private var flights: [[UInt8]: (end: Int, isLate: Bool)] = [:]
    private var landings: [(end: Int, key: [UInt8])] = []
    private var firstLanding = 0
    private var readyAt: [Int]

    init(
        _ prefetching: Prefetching, connections: Int = 1, latency: Int = 100,
        cacheKeys: Int = 2000, limits: PrefetchLimits = .init()
    ) {
        prefetcher = Prefetcher(prefetching, limits: limits)
        self.latency = latency
        self.cacheKeys = cacheKeys
        readyAt = Array(repeating: 0, count: connections)
    }

    /// Lets the connections read, each when it is ready.
    ///
    /// - Parameters:
    ///   - reads: how many, of all connections together.
    ///   - key: the next key of a connection.
    mutating func run(reads: Int, key: (Int) -> String) {
        for _ in 0..<reads {
            let connection = readyAt.indices.min { readyAt[$0] < readyAt[$1] } ?? 0
            // The node answers one read at a time.
            time = max(time + 1, readyAt[connection])
            let key = Array(key(connection).utf8)
            readyAt[connection] = time + read(key, connection: connection)
        }
        result.report = prefetcher.report
    }

    /// Forgets what was counted, not what was learnt.
    mutating func countAnew() { result = Result() }

    /// Another node's hottest keys arrive.
    mutating func hear(_ keys: [(key: [UInt8], count: Int)]) {
        var guesses: [[UInt8]] = []
        prefetcher.onHottest(keys, from: 2, now: time, guesses: &guesses)
        ask(guesses)
    }

    /// Reads a key; answers how long it takes.
    private mutating func read(_ key: [UInt8], connection: Int) -> Int {
        land()
        var guesses: [[UInt8]] = []
        key.withUnsafeBytes {
            prefetcher.onRead($0, connection: connection, guesses: &guesses)
        }
        result.guesses += guesses.count
        let duration = isHome(key) ? 1 : answer(key)
        ask(guesses)
        return duration
    }

    private mutating func answer(_ key: [UInt8]) -> Int {
        result.reads += 1
        if let found = cache[key] {
            result.hits += 1
            if found.copy == .guessed { prefetcher.onUsed() }
            touch(key, .read)
            return 1
        }
        if let flight = flights[key] {
            if !flight.isLate { prefetcher.onLate() }
            flights[key]?.isLate = true
            return max(1, flight.end - time)
        }
        keep(key, .read)
        return latency
    }

    private mutating func ask(_ guesses: [[UInt8]]) {
        var count = 0
        for key in guesses where !isHome(key) && cache[key] == nil && flights[key] == nil {
            flights[key] = (time + latency, false)
            landings.append((time + latency, key))
            count += 1
        }
        prefetcher.onAsked(count)
    }

    private mutating func land() {
        while firstLanding < landings.count, landings[firstLanding].end <= time {
            let key = landings[firstLanding].key
            firstLanding += 1
            prefetcher.onFetched(bytes: key.count + 64)
            let flight = flights.removeValue(forKey: key)
            keep(key, flight?.isLate == true ? .read : .guessed)
        }
    }

    private mutating func keep(_ key: [UInt8], _ copy: Copy) {
        touch(key, copy)
        while cache.count > cacheKeys {
            let (key, readAt) = touches[firstTouch]
            firstTouch += 1
            guard let found = cache[key], found.touch == readAt else { continue }
            if found.copy == .guessed { prefetcher.onWasted() }
            cache[key] = nil
        }
    }

    private mutating func touch(_ key: [UInt8], _ copy: Copy) {
        cache[key] = (copy, touches.count)
        touches.append((key, touches.count))
    }

    /// Of five nodes one is home of a key.
    private func isHome(_ key: [UInt8]) -> Bool {
        key.reduce(into: 5381) { $0 = ($0 &* 33) ^ Int($1) } % 5 == 0
    }
}

extension Prefetcher {
    /// The guesses that a read brings, as text.
    mutating func guesses(
        _ key: String, connection: Int = 1, asked: Bool = true
    ) -> [String] {
        var guesses: [[UInt8]] = []
        Array(key.utf8).withUnsafeBytes {
            onRead($0, connection: connection, guesses: &guesses)
        }
        onAsked(asked ? guesses.count : 0)
        return guesses.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Limits by which a predictor need not show first that it is right.
var trusting: PrefetchLimits {
    var limits = PrefetchLimits()
    limits.accuracyMin = 0
    limits.trialGuesses = 1_000_000
    return limits
}
