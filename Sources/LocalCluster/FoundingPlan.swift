/// The cluster that a person asks for.
public struct FoundingPlan: Sendable, Equatable {
    /// The most nodes of one local cluster.
    public static let nodesMax = 64

    /// What people will call it.
    public var name: String
    /// How many nodes, 1 to ``nodesMax``.
    public var nodes: Int
    /// Copies of each key, 1 to 7.
    public var replicas: Int
    /// The address that all nodes listen on.
    public var host: String
    /// The first node's TCP port; the others follow it.
    public var firstPort: Int
    /// How the nodes are started.
    public var options: LaunchOptions

    /// Makes a plan; the defaults are those of the command line.
    public init(
        name: String = "demo", nodes: Int = 5, replicas: Int = 3, host: String = "127.0.0.1",
        firstPort: Int = 7101, options: LaunchOptions = LaunchOptions()
    ) {
        self.name = name
        self.nodes = nodes
        self.replicas = replicas
        self.host = host
        self.firstPort = firstPort
        self.options = options
    }

    /// Whether such a cluster can be.
    ///
    /// - Throws: ``LocalClusterError/badName(name:why:)`` or ``LocalClusterError/badPlan(why:)``.
    func validate() throws(LocalClusterError) {
        _ = try LocalName.validated(name)
        guard (1...Self.nodesMax).contains(nodes) else {
            throw .badPlan(why: "a local cluster has 1 to \(Self.nodesMax) nodes, not \(nodes)")
        }
        guard (1...7).contains(replicas) else {
            throw .badPlan(why: "a key has 1 to 7 copies, not \(replicas)")
        }
        let (lastPort, overflow) = firstPort.addingReportingOverflow(nodes - 1)
        guard firstPort >= 1, !overflow, lastPort <= 65_535 else {
            throw .badPlan(
                why: "\(nodes) ports from \(firstPort) on are not all within 1 to 65535")
        }
    }

    /// The manifest of this plan under a new cluster id.
    func manifest(
        random generator: inout some RandomNumberGenerator
    ) throws(LocalClusterError) -> ClusterManifest {
        try validate()
        let digits = Array("0123456789abcdef")
        let id = String((0..<32).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
        return ClusterManifest(
            name: name, id: id, host: host, replicas: replicas, options: options,
            nodes: (1...nodes).map {
                ManifestNode(name: "n\($0)", port: firstPort + $0 - 1, directory: "n\($0)")
            })
    }
}

/// What a server needs to make the directories of a new cluster, before any node starts.
public struct FoundingRequest: Sendable, Equatable {
    /// A node to be.
    public struct Node: Sendable, Equatable {
        /// Its name: `n1`.
        public var name: String
        /// The absolute path of its directory, which does not exist yet.
        public var directory: String
        /// The address to listen on.
        public var host: String
        /// TCP port.
        public var port: Int
    }

    /// 32 hexadecimal digits, random.
    public var clusterID: String
    /// What people will call the cluster.
    public var clusterName: String
    /// Copies of each key.
    public var replicas: Int
    /// The nodes, in the order of their ports.
    public var nodes: [Node]
}
