import ArgumentParser
import Client
import LocalCluster
import Server

/// `ringmaster node`.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Run one server process in the foreground.",
        discussion: """
            With an empty directory it starts only when told to found a cluster of this one node, \
            or to join one: --join names nodes of the cluster, of which one must answer; --join auto \
            looks for them on the ports of --range. What is broken off goes on at the next start. \
            It ends in good order on SIGTERM or ^C. A node that was evicted drops its data and joins \
            anew by itself.
            """)

    @Option(help: ArgumentHelp("The node's directory.", valueName: "directory"))
    var dir: String
    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host = "127.0.0.1"
    @Option(help: ArgumentHelp("The port to listen on.", valueName: "port"))
    var port: Int
    @Flag(help: "Found a cluster of this one node, if the directory is empty.")
    var found = false
    @Option(
        help: ArgumentHelp(
            "Join the cluster of these nodes, if the directory is empty.",
            valueName: "host:port,…|auto"))
    var join: JoinTarget?
    @Option(help: ArgumentHelp("What the node that joins is called.", valueName: "name"))
    var name: String?
    @Option(
        help: ArgumentHelp(
            "What --found calls the cluster, or what the one to join must be called (demo; for "
                + "--join HOST:PORT any).", valueName: "name"))
    var cluster: String?
    @Option(help: ArgumentHelp("The id that the cluster to join must have.", valueName: "id"))
    var clusterID: String?
    @Option(
        help: ArgumentHelp(
            "Where --join auto looks, as in `discover` (7100-7355).", valueName: "range"),
        transform: { try DiscoveryRange(parsing: $0) })
    var range: DiscoveryRange?
    @Option(
        help: ArgumentHelp("How long to try to join (60).", valueName: "seconds"))
    var joinTimeout: Int?
    @Option(help: "When a write is synced to disk: before it counts, each second, or never.")
    var fsync: FoundingFlags.Sync = .always
    @Option(help: ArgumentHelp("Event loops.", valueName: "count"))
    var threads: Int?
    @Option(
        help: ArgumentHelp(
            "Reach that peer there, for tests through a proxy.", valueName: "name=host:port"))
    var peer: [PeerAddress] = []

    func validate() throws {
        if dir.isEmpty { throw ValidationError("--dir: name a directory") }
        guard (1...65_535).contains(port) else {
            throw ValidationError("--port is 1 to 65535, not \(port)")
        }
        if let cluster, let why = LocalName.complaint(about: cluster) {
            throw ValidationError("--cluster: \(why)")
        }
        try validateJoin()
        if let threads, !(1...NodeOptions.threadsMax).contains(threads) {
            throw ValidationError("--threads is 1 to \(NodeOptions.threadsMax)")
        }
    }

    private func validateJoin() throws {
        if join != nil, found { throw ValidationError("--found or --join, not both") }
        if let name, let why = LocalName.complaint(about: name) {
            throw ValidationError("--name: \(why)")
        }
        for (option, isGiven) in [
            ("--name", name != nil), ("--cluster-id", clusterID != nil),
            ("--range", range != nil), ("--join-timeout", joinTimeout != nil),
        ] where isGiven && join == nil {
            throw ValidationError("\(option) is for --join")
        }
        if range != nil, join != .auto { throw ValidationError("--range is for --join auto") }
        if let range, !range.isLoopback {
            throw ValidationError("--range: nodes are looked for on this machine only")
        }
        if let joinTimeout, !(1...86_400).contains(joinTimeout) {
            throw ValidationError("--join-timeout is 1 to 86400 seconds")
        }
    }

    func run() async throws {
        try await ServerBridge.run(self)
    }
}

/// Whose cluster is to be joined.
enum JoinTarget: ExpressibleByArgument, Equatable {
    /// That of these nodes.
    case nodes([Endpoint])
    /// The one that a scan finds.
    case auto

    init?(argument: String) {
        if argument == "auto" {
            self = .auto
            return
        }
        var nodes: [Endpoint] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = Endpoint(String(part)) else { return nil }
            nodes.append(endpoint)
        }
        self = .nodes(nodes)
    }
}

/// Where a peer is reached instead of at the address that the epoch gives it.
struct PeerAddress: ExpressibleByArgument {
    var name: String
    var endpoint: Endpoint

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, LocalName.complaint(about: String(parts[0])) == nil,
            let endpoint = Endpoint(String(parts[1]))
        else { return nil }
        name = String(parts[0])
        self.endpoint = endpoint
    }
}
