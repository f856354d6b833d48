import ArgumentParser
import Client
import LocalCluster
import Server

/// `ringmaster node`.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Run one server process in the foreground.",
        discussion: """
            With an empty directory it starts only when told to found a cluster of this one node. \
            It ends in good order on SIGTERM or ^C.
            """)

    @Option(help: ArgumentHelp("The node's directory.", valueName: "directory"))
    var dir: String
    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host = "127.0.0.1"
    @Option(help: ArgumentHelp("The port to listen on.", valueName: "port"))
    var port: Int
    @Flag(help: "Found a cluster of this one node, if the directory is empty.")
    var found = false
    @Option(help: ArgumentHelp("What --found calls the cluster.", valueName: "name"))
    var cluster = ClusterOptions.defaultName
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
        if let why = LocalName.complaint(about: cluster) {
            throw ValidationError("--cluster: \(why)")
        }
        if let threads, !(1...NodeOptions.threadsMax).contains(threads) {
            throw ValidationError("--threads is 1 to \(NodeOptions.threadsMax)")
        }
    }

    func run() async throws {
        try await ServerBridge.run(self)
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
