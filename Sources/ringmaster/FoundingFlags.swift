import ArgumentParser
import LocalCluster
import Server

/// What `up` and the first dashboard are told of the cluster to be.
struct FoundingFlags: ParsableArguments {
    /// When a write counts as durable on a node.
    enum Sync: String, ExpressibleByArgument, CaseIterable {
        case always, everysec, no
    }

    @Option(help: ArgumentHelp("How many nodes a new cluster gets (5).", valueName: "count"))
    var nodes: Int?

    @Option(help: ArgumentHelp("Copies of each key in a new cluster (3).", valueName: "count"))
    var replicas: Int?

    @Option(help: ArgumentHelp("The first node's port in a new cluster (7101).", valueName: "port"))
    var port: Int?

    @Option(help: "When a write is synced to disk: before it counts, each second, or never.")
    var fsync: Sync?

    @Option(help: ArgumentHelp("Event loops of each node.", valueName: "count"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...NodeOptions.threadsMax).contains(threads) {
            throw ValidationError("--threads is 1 to \(NodeOptions.threadsMax)")
        }
    }

    /// The plan for a cluster, where what exists is not to be contradicted.
    ///
    /// - Throws: a ``Failure`` when the cluster exists and differs.
    func plan(name: String, existing: ClusterManifest?) throws -> FoundingPlan {
        var plan = FoundingPlan(name: name)
        if let existing {
            try check(nodes, existing.nodes.count, "--nodes", existing)
            try check(replicas, existing.replicas, "--replicas", existing)
            try check(port, existing.nodes[0].port, "--port", existing)
            plan.options = existing.options
        } else {
            plan.nodes = nodes ?? plan.nodes
            plan.replicas = replicas ?? plan.replicas
            plan.firstPort = port ?? plan.firstPort
        }
        if let fsync { plan.options.fsync = fsync.rawValue }
        if let threads { plan.options.threads = threads }
        return plan
    }

    private func check(
        _ wanted: Int?, _ present: Int, _ option: String, _ manifest: ClusterManifest
    ) throws {
        guard let wanted, wanted != present else { return }
        throw Failure(
            .usage,
            "\(manifest.name) exists with \(option) \(present); "
                + "found another with --cluster NAME, or remove it with `ringmaster down --wipe`")
    }
}
