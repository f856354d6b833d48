import Client
import Server

/// Finds out for `node` whom it has to ask to be let in.
struct NodeJoin {
    private let command: NodeCommand

    init(_ command: NodeCommand) { self.command = command }

    /// How to join; nil when that was not asked for, or is not needed any more.
    ///
    /// - Throws: a ``Failure`` when the scan does not find one cluster.
    func options() async throws -> JoinOptions? {
        guard let target = command.join, try NodeProgram.isVacant(command.dir) else { return nil }
        var options = JoinOptions(
            seeds: [], name: command.name, clusterName: command.cluster,
            clusterID: command.clusterID,
            patience: .seconds(command.joinTimeout ?? 60))
        switch target {
        case .nodes(let nodes):
            options.seeds = nodes.map(Self.address)
        case .auto:
            // What was begun knows its cluster: the scan's answer could only be another one.
            if try NodeProgram.isJoining(command.dir) { return nil }
            let cluster = try await find()
            options.seeds = cluster.nodes.map(Self.address)
            options.clusterName = cluster.name
            options.clusterID = cluster.id
        }
        return options
    }

    private func find() async throws -> FoundCluster {
        let range = command.range ?? .standard
        let name = command.cluster ?? ClusterOptions.defaultName
        StandardError.line("looks for \(name) on \(range)")
        let found = await Discovery(range).scan()
        do {
            return try FoundCluster.only(named: name, id: command.clusterID, among: found)
        } catch {
            throw Failure(.notDone, error.description)
        }
    }

    private static func address(_ endpoint: Endpoint) -> NodeOptions.Address {
        NodeOptions.Address(host: endpoint.host, port: endpoint.port)
    }
}
