import Ring

/// How a node with an empty directory is to become a member of a cluster that is there.
public struct JoinOptions: Sendable {
    /// Nodes of the cluster, of which one must answer; at least one.
    public var seeds: [NodeOptions.Address]
    /// What the node is to be called; nil takes the next free name, such as `n4`.
    public var name: String?
    /// The name that the cluster must have; nil takes any.
    public var clusterName: String?
    /// The id that the cluster must have; nil takes any.
    public var clusterID: String?
    /// How long to try until it is given up; nil goes on for ever.
    public var patience: Duration?

    /// Makes options.
    public init(
        seeds: [NodeOptions.Address], name: String? = nil, clusterName: String? = nil,
        clusterID: String? = nil, patience: Duration? = .seconds(60)
    ) {
        self.seeds = seeds
        self.name = name
        self.clusterName = clusterName
        self.clusterID = clusterID
        self.patience = patience
    }

    /// Why a node cannot have that name; nil when it can.
    public static func complaint(aboutName name: String) -> String? {
        Member.isName(name) ? nil : "a node's name has 1 to 64 printable characters"
    }
}

/// The named limits of joining.
enum JoinLimits {
    /// Nodes that are asked in turn.
    static let seedsMax = 64
    /// How long a connection to a node may take.
    static let connect = Duration.seconds(1)
    /// How long a node may take to tell its epoch.
    static let epoch = Duration.seconds(5)
    /// How long it may take until an epoch lists the new member: longer than the node itself waits.
    static let decision = Duration.seconds(15)
    /// The wait after the first round of questions that came to nothing.
    static let backoffMin = Duration.milliseconds(100)
    /// The longest wait between two rounds.
    static let backoffMax = Duration.seconds(3)
    /// The longest answer that is read, in bytes.
    static let answerBytesMax = 64 << 20
}
