/// Guesses the keys that have followed the last ones before.
///
/// What follows what is learnt for the whole node; where a client is on its way is known per
/// connection. The guessed way goes on from guess to guess, so that it can be a round trip ahead
/// of its reader, and is given up when the reader leaves it. A connection whose reads do not come
/// after the same keys again is not guessed for: what any key was followed by once says nothing
/// there, and only a cache that happens to hold many keys would make it look right.
struct MarkovPredictor: Predictor {
    private let limits: PrefetchLimits
    private var connections: ConnectionTable
    private var ways: [Way] = []
    private var table: FollowerTable

    init(limits: PrefetchLimits) {
        self.limits = limits
        connections = ConnectionTable(capacity: limits.connectionsMax)
        table = FollowerTable(
            capacity: limits.markovKeysMax, lookahead: limits.markovLookahead)
    }

    mutating func onRead(_ read: Read, pace: inout Pace, guesses: inout [[UInt8]]) {
        guard read.key.count <= limits.keyBytesMax else { return }
        let (index, isNew) = connections.place(of: read.connection)
        if isNew { clear(index) }
        let place = table.place(of: read.key)
        let wasFollowed = ways[index].recent.last.map { table.wasFollowed(Int($0)) } ?? false
        let isKnown = table.learn(place, after: ways[index].recent)
        let isRepeated = ways[index].recent.last == Int32(place)
        if wasFollowed, !isRepeated {
            ways[index].habit.note(isKnown, readsMax: limits.markovHabitReads)
        }
        guard ways[index].take(place, table.lookahead, detourMax: limits.markovDetourMax) else {
            return
        }
        guess(way: index, pace: &pace, guesses: &guesses)
    }

    mutating func forget(connection: Int) {
        if let index = connections.forget(connection) { clear(index) }
    }

    mutating func restart() {
        connections = ConnectionTable(capacity: limits.connectionsMax)
        ways = []
    }

    private mutating func guess(way index: Int, pace: inout Pace, guesses: inout [[UInt8]]) {
        guard let end = ways[index].end, table.wasFollowed(end),
            ways[index].habit.isKept(least: limits.markovHabitMin),
            let steps = ways[index].window.take(&pace, first: limits.windowMin)
        else { return }
        for _ in steps {
            let trail = ways[index].trail(table.lookahead)
            guard let next = table.next(after: trail, confidence: limits.markovConfidenceMin) else {
                break
            }
            ways[index].ahead.append(Int32(next))
            guesses.append(table.key(at: next))
            pace.room -= 1
        }
        let guessed = ways[index].ahead.count
        if guessed < steps.upperBound { ways[index].window.onEnd(guessed: guessed) }
    }

    private mutating func clear(_ index: Int) {
        if index < ways.count { ways[index] = Way() } else { ways.append(Way()) }
    }
}

/// Where one connection is, and what it is believed to read next; as places in the table.
struct Way: Sendable {
    /// The last reads, the latest last.
    private(set) var recent: [Int32] = []
    /// The guesses that have not been read yet, in the order expected.
    var ahead: [Int32] = []
    /// How far ahead is guessed.
    var window = GuessWindow()
    /// Whether its reads follow each other as they did before.
    var habit = Habit()
    private var detour = 0

    /// Notes a read; false when it is off the way, and nothing is to be guessed from it.
    mutating func take(_ place: Int, _ lookahead: Int, detourMax: Int) -> Bool {
        if recent.count == lookahead { recent.removeFirst() }
        recent.append(Int32(place))
        guard !ahead.isEmpty else { return true }
        if let index = ahead.prefix(lookahead).firstIndex(of: Int32(place)) {
            ahead.removeFirst(index + 1)
            window.advance(by: index + 1)
            detour = 0
            return true
        }
        detour += 1
        guard detour > detourMax else { return false }
        ahead.removeAll(keepingCapacity: true)
        window.onBreak()
        detour = 0
        return true
    }

    /// The last place of the way as far as it is known or guessed.
    var end: Int? { (ahead.last ?? recent.last).map { Int($0) } }

    /// The end of the way as far as it is known or guessed: at most some places.
    func trail(_ count: Int) -> [Int32] {
        if ahead.count >= count { return Array(ahead.suffix(count)) }
        return Array((recent + ahead).suffix(count))
    }
}

/// Whether keys that were followed before are followed by the same ones again.
struct Habit: Sendable {
    /// Reads that are judged by, at least.
    private static let readsMin = 16

    /// Reads after a key that was followed before, and those of them that were known to follow.
    private var reads = 0
    private var known = 0

    /// Notes a read after a key that was followed before; older ones count half now and then.
    mutating func note(_ isKnown: Bool, readsMax: Int) {
        reads += 1
        if isKnown { known += 1 }
        guard reads >= max(readsMax, Self.readsMin) else { return }
        reads /= 2
        known /= 2
    }

    /// Whether at least such a part, 0 to 1, of the reads was known to follow; true before there
    /// were enough.
    func isKept(least: Double) -> Bool {
        reads < Self.readsMin || Double(known) >= least * Double(reads)
    }
}
