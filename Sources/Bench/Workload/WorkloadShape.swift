/// What all clients of a workload share.
struct WorkloadShape: Sendable, Equatable {
    /// Which workload.
    let workload: Workload
    /// Keys that are there, numbered from 0.
    let keyCount: Int
    /// Clients that share the work.
    let clients: Int
    /// What every draw depends on.
    let seed: UInt64
    /// Distance of two keys of a strided scan.
    var stride = 5
    /// Keys of a session.
    var sessionLength = 50
    /// The key that all want.
    var hotKey = 0
    /// The number of the first key that may be inserted.
    var firstNewKey: Int

    let zipf: Zipf?
    /// The keys of all sessions, one session after the other.
    private let sessionKeys: [Int]
    private let scatter: Int

    /// Prepares a workload, which takes time in proportion to the keys.
    ///
    /// - Parameters:
    ///   - workload: which.
    ///   - keyCount: keys that are there, 1 or more.
    ///   - clients: how many share the work, 1 or more.
    ///   - seed: what every draw depends on.
    init(_ workload: Workload, keyCount: Int, clients: Int, seed: UInt64) {
        precondition(keyCount >= 1 && clients >= 1)
        self.workload = workload
        self.keyCount = keyCount
        self.clients = clients
        self.seed = seed
        firstNewKey = keyCount
        scatter = KeyOrder.scatteringStride(keyCount)
        zipf = workload.needsZipf ? Zipf(count: keyCount) : nil
        sessionKeys = workload == .sessions ? Self.shuffled(keyCount, seed: seed) : []
    }

    /// Different sessions.
    var sessionCount: Int { max(1, keyCount / sessionLength) }

    /// A key of a session.
    func key(ofSession session: Int, at place: Int) -> Int {
        sessionKeys[(session * sessionLength + place) % keyCount]
    }

    /// The key of a rank: hot ones are no neighbours.
    func key(ofRank rank: Int) -> Int { rank * scatter % keyCount }

    /// How many keys a scan's client has for itself.
    var scanRange: Int { max(1, keyCount / clients) }

    /// A client's read number so and so of a scan, from 0.
    func scanKey(client: Int, at index: Int) -> Int {
        let low = client * scanRange % keyCount
        guard workload == .strided else { return (low + index % scanRange) % keyCount }
        let steps = max(1, scanRange / stride)
        let (pass, step) = index.quotientAndRemainder(dividingBy: steps)
        return (low + (pass % stride + step * stride) % scanRange) % keyCount
    }

    private static func shuffled(_ count: Int, seed: UInt64) -> [Int] {
        var generator = BenchGenerator(seed: ~seed)
        var keys = Array(0..<count)
        for place in keys.indices.reversed() {
            keys.swapAt(place, generator.number(below: place + 1))
        }
        return keys
    }
}

/// The requests of one client of a workload, without end.
struct WorkloadStream: Sendable {
    private let shape: WorkloadShape
    private let client: Int
    private var generator: BenchGenerator
    /// Requests so far, those before this stream included.
    private var index: Int
    /// Requests before this stream, so that its new keys are none of theirs.
    private let skipped: Int
    /// Keys that this stream has inserted.
    private var inserted = 0
    private var session = 0
    private var place = 0

    /// Begins a client's requests.
    ///
    /// - Parameters:
    ///   - shape: what the clients share.
    ///   - client: which one, from 0.
    ///   - skipped: how many requests the client has made before; a scan goes on behind them, and
    ///     draws are others.
    init(_ shape: WorkloadShape, client: Int, skipped: Int = 0) {
        self.shape = shape
        self.client = client
        self.skipped = skipped
        index = skipped
        var seeds = BenchGenerator(seed: shape.seed ^ UInt64(client) << 8 ^ UInt64(skipped) << 24)
        generator = BenchGenerator(seed: seeds.next())
        place = shape.sessionLength
    }

    /// The next request.
    mutating func next() -> Operation {
        defer { index += 1 }
        switch shape.workload {
        case .uniform: return read(generator.number(below: shape.keyCount))
        case .sequential, .strided: return read(shape.scanKey(client: client, at: index))
        case .sessions: return read(nextOfSession())
        case .hotKey: return read(shape.hotKey)
        case .zipfian, .ycsbC: return read(shape.key(ofRank: rank()))
        case .ycsbA, .ycsbB:
            let isRead = generator.fraction() < shape.workload.readShare
            return Operation(kind: isRead ? .retrieve : .update, key: shape.key(ofRank: rank()))
        case .ycsbD:
            if generator.fraction() < shape.workload.readShare { return read(latest()) }
            inserted += 1
            return Operation(kind: .insert, key: newKey(inserted - 1))
        }
    }

    private func read(_ key: Int) -> Operation { Operation(kind: .retrieve, key: key) }

    private mutating func rank() -> Int { shape.zipf?.rank(&generator) ?? 0 }

    /// A key that was inserted lately, the latest most often; a client sees only its own as new,
    /// so that the load does not depend on who was faster.
    private mutating func latest() -> Int {
        let rank = rank()
        return rank < inserted
            ? newKey(inserted - 1 - rank)
            : max(0, shape.keyCount - 1 - (rank - inserted))
    }

    private func newKey(_ number: Int) -> Int {
        shape.firstNewKey + (skipped + number) * shape.clients + client
    }

    private mutating func nextOfSession() -> Int {
        if place >= min(shape.sessionLength, shape.keyCount) {
            session = generator.number(below: shape.sessionCount)
            place = 0
        }
        defer { place += 1 }
        return shape.key(ofSession: session, at: place)
    }
}
