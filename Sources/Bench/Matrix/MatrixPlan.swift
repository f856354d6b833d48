import Ring

/// What a matrix measures: each coherence with each prefetching under each workload.
public struct MatrixPlan: Codable, Sendable, Equatable {
    /// Any node of a cluster of Ringmaster, or servers of the Redis protocol; at least one.
    public var addresses: [BenchAddress]
    /// Where the clients connect to: a node's name or `HOST:PORT`, `all`, or nil for the first node.
    public var through: String?
    /// The workloads, in this order.
    public var workloads: [Workload] = [
        .hotKey, .uniform, .zipfian, .sequential, .strided, .sessions,
    ]
    /// The coherences; `off` is always among them, as what the others are compared with.
    public var coherences = Coherence.allCases
    /// The prefetchings; `off` is always among them.
    public var prefetchings = Prefetching.allCases
    /// How often each cell is measured, 1 to ``roundsMax``; every other time in reverse order.
    public var rounds = 1
    /// Operations of a cell that are measured, 1 to ``operationsMax``.
    public var operations = 20_000
    /// Operations of a cell before those; nil is half as many.
    public var warmUp: Int?
    /// Connections, 1 to ``BenchPlan/clientsMax``.
    public var clients = 16
    /// Requests that each keeps under way at most, 1 to ``BenchPlan/pipelineMax``.
    public var pipeline = 1
    /// Operations per second of all connections, whether or when answers come, 1 to
    /// ``BenchPlan/rateMax``; nil is as fast as answers come.
    public var rate: Int?
    /// Keys, 1 to ``operationsMax``; a scan has as many as it reads, sessions a quarter of that.
    public var keys = 10_000
    /// Bytes of each value, 16 to ``BenchPlan/valueBytesMax``: room for the number by which a
    /// stale value is known.
    public var valueBytes = 64
    /// Distance of two keys of a strided scan, 2 to ``strideMax``.
    public var stride = 5
    /// Keys of a session, 2 to ``operationsMax``.
    public var sessionLength = 50
    /// Writes per second of the hot key, 0 to ``BenchPlan/rateMax``; 0 is none.
    public var writesPerSecond = 100
    /// The part of a workload's keys that a node's copies may hold, by `cache-bytes`; nil leaves
    /// that setting alone.
    public var cacheShare: Double? = 0.25
    /// What the keys begin with; nil is a prefix of the run's own.
    public var keyPrefix: String?
    /// What all draws depend on.
    public var seed: UInt64 = 1
    /// Event loops of the bench, 1 to ``BenchPlan/threadsMax``.
    public var threads = 1
    /// How long no connection may get an answer before the run is given up, in milliseconds.
    public var stallMilliseconds = 30_000

    /// Most rounds.
    public static let roundsMax = 100
    /// Most operations of a cell.
    public static let operationsMax = 10_000_000
    /// Most distance of two keys of a strided scan.
    public static let strideMax = 1_000
    /// Least bytes that `cache-bytes` is set to.
    static let cacheBytesMin = 64 << 10
    /// About what a copy takes beside its key and its value, in bytes.
    static let copyOverhead = 160

    /// Makes a plan of one round over all mechanisms.
    ///
    /// - Parameter addresses: where to begin.
    public init(addresses: [BenchAddress]) {
        self.addresses = addresses
    }

    /// Checks every number against its limits.
    ///
    /// - Throws: ``BenchError/plan(_:)`` with words that name the first wrong one.
    public func validate() throws(BenchError) {
        guard !addresses.isEmpty else { throw .plan("there is no address to connect to") }
        guard !workloads.isEmpty else { throw .plan("there is no workload") }
        try check(rounds, 1...Self.roundsMax, "the number of rounds")
        try check(operations, 1...Self.operationsMax, "the number of operations")
        try check(warmUpCount, 0...Self.operationsMax, "the number of operations to warm up")
        try check(clients, 1...BenchPlan.clientsMax, "the number of clients")
        try check(pipeline, 1...BenchPlan.pipelineMax, "the pipeline's depth")
        try check(rate ?? 1, 1...BenchPlan.rateMax, "the requests per second")
        try check(keys, 1...Self.operationsMax, "the number of keys")
        try check(
            valueBytes, RequestStream.valueDigits...BenchPlan.valueBytesMax,
            "the value's size in bytes")
        try check(stride, 2...Self.strideMax, "the stride")
        try check(sessionLength, 2...Self.operationsMax, "the length of a session")
        try check(writesPerSecond, 0...BenchPlan.rateMax, "the writes per second")
        try check(threads, 1...BenchPlan.threadsMax, "the number of threads")
        try check(stallMilliseconds, 1...Int.max, "the patience in milliseconds")
        if let cacheShare, !(cacheShare > 0 && cacheShare <= 1_000) {
            throw .plan("the caches' share of the keys must be above 0 and at most 1000")
        }
    }

    /// Operations of a cell before those that are measured.
    public var warmUpCount: Int { warmUp ?? operations / 2 }

    /// The cells of one round.
    ///
    /// - Parameter hasCaches: whether the servers have mechanisms to choose from.
    /// - Returns: the cells, of each workload the one without any mechanism first.
    public func cells(hasCaches: Bool = true) -> [MatrixCellID] {
        workloads.uniqued.flatMap { workload in
            let base = MatrixCellID(workload: workload, coherence: .off, prefetching: .off)
            guard hasCaches else { return [base] }
            let all = coherences.flatMap { coherence in
                ([.off] + prefetchings).map { prefetching in
                    MatrixCellID(
                        workload: workload, coherence: coherence, prefetching: prefetching)
                }
            }
            return ([base] + all).uniqued
        }
    }

    /// The keys of a workload.
    func keyCount(of workload: Workload) -> Int {
        let clientShare = (warmUpCount + operations + clients - 1) / clients + 1
        switch workload {
        case .sequential: return clientShare * clients
        case .strided: return clientShare * clients * stride
        case .sessions: return max(sessionLength, min(keys, operations / 4))
        case .uniform, .zipfian, .hotKey, .ycsbA, .ycsbB, .ycsbC, .ycsbD: return keys
        }
    }

    /// What `cache-bytes` is set to for a workload; nil leaves it alone.
    func cacheBytes(for workload: Workload) -> Int? {
        guard let cacheShare else { return nil }
        let copy = KeyNames.ownBytes + valueBytes + Self.copyOverhead
        let bytes = Double(keyCount(of: workload)) * Double(copy) * cacheShare
        return Int(min(Double(1 << 36), max(Double(Self.cacheBytesMin), bytes)))
    }

    /// What the clients of a workload share.
    func shape(of workload: Workload) -> WorkloadShape {
        var shape = WorkloadShape(
            workload, keyCount: keyCount(of: workload), clients: clients, seed: seed)
        shape.stride = stride
        shape.sessionLength = sessionLength
        return shape
    }
}

/// One cell of a matrix.
public struct MatrixCellID: Codable, Sendable, Hashable {
    /// The workload.
    public var workload: Workload
    /// The coherence.
    public var coherence: Coherence
    /// The prefetching.
    public var prefetching: Prefetching

    /// Makes an id.
    public init(workload: Workload, coherence: Coherence, prefetching: Prefetching) {
        self.workload = workload
        self.coherence = coherence
        self.prefetching = prefetching
    }

    /// The cell with the same workload and no mechanism.
    public var base: MatrixCellID {
        MatrixCellID(workload: workload, coherence: .off, prefetching: .off)
    }
}

extension Array where Element: Hashable {
    /// Each element once, in the order of the first ones.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
