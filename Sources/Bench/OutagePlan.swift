/// What `bench outage` does: which fault, how often, and under which load.
public struct OutagePlan: Codable, Sendable, Equatable {
    /// What happens to a node.
    public var fault: OutageFault
    /// How many times, each time to the next node in turn, 1 to ``countMax``.
    public var count = 20
    /// Nodes of the cluster, ``nodesMin`` to ``nodesMax``.
    public var nodes = 5
    /// Operations per second, 1 to ``rateMax``.
    public var rate = 2_000
    /// Clients, each with connections of its own, 1 to ``clientsMax``.
    public var clients = 8
    /// Keys, 1 to ``keysMax``; each is asked for in turn.
    public var keys = 1_000
    /// Bytes of each value, 0 to ``valueBytesMax``.
    public var valueBytes = 100
    /// How long the cluster is watched undisturbed before each fault, in milliseconds.
    public var calmMilliseconds = 2_000

    /// Most faults of one run.
    public static let countMax = 1_000
    /// Fewer nodes survive no fault.
    public static let nodesMin = 3
    /// Most nodes.
    public static let nodesMax = 16
    /// Most operations per second.
    public static let rateMax = 100_000
    /// Most clients.
    public static let clientsMax = 256
    /// Most keys.
    public static let keysMax = 1_000_000
    /// Longest value in bytes.
    public static let valueBytesMax = 1 << 20

    /// Makes a plan of 20 faults under 2,000 operations per second of 8 clients over 1,000 keys.
    public init(fault: OutageFault) {
        self.fault = fault
    }

    /// Time between two operations on one key, in microseconds.
    public var spacingMicroseconds: Int { keys * 1_000_000 / rate }

    /// Checks every number against its limits.
    ///
    /// - Throws: ``BenchError/plan(_:)`` with words that name the first wrong one.
    public func validate() throws(BenchError) {
        let limits = [
            (count, 1...Self.countMax, "the number of faults"),
            (nodes, Self.nodesMin...Self.nodesMax, "the number of nodes"),
            (rate, 1...Self.rateMax, "the operations per second"),
            (clients, 1...Self.clientsMax, "the number of clients"),
            (keys, 1...Self.keysMax, "the number of keys"),
            (valueBytes, 0...Self.valueBytesMax, "the value's size in bytes"),
            (calmMilliseconds, 100...600_000, "the calm before a fault in milliseconds"),
        ]
        for (value, range, name) in limits where !range.contains(value) {
            throw .plan(
                "\(name) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        guard spacingMicroseconds <= calmMilliseconds * 1_000 else {
            throw .plan(
                "\(keys) keys at \(rate) operations/s are each asked for only every "
                    + "\(spacingMicroseconds / 1_000) ms: that is more than the calm before a fault"
            )
        }
    }
}

/// What happens to a node.
public enum OutageFault: String, Codable, Sendable, CaseIterable {
    /// SIGKILL; later a new start.
    case kill
    /// SIGSTOP; later SIGCONT.
    case pause
    /// SIGTERM, the stop in good order; later a new start.
    case stop
    /// A node leaves the ring; later a new one joins in its stead.
    case leave
    /// A new node joins the ring; later it leaves again.
    case join
}
