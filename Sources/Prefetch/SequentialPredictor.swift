/// Guesses the next keys of runs of numbers.
///
/// After `user:41`, `user:42`, `user:43` comes `user:44`. Runs are followed per connection. What
/// makes no run there is followed over all connections together: several that share out one scan
/// make a run only between them, in an order that is a little mixed up.
struct SequentialPredictor: Predictor {
    private let limits: PrefetchLimits
    private var connections: ConnectionTable
    private var histories: [RunTable] = []
    private var node: RunTable

    init(limits: PrefetchLimits) {
        self.limits = limits
        connections = ConnectionTable(capacity: limits.connectionsMax)
        node = RunTable(capacity: limits.nodeRunsMax, needsDense: true)
    }

    mutating func onRead(_ read: Read, pace: inout Pace, guesses: inout [[UInt8]]) {
        guard let key = NumberedKey(read.key) else { return }
        let (place, isNew) = connections.place(of: read.connection)
        if isNew { clear(place) }
        let first = limits.windowMin
        if !histories[place].follow(key, first: first, pace: &pace, guesses: &guesses) {
            _ = node.follow(key, first: first, pace: &pace, guesses: &guesses)
        }
    }

    mutating func forget(connection: Int) {
        if let place = connections.forget(connection) { clear(place) }
    }

    mutating func restart() { self = Self(limits: limits) }

    private mutating func clear(_ place: Int) {
        let empty = RunTable(capacity: limits.connectionRunsMax, needsDense: false)
        if place < histories.count { histories[place] = empty } else { histories.append(empty) }
    }
}

/// The ascending runs that one history follows; for a new one, one is given up that has not gone
/// on lately.
struct RunTable: Sendable {
    private let capacity: Int
    /// Whether three keys in a row are not enough to call it a run.
    private let needsDense: Bool
    private var runs: [Run] = []
    /// The run that is looked at first for a new one to take its place.
    private var hand = 0

    init(capacity: Int, needsDense: Bool) {
        self.capacity = max(1, capacity)
        self.needsDense = needsDense
    }

    /// Takes a read into its run and guesses on.
    ///
    /// - Returns: whether the read is part of what can be called a run.
    mutating func follow(
        _ key: NumberedKey, first: Int, pace: inout Pace, guesses: inout [[UInt8]]
    ) -> Bool {
        guard let index = runs.firstIndex(where: { $0.holds(key) }) else {
            begin(key)
            return false
        }
        runs[index].take(key)
        guard runs[index].isRun(needsDense: needsDense) else {
            runs[index].window.onBreak()
            return false
        }
        runs[index].guess(from: key, first: first, pace: &pace, guesses: &guesses)
        return true
    }

    private mutating func begin(_ key: NumberedKey) {
        guard runs.count >= capacity else {
            runs.append(Run(key))
            return
        }
        while runs[hand].isWarm {
            runs[hand].isWarm = false
            hand = hand &+ 1 == capacity ? 0 : hand &+ 1
        }
        runs[hand] = Run(key)
        hand = hand &+ 1 == capacity ? 0 : hand &+ 1
    }
}

/// Keys of one stem that are read in nearly ascending order.
struct Run: Sendable {
    /// How far a read may jump ahead and still belong to the run.
    private static let jumpMax = 32
    /// Of how many numbers up to the furthest it is asked whether most were read.
    private static let denseNumbers = 16
    /// How many of them must have been.
    private static let denseMin = 12

    /// Fingerprint of what surrounds the numbers.
    let stem: UInt64
    /// Whether it has gone on since its table last looked for one to give up.
    var isWarm = false
    /// How far ahead it is guessed.
    var window = GuessWindow()
    /// The furthest number that was read.
    private var head: Int
    /// Bit i: whether the number i below the furthest was read.
    private var seen: UInt64 = 1
    private var width = NumberWidth()

    init(_ key: NumberedKey) {
        stem = key.stem
        head = key.number
        width.learn(from: key)
    }

    /// Whether a key belongs here: same stem, near the furthest number.
    @inline(__always)
    func holds(_ key: NumberedKey) -> Bool {
        guard key.stem == stem else { return false }
        let distance = key.number &- head
        return distance <= Self.jumpMax && distance > -UInt64.bitWidth
    }

    /// Notes a read that belongs here.
    mutating func take(_ key: NumberedKey) {
        isWarm = true
        width.learn(from: key)
        let distance = key.number &- head
        if distance > 0 {
            seen = seen << UInt64(distance) | 1
            head = key.number
            window.advance(by: distance)
        } else {
            seen |= 1 << UInt64(-distance)
        }
    }

    /// Whether the reads so far make a run: three in a row, or most of the last numbers.
    func isRun(needsDense: Bool) -> Bool {
        if !needsDense, seen & 0b111 == 0b111 { return true }
        let recent = seen & (1 << UInt64(Self.denseNumbers) - 1)
        return recent.nonzeroBitCount >= Self.denseMin
    }

    mutating func guess(
        from key: NumberedKey, first: Int, pace: inout Pace, guesses: inout [[UInt8]]
    ) {
        guard let steps = window.take(&pace, first: first) else { return }
        for step in steps {
            guard let guess = key.with(head &+ step, width: width.digits) else { return }
            guesses.append(guess)
            pace.room -= 1
        }
    }
}
