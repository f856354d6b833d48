import Client
import LocalCluster

/// A cluster of real processes whose links to each other lead through a proxy.
struct NemesisCluster: Sendable {
    let cluster: TestCluster
    let proxy: LoopbackProxy
    /// The nodes' names in order.
    let names: [String]
    /// The processes; started with the proxy's ports as their peers' addresses.
    let local: LocalCluster

    /// Founds a cluster, puts a proxy between its nodes, hands it to the test, and removes both.
    ///
    /// - Parameters:
    ///   - nodes: how many.
    ///   - test: what to do with it.
    /// - Throws: what the test throws, and then the cluster's folder stays; or that it did not
    ///   start.
    static func with(
        nodes: Int, _ test: (NemesisCluster) async throws -> Void
    ) async throws {
        try await TestCluster.with(nodes: nodes) { cluster in
            // Founded without a proxy, so that founding is what `up` does.
            try await cluster.local.stop()
            let manifest = try cluster.local.manifest()
            let proxy = try await LoopbackProxy(
                nodes: manifest.nodes.map {
                    ($0.name, Endpoint(host: manifest.host, port: $0.port))
                })
            let nemesis = NemesisCluster(
                cluster: cluster, proxy: proxy, names: manifest.nodes.map(\.name),
                local: LocalCluster(
                    folder: cluster.local.folder, launch: launch(by: proxy, manifest)))
            do {
                _ = try await nemesis.local.start()
                try await cluster.untilLevel()
                try await test(nemesis)
            } catch {
                try await proxy.close()
                throw error
            }
            try await proxy.close()
        }
    }

    /// How nodes are started that reach each other through a proxy, and join again after they left.
    private static func launch(by proxy: LoopbackProxy, _ manifest: ClusterManifest) -> NodeLaunch {
        NodeLaunch(executable: CommandRun.binary) { node in
            let name = node.directory.split(separator: "/").last.map(String.init) ?? ""
            let seeds = manifest.nodes.filter { $0.name != name }
                .map { "\(manifest.host):\($0.port)" }
            return ["node", "--dir", node.directory, "--host", node.host]
                + ["--port", "\(node.port)", "--fsync", node.options.fsync]
                + ["--join", seeds.joined(separator: ","), "--name", name]
                + proxy.arguments(of: name)
        }
    }

    /// The ways from some nodes to some others.
    func ways(from: [String], to: [String]) -> [LoopbackProxy.Way] {
        from.flatMap { from in
            to.filter { $0 != from }.map { LoopbackProxy.Way(from: from, to: $0) }
        }
    }

    /// All nodes but these.
    func others(than nodes: [String]) -> [String] { names.filter { !nodes.contains($0) } }
}
