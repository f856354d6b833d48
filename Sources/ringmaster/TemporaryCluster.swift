import FoundationEssentials
import Glibc
import LocalCluster

/// A local cluster in a temporary folder, for a bench that has one of its own.
struct TemporaryCluster: Sendable {
    /// How often another first port is tried when one is taken.
    private static let portTriesMax = 20
    /// Where ports are looked for: below those that the system gives to clients.
    private static let ports = 20_000...32_000

    /// Where it lies.
    let folder: ClusterFolder

    /// Chooses a folder; nothing is made yet.
    ///
    /// - Parameter purpose: a word that becomes part of the folder's name.
    init(for purpose: String) {
        folder = ClusterFolder(
            path: FileManager.default.temporaryDirectory.path + "/ringmaster-\(purpose)-\(getpid())"
        )
    }

    /// Founds the cluster and starts its nodes, on ports that are free.
    ///
    /// - Parameters:
    ///   - plan: what to found; its first port is chosen here.
    ///   - launch: how the nodes are started that have this first port.
    /// - Returns: the cluster.
    /// - Throws: why it cannot be started.
    func start(
        _ plan: FoundingPlan,
        launch: @Sendable (_ firstPort: Int) async throws -> NodeLaunch = { _ in .ownExecutable }
    ) async throws -> LocalCluster {
        var plan = plan
        var tries = 0
        while true {
            tries += 1
            plan.firstPort = Int.random(
                in: Self.ports.lowerBound...(Self.ports.upperBound - plan.nodes))
            let local = LocalCluster(folder: folder, launch: try await launch(plan.firstPort))
            do {
                _ = try await local.up(plan, found: ServerBridge.found)
                return local
            } catch LocalClusterError.portTaken where tries < Self.portTriesMax {
                try await remove()
            }
        }
    }

    /// Ends its processes and removes the folder, if there is one.
    ///
    /// - Parameter keepsFolder: whether the folder stays, and is named.
    /// - Throws: why not.
    func remove(keepsFolder: Bool = false) async throws {
        guard try folder.manifest() != nil else { return }
        let local = LocalCluster(folder: folder)
        try local.findUnrecorded()
        try await local.kill(try local.processes().filter(\.isAlive).map(\.name))
        if keepsFolder {
            StandardError.line("the cluster's folder: \(folder.path)")
        } else {
            try await local.wipe()
        }
    }
}
