/// Guesses keys at a constant distance: `row:0`, `row:128`, `row:256`, …, upwards or downwards.
///
/// The distances between reads of a run vote on the stride by majority, over the smallest recent
/// window that has one, so that a new stride is seen at once and single strays do no harm.
/// Source: Leap (Maruf and Chowdhury, «Effectively Prefetching Remote Memory with Leap», 2020).
struct StridePredictor: Predictor {
    private let limits: PrefetchLimits
    private var connections: ConnectionTable
    private var histories: [StrideTable] = []
    private var node: StrideTable

    init(limits: PrefetchLimits) {
        self.limits = limits
        connections = ConnectionTable(capacity: limits.connectionsMax)
        node = StrideTable(capacity: limits.nodeRunsMax, voters: limits.strideVotersMax)
    }

    mutating func onRead(_ read: Read, pace: inout Pace, guesses: inout [[UInt8]]) {
        guard let key = NumberedKey(read.key) else { return }
        let (place, isNew) = connections.place(of: read.connection)
        if isNew { clear(place) }
        // Connections that share out one scan have a stride only between them; those that each
        // have their own have none together.
        let isOnNodes = node.take(key)
        let isOnOwn = histories[place].take(key)
        let first = limits.windowMin
        if isOnNodes {
            node.guess(from: key, first: first, pace: &pace, guesses: &guesses)
        } else if isOnOwn {
            histories[place].guess(from: key, first: first, pace: &pace, guesses: &guesses)
        }
    }

    mutating func forget(connection: Int) {
        if let place = connections.forget(connection) { clear(place) }
    }

    mutating func restart() { self = Self(limits: limits) }

    private mutating func clear(_ place: Int) {
        let empty = StrideTable(
            capacity: limits.connectionRunsMax, voters: limits.strideVotersMax)
        if place < histories.count { histories[place] = empty } else { histories.append(empty) }
    }
}

/// The stems whose strides one history follows; for a new one, one is given up that was not read
/// lately.
struct StrideTable: Sendable {
    private let capacity: Int
    private let voters: Int
    private var runs: [StrideRun] = []
    /// The run of the last read.
    private var latest = 0
    /// The run that is looked at first for a new one to take its place.
    private var hand = 0

    init(capacity: Int, voters: Int) {
        self.capacity = max(1, capacity)
        self.voters = voters
    }

    /// Takes a read into the run of its stem; answers whether it is on that run's stride.
    mutating func take(_ key: NumberedKey) -> Bool {
        guard let index = runs.firstIndex(where: { $0.stem == key.stem }) else {
            begin(key)
            return false
        }
        latest = index
        return runs[index].take(key)
    }

    /// Guesses on from the read just taken, which is on its run's stride.
    mutating func guess(
        from key: NumberedKey, first: Int, pace: inout Pace, guesses: inout [[UInt8]]
    ) {
        runs[latest].guess(from: key, first: first, pace: &pace, guesses: &guesses)
    }

    private mutating func begin(_ key: NumberedKey) {
        let run = StrideRun(key, voters: voters)
        guard runs.count >= capacity else {
            runs.append(run)
            return
        }
        while runs[hand].isWarm {
            runs[hand].isWarm = false
            hand = hand &+ 1 == capacity ? 0 : hand &+ 1
        }
        runs[hand] = run
        hand = hand &+ 1 == capacity ? 0 : hand &+ 1
    }
}

/// Reads of keys of one stem.
struct StrideRun: Sendable {
    /// Fingerprint of what surrounds the numbers.
    let stem: UInt64
    /// Whether it was read since its table last looked for one to give up.
    var isWarm = false
    private var distances: DistanceWindow
    private var stride: Int?
    /// The number read last.
    private var last: Int
    /// Where the reader is on its way; a stray read leaves it there.
    private var reader: Int
    private var window = GuessWindow()
    private var width = NumberWidth()

    init(_ key: NumberedKey, voters: Int) {
        stem = key.stem
        last = key.number
        reader = key.number
        distances = DistanceWindow(capacity: voters)
        width.learn(from: key)
    }

    /// Notes a read; answers whether it is on the stride.
    mutating func take(_ key: NumberedKey) -> Bool {
        isWarm = true
        width.learn(from: key)
        let distance = key.number - last
        guard distance != 0 else { return false }
        last = key.number
        distances.append(distance)
        guard let stride = elect(at: key.number) else { return false }
        return goOn(to: key.number, distance: distance, stride: stride)
    }

    /// The stride now; a change of it begins a new window.
    private mutating func elect(at number: Int) -> Int? {
        let elected = distances.majority()
        if elected != stride {
            window.onBreak()
            stride = elected
            reader = number
        }
        return elected
    }

    /// Moves the reader along; false when a read is a stray, which says nothing of where it is.
    private mutating func goOn(to number: Int, distance: Int, stride: Int) -> Bool {
        let moved = number - reader
        if moved.isMultiple(of: stride), (0...window.guessed + 1).contains(moved / stride) {
            window.advance(by: moved / stride)
        } else if distance == stride {
            window.onBreak()
        } else {
            return false
        }
        reader = number
        return true
    }

    /// Guesses on from where the reader is.
    mutating func guess(
        from key: NumberedKey, first: Int, pace: inout Pace, guesses: inout [[UInt8]]
    ) {
        guard let stride, let steps = window.take(&pace, first: first) else { return }
        for step in steps {
            let (offset, overflow) = stride.multipliedReportingOverflow(by: step)
            let (number, passedEnd) = reader.addingReportingOverflow(offset)
            guard !overflow, !passedEnd, let guess = key.with(number, width: width.digits) else {
                return
            }
            guesses.append(guess)
            pace.room -= 1
        }
    }
}

/// The last distances between the numbers of a run.
struct DistanceWindow: Sendable, Equatable {
    /// The fewest distances that may elect.
    private static let votersMin = 4

    private let capacity: Int
    private var ring: [Int] = []
    private var next = 0

    /// Makes a window of a number of distances, at least the fewest that may elect.
    init(capacity: Int) {
        self.capacity = max(Self.votersMin, capacity)
    }

    mutating func append(_ distance: Int) {
        if ring.count < capacity { ring.append(distance) } else { ring[next] = distance }
        next = next &+ 1 == capacity ? 0 : next &+ 1
    }

    /// The distance that more than half of the latest agree on; the smallest window that agrees
    /// decides.
    func majority() -> Int? {
        var voters = Self.votersMin
        while voters <= ring.count {
            if let elected = majority(ofLatest: voters) { return elected }
            voters *= 2
        }
        return nil
    }

    /// Source: Boyer and Moore, «MJRTY: A Fast Majority Vote Algorithm», 1981.
    private func majority(ofLatest voters: Int) -> Int? {
        var candidate = 0
        var lead = 0
        for age in 0..<voters {
            let distance = latest(age)
            if lead == 0 { candidate = distance }
            lead &+= distance == candidate ? 1 : -1
        }
        guard lead > 0 else { return nil }
        var votes = 0
        for age in 0..<voters where latest(age) == candidate { votes &+= 1 }
        return votes &* 2 > voters ? candidate : nil
    }

    @inline(__always)
    private func latest(_ age: Int) -> Int {
        let index = next &- 1 &- age
        return ring[index < 0 ? index &+ ring.count : index]
    }
}
