/// What a sweep measures: the four phases over several sizes and numbers of clients.
///
/// Each combination of the lists is a point.
public struct SweepPlan: Codable, Sendable, Equatable {
    /// Where to connect, at least one address; connections are dealt out to them in turn.
    public var addresses: [BenchAddress]
    /// Numbers of connections.
    public var clients = [1, 2, 4, 8, 16, 32, 64]
    /// Requests that each connection keeps under way.
    public var pipelines = [1]
    /// Bytes of each value.
    public var valueBytes = [64]
    /// Operations of each phase, and keys.
    public var operations = [20_000]
    /// What is done at each point, in this order.
    public var phases = BenchPhase.allCases
    /// How often each point is measured, 1 to ``MatrixPlan/roundsMax``; every other time in reverse
    /// order.
    public var rounds = 1
    /// Requests per second of all connections, whether or when answers come; nil is as fast as
    /// answers come.
    public var rate: Int?
    /// What the order of the keys and the values depend on.
    public var seed: UInt64 = 1
    /// Event loops of the bench.
    public var threads = 1
    /// How long no connection may get an answer before the run is given up, in milliseconds.
    public var stallMilliseconds = 30_000

    /// Most points of one round.
    public static let pointsMax = 10_000

    /// Makes a plan of one round over 1 to 64 clients.
    ///
    /// - Parameter addresses: where to connect.
    public init(addresses: [BenchAddress]) {
        self.addresses = addresses
    }

    /// Checks every number against its limits.
    ///
    /// - Throws: ``BenchError/plan(_:)`` with words that name the first wrong one.
    public func validate() throws(BenchError) {
        var count = 1
        for list in [clients, pipelines, valueBytes, operations] {
            let (product, overflow) = count.multipliedReportingOverflow(by: list.count)
            guard !overflow, product <= Self.pointsMax else {
                throw .plan("a sweep has at most \(Self.pointsMax) points")
            }
            count = product
        }
        guard count > 0 else { throw .plan("there is nothing to sweep over") }
        try check(rounds, 1...MatrixPlan.roundsMax, "the number of rounds")
        for point in points { try plan(of: point).validate() }
    }

    /// The points in their order: clients change fastest.
    public var points: [SweepPoint] {
        operations.flatMap { operations in
            valueBytes.flatMap { valueBytes in
                pipelines.flatMap { pipeline in
                    clients.map {
                        SweepPoint(
                            clients: $0, pipeline: pipeline, valueBytes: valueBytes,
                            operations: operations)
                    }
                }
            }
        }.uniqued
    }

    /// What is measured at a point.
    func plan(of point: SweepPoint) -> BenchPlan {
        var plan = BenchPlan(addresses: addresses)
        plan.clients = point.clients
        plan.pipeline = point.pipeline
        plan.valueBytes = point.valueBytes
        plan.operations = point.operations
        plan.phases = phases
        plan.rate = rate
        plan.seed = seed
        plan.threads = threads
        plan.stallMilliseconds = stallMilliseconds
        return plan
    }
}

/// One combination of a sweep.
public struct SweepPoint: Codable, Sendable, Hashable {
    /// Connections.
    public var clients: Int
    /// Requests that each keeps under way.
    public var pipeline: Int
    /// Bytes of each value.
    public var valueBytes: Int
    /// Operations of each phase.
    public var operations: Int
}

/// What a sweep can be drawn over.
public enum SweepAxis: String, Codable, Sendable, CaseIterable {
    /// Connections.
    case clients
    /// Requests under way on each.
    case pipeline
    /// Bytes of each value.
    case valueBytes
    /// Operations of each phase.
    case operations

    /// What the axis counts, for people.
    var label: String {
        switch self {
        case .clients: "clients"
        case .pipeline: "requests under way on each connection"
        case .valueBytes: "bytes of each value"
        case .operations: "keys"
        }
    }

    /// A short heading.
    var heading: String {
        switch self {
        case .clients: "clients"
        case .pipeline: "pipeline"
        case .valueBytes: "bytes"
        case .operations: "keys"
        }
    }

    func value(of point: SweepPoint) -> Int {
        switch self {
        case .clients: point.clients
        case .pipeline: point.pipeline
        case .valueBytes: point.valueBytes
        case .operations: point.operations
        }
    }
}
