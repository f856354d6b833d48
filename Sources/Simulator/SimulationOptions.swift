import Ring
import ServerCore

/// What a simulated run consists of, besides its seed.
public struct SimulationOptions: Sendable {
    /// Processes of the cluster, 3 or 5; nil lets the seed choose.
    public var processes: Int?
    /// Clients, each with at most one operation under way.
    public var clients = 6
    /// Simulated microseconds during which faults happen and clients ask, at least.
    public var faultyMicroseconds = 12_000_000
    /// Simulated microseconds by which that is prolonged, at most, while too little has happened
    /// for the run to count.
    public var extensionMicroseconds = 12_000_000
    /// Simulated microseconds after the last fault in which everything has to be level again.
    public var convergenceMicroseconds = 30_000_000
    /// Whether the report carries a readable trace.
    public var keepsTrace = false
    /// Whether messages and notes are kept until they are taken, to be drawn.
    public var keepsMessages = false
    /// How nodes answer reads of others' keys; nil lets the seed choose, and change it meanwhile.
    public var coherence: Coherence?
    /// Rules of the protocol that are taken away; none outside tests.
    package var planted: PlantedBugs = []

    /// The options of an ordinary run.
    public init() {}
}

/// What a run must contain to count.
enum RunMinimum {
    static let completed = 200
    static let acknowledgedWrites = 50
    static let faults = 5
    static let epochChanges = 1
}
