/// What a cluster's folder says of its cluster: the file `cluster.json`.
public struct ClusterManifest: Sendable, Codable, Equatable {
    /// The format that this code writes, and the latest that it reads.
    public static let currentFormat = 1

    /// The format of the file.
    public var format = currentFormat
    /// What people call the cluster.
    public var name: String
    /// 32 hexadecimal digits, random, made at founding.
    public var id: String
    /// The address that all nodes listen on.
    public var host: String
    /// Copies of each key that founding asked for.
    public var replicas: Int
    /// How the nodes are started.
    public var options: LaunchOptions
    /// The nodes, in the order of their ports.
    public var nodes: [ManifestNode]

    /// Makes a manifest of its parts.
    public init(
        name: String, id: String, host: String, replicas: Int, options: LaunchOptions,
        nodes: [ManifestNode]
    ) {
        self.name = name
        self.id = id
        self.host = host
        self.replicas = replicas
        self.options = options
        self.nodes = nodes
    }

    /// The node of that name.
    ///
    /// - Throws: ``LocalClusterError/noSuchNode(name:known:)``.
    public func node(named name: String) throws(LocalClusterError) -> ManifestNode {
        for node in nodes where node.name == name { return node }
        throw .noSuchNode(name: name, known: nodes.map(\.name))
    }
}

/// A node of a local cluster.
public struct ManifestNode: Sendable, Codable, Equatable {
    /// Its name: `n1`.
    public var name: String
    /// TCP port, 1 to 65,535.
    public var port: Int
    /// The node's directory, relative to the cluster's folder.
    public var directory: String
    /// Whether it was made to join a cluster that was there, and is not known to be a member yet.
    public var isJoining: Bool?
    /// Whether it was asked to leave.
    public var isLeaving: Bool?

    /// Makes a node's entry.
    public init(name: String, port: Int, directory: String, isJoining: Bool? = nil) {
        self.name = name
        self.port = port
        self.directory = directory
        self.isJoining = isJoining
    }
}

/// What may differ from start to start of a node's process.
public struct LaunchOptions: Sendable, Codable, Equatable {
    /// `always`, `everysec` or `no`.
    public var fsync: String
    /// Event loops; nil leaves it to the node.
    public var threads: Int?

    /// Makes options.
    public init(fsync: String = "always", threads: Int? = nil) {
        self.fsync = fsync
        self.threads = threads
    }
}
