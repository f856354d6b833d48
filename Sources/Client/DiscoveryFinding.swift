import Ring

/// A server that answered a scan, or at least listens.
public struct FoundServer: Sendable, Equatable {
    /// Where it is.
    public var endpoint: Endpoint
    /// What it is.
    public var kind: Kind

    /// What a server is, by what it answered.
    public enum Kind: Sendable, Equatable {
        /// A node of Ringmaster's.
        case ringmaster(FoundNode)
        /// Redis, Valkey or a server that says it were: its name and version.
        case redis(product: String, version: String)
        /// It speaks Redis's protocol, and tells nothing without a password.
        case locked
        /// It wants TLS.
        case tls
        /// Something else; the printable beginning of what it said, which may be empty.
        case other(String)
        /// It listens, and has said nothing in time: a server that waits for other words, or a
        /// process that is held.
        case silent
    }

    /// Makes a finding.
    public init(endpoint: Endpoint, kind: Kind) {
        self.endpoint = endpoint
        self.kind = kind
    }

    /// The node, if it is Ringmaster's.
    public var node: FoundNode? {
        if case .ringmaster(let node) = kind { node } else { nil }
    }
}

/// A node of Ringmaster's that a scan has met.
public struct FoundNode: Sendable, Equatable {
    /// Its cluster's id.
    public var clusterID: String
    /// Its cluster's name.
    public var clusterName: String
    /// Its id.
    public var id: NodeID
    /// Its name.
    public var name: String
    /// The epoch that it has adopted.
    public var epoch: Int
    /// The start of its process.
    public var incarnation: Int
    /// How much of its log it has read, 0 to 1.
    public var loaded: Double
    /// Its state in the newest epoch that the scan has seen of its cluster; nil when that does not
    /// list it, or could not be had.
    public var state: MemberState?

    init(_ report: NodeReport) {
        clusterID = report.clusterID
        clusterName = report.clusterName
        id = report.id
        name = report.name
        epoch = report.epoch
        incarnation = report.incarnation
        loaded = report.loaded
    }
}

/// A cluster that a scan has met, by the nodes of it that answered.
public struct FoundCluster: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Its name.
    public var name: String
    /// The nodes that answered, those with the newest epoch first.
    public var nodes: [Endpoint]

    /// Puts the nodes of a scan together to clusters, by name and then by id.
    public static func all(_ found: [FoundServer]) -> [FoundCluster] {
        let nodes = found.compactMap { server in server.node.map { (server.endpoint, $0) } }
        return Dictionary(grouping: nodes) { $0.1.clusterID }.map { id, nodes in
            let newest = nodes.sorted { ($1.1.epoch, $0.0) < ($0.1.epoch, $1.0) }
            return FoundCluster(id: id, name: newest[0].1.clusterName, nodes: newest.map(\.0))
        }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The one cluster of that name, and of that id if one is given.
    ///
    /// - Throws: that there is none, or that there are several.
    public static func only(
        named name: String, id: String?, among found: [FoundServer]
    ) throws(DiscoveryFailure) -> FoundCluster {
        let clusters = all(found)
        let matches = clusters.filter { $0.name == name && (id == nil || $0.id == id) }
        guard matches.count <= 1 else { throw .several(matches) }
        guard let only = matches.first else { throw .none(name: name, id: id, others: clusters) }
        return only
    }
}

/// Why a scan has not found the one cluster that was looked for.
public enum DiscoveryFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// No cluster matches; those that do not.
    case none(name: String, id: String?, others: [FoundCluster])
    /// More than one matches.
    case several([FoundCluster])

    /// What was found, and what to do.
    public var description: String {
        switch self {
        case .none(let name, let id, let others):
            "no cluster \(name)" + (id.map { " with the id \($0)" } ?? "") + " answers"
                + (others.isEmpty ? "" : "; found \(Self.list(others))")
                + "; `ringmaster up` makes one, `ringmaster node --found` one of a single node"
        case .several(let clusters):
            "\(clusters.count) clusters are called \(clusters[0].name): \(Self.list(clusters)); "
                + "say which with --cluster-id, or name one of its nodes with --join"
        }
    }

    private static func list(_ clusters: [FoundCluster]) -> String {
        clusters.map { cluster in
            let addresses = cluster.nodes.prefix(8).map(\.description).joined(separator: " ")
            return "\(cluster.name) \(cluster.id) at \(addresses)"
        }.joined(separator: ", ")
    }
}
