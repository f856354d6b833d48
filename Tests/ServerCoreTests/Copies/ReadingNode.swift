import Prefetch
import Ring

@testable import ServerCore

/// A node that guesses and keeps copies, and whose clients read one key after the other.
///
/// Time is counted in reads that are hits: such a read takes 1, any other one the round trip.
struct ReadingNode {
    /// What the reads came to.
    struct Result {
        var reads = 0
        var hits = 0
        var guesses = 0
        var wasted = 0

        var hitRate: Double { Double(hits) / Double(max(1, reads)) }
    }

    private(set) var result = Result()
    private(set) var copies = CopyCache()
    private var prefetcher: Prefetcher
    private let roundTrip: Int
    private var time = 0
    /// When each client reads next.
    private var readyAt: [Int]
    /// What was asked for, in the order in which it comes.
    private var coming: [(key: Int, at: Int, isGuess: Bool)] = []
    private var come = 0
    /// The guesses among those that no client has asked for itself yet.
    private var guessed: Set<Int> = []

    private static let digits = 8
    private static let copyBytes = digits + Copy.overheadBytes

    init(_ prefetching: Prefetching, clients: Int, roundTrip: Int = 40, copiesMax: Int) {
        prefetcher = Prefetcher(prefetching)
        self.roundTrip = roundTrip
        readyAt = Array(repeating: 0, count: clients)
        copies.bytesMax = copiesMax * Self.copyBytes
    }

    /// Lets the clients read, each when it has its answer.
    ///
    /// - Parameters:
    ///   - reads: how many, of all clients together.
    ///   - key: the number of the next key of a client.
    mutating func run(reads: Int, key: (Int) -> Int) {
        for _ in 0..<reads {
            let client = readyAt.indices.min { readyAt[$0] < readyAt[$1] } ?? 0
            // The node answers one read at a time.
            time = max(time + 1, readyAt[client])
            receive()
            let isHit = read(key(client), client: client)
            readyAt[client] = time + (isHit ? 1 : roundTrip)
        }
    }

    /// Forgets what was counted, not what was learnt.
    mutating func countAnew() { result = Result() }

    /// Reads a key; answers whether it is here.
    private mutating func read(_ key: Int, client: Int) -> Bool {
        var guesses: [[UInt8]] = []
        Self.name(key).withUnsafeBytes {
            prefetcher.onRead($0, connection: client, guesses: &guesses)
        }
        let place = place(of: key)
        result.reads += 1
        if let place {
            result.hits += 1
            if copies.noteHit(place) != nil { prefetcher.onUsed() }
        } else {
            if guessed.remove(key) != nil { prefetcher.onLate() }
            coming.append((key, time + roundTrip, false))
        }
        ask(guesses.map(Self.number))
        return place != nil
    }

    private mutating func ask(_ guesses: [Int]) {
        let new = guesses.filter { place(of: $0) == nil && guessed.insert($0).inserted }
        coming += new.map { ($0, time + roundTrip, true) }
        result.guesses += new.count
        prefetcher.onAsked(new.count)
    }

    private mutating func receive() {
        while come < coming.count, coming[come].at <= time {
            let (key, _, isGuess) = coming[come]
            come += 1
            if isGuess {
                guard guessed.remove(key) != nil else { continue }
                prefetcher.onFetched(bytes: Self.digits)
            }
            if place(of: key) == nil {
                keep(key, guesser: isGuess ? 0 : nil)
            } else if isGuess {
                prefetcher.onLate()
            }
        }
        for _ in copies.takeWasted() {
            result.wasted += 1
            prefetcher.onWasted()
        }
    }

    private mutating func keep(_ key: Int, guesser: Int?) {
        copies.insert(
            Copy(
                key: Self.name(key), content: .absent, version: .absent, home: 2, session: 1,
                askedAt: time, guesser: guesser),
            hash: UInt64(key))
    }

    private func place(of key: Int) -> Int32? {
        Self.name(key).withUnsafeBytes { copies.find(UInt64(key), $0) }
    }

    private static func name(_ key: Int) -> [UInt8] {
        let text = String(key)
        return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
    }

    private static func number(_ name: [UInt8]) -> Int {
        name.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
