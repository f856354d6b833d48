import LocalCluster
import Server

/// Hands what the command line was told to the server.
enum ServerBridge {
    /// Makes the directories of a new local cluster.
    ///
    /// - Throws: what the server's founding throws.
    static func found(_ request: FoundingRequest) throws {
        try Founding.found(
            clusterID: request.clusterID, clusterName: request.clusterName,
            replicas: request.replicas,
            nodes: request.nodes.map {
                Founding.Node(
                    name: $0.name, directory: $0.directory, host: $0.host, port: $0.port)
            })
    }

    /// Runs a server until it is told to end.
    ///
    /// - Throws: what the server throws.
    static func run(_ command: NodeCommand) async throws {
        var peers: [String: NodeOptions.Address] = [:]
        for peer in command.peer {
            peers[peer.name] = NodeOptions.Address(
                host: peer.endpoint.host, port: peer.endpoint.port)
        }
        guard let fsync = FsyncPolicy(rawValue: command.fsync.rawValue) else {
            throw Failure(.usage, "--fsync \(command.fsync.rawValue) is not known")
        }
        try await NodeProgram.run(
            NodeOptions(
                directory: command.dir, host: command.host, port: command.port, fsync: fsync,
                threads: command.threads, found: command.found,
                clusterName: command.cluster ?? ClusterOptions.defaultName,
                join: try await NodeJoin(command).options(), peers: peers))
    }
}
