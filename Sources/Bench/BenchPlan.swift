/// What a bench does: to whom, how much of what, and how hard.
public struct BenchPlan: Codable, Sendable, Equatable {
    /// Where to connect, at least one address; connections are dealt out to them in turn, and those
    /// of a server that dies go on at the others.
    public var addresses: [BenchAddress]
    /// Further servers with the same keys, which are not measured: the keys are deleted there when
    /// those that are measured have died.
    public var spareAddresses: [BenchAddress] = []
    /// What the keys begin with.
    ///
    /// Nil is a prefix of this run alone: keys that are needed and not inserted by a phase are
    /// inserted before it, and in the end all are deleted. A prefix that is given gets the phases
    /// that are asked for and nothing else.
    public var keyPrefix: String?
    /// Connections, 1 to ``clientsMax``.
    public var clients = 50
    /// Requests that each connection keeps under way, 1 to ``pipelineMax``.
    public var pipeline = 1
    /// Operations of each phase, 1 to ``operationsMax``.
    public var operations = 100_000
    /// Bytes of each value, 0 to ``valueBytesMax``.
    public var valueBytes = 64
    /// How many different keys there are, 1 to ``operationsMax``; nil is as many as operations.
    public var keyspace: Int?
    /// What is done, in this order, unless there is a workload.
    public var phases = BenchPhase.allCases
    /// What is asked for between an insertion of its keys and their deletion; nil for the phases.
    ///
    /// The hot key's writers are only in a matrix.
    public var workload: Workload?
    /// Requests per second of all connections, whether or when answers come, 1 to ``rateMax``; nil
    /// is as fast as answers come.
    public var rate: Int?
    /// What the order of the keys and the values depend on; the same seed gives the same load.
    public var seed: UInt64 = 1
    /// Event loops, each on a thread of its own, 1 to ``threadsMax``.
    public var threads = 1
    /// How long no connection may get an answer before the bench gives up, in milliseconds.
    public var stallMilliseconds = 30_000
    /// How long the deletion of the keys may take after a run that did not come to it, in
    /// milliseconds.
    public var cleaningMilliseconds = 30_000

    /// Longest prefix of the keys in bytes.
    public static let keyPrefixBytesMax = 1_024
    /// Most connections.
    public static let clientsMax = 10_000
    /// Most requests under way on a connection.
    public static let pipelineMax = 10_000
    /// Most operations of a phase, and most keys: what the digits in a key can tell apart.
    public static let operationsMax = 1_000_000_000_000
    /// Longest value in bytes.
    public static let valueBytesMax = 64 << 20
    /// Most event loops.
    public static let threadsMax = 64
    /// Most requests per second that can be asked for.
    public static let rateMax = 10_000_000
    /// Most keys of a workload, whose order is prepared in memory.
    public static let workloadKeysMax = 100_000_000

    /// Makes a plan of 100,000 operations of each kind with 50 clients.
    ///
    /// - Parameter addresses: where to connect.
    public init(addresses: [BenchAddress]) {
        self.addresses = addresses
    }

    /// Checks every number against its limits.
    ///
    /// - Throws: ``BenchError/plan(_:)`` with words that name the first wrong one.
    public func validate() throws(BenchError) {
        guard !addresses.isEmpty else { throw .plan("there is no address to connect to") }
        guard !phases.isEmpty else { throw .plan("there is nothing to do") }
        for address in addresses { try check(address.port, 1...65_535, "a port") }
        try check(clients, 1...Self.clientsMax, "the number of clients")
        try check(pipeline, 1...Self.pipelineMax, "the pipeline's depth")
        try check(operations, 1...Self.operationsMax, "the number of operations")
        try check(valueBytes, 0...Self.valueBytesMax, "the value's size in bytes")
        try check(keyspace ?? 1, 1...Self.operationsMax, "the number of keys")
        try check(rate ?? 1, 1...Self.rateMax, "the requests per second")
        if workload != nil {
            try check(keyCount, 1...Self.workloadKeysMax, "the number of a workload's keys")
        }
        try check(threads, 1...Self.threadsMax, "the number of threads")
        try check(stallMilliseconds, 1...Int.max, "the patience in milliseconds")
        try check(cleaningMilliseconds, 1...Int.max, "the time for cleaning in milliseconds")
        try check(
            keyPrefix?.utf8.count ?? 0, 0...Self.keyPrefixBytesMax, "the prefix's size in bytes")
    }

    /// How many keys the phases touch: after an insertion only those that it reached.
    var keyCount: Int {
        let wanted = keyspace ?? operations
        if workload != nil { return wanted }
        return phases.contains(.insert) ? min(wanted, operations) : wanted
    }

    /// Keys that there may be in the end: all numbers below.
    var keysMade: Int {
        // New keys are numbered by client in turn, behind those that were there.
        keyCount + (workload == .ycsbD ? operations + clients : 0)
    }

    /// Whether no key is to be left in the end.
    var deletesKeys: Bool {
        keyPrefix == nil || workload != nil || phases.contains(.delete)
    }

    /// Operations of one phase: a key can be deleted once only.
    func operationCount(of phase: BenchPhase) -> Int {
        phase == .delete ? min(operations, keyCount) : operations
    }
}

/// Checks a number against its limits.
///
/// - Throws: ``BenchError/plan(_:)`` with words that name it.
func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws(BenchError) {
    guard !range.contains(value) else { return }
    let limits =
        range.upperBound == Int.max
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw .plan("\(name) must be \(limits), not \(value)")
}

/// Where a server listens.
public struct BenchAddress: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Name or number of the host.
    public var host: String
    /// TCP port, 1 to 65,535.
    public var port: Int

    /// Makes an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `HOST:PORT`.
    public var description: String { "\(host):\(port)" }
}

/// One kind of load.
public enum BenchPhase: String, Codable, Sendable, CaseIterable {
    /// `SET` of each key, in a scattered order.
    case insert
    /// `GET` of keys at random.
    case retrieve
    /// `SET` of keys at random, with another value.
    case update
    /// `DEL` of each key, in a scattered order.
    case delete

    /// Whether a request without an answer may have changed a key.
    public var isWrite: Bool { self != .retrieve }
}
