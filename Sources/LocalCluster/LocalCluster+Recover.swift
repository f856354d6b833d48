/// The cluster that a recovery has made of what was left of another one.
public struct RecoveryOutcome: Sendable, Equatable {
    /// The new cluster's id.
    public var clusterID: String
    /// The names of its nodes.
    public var nodes: [String]

    /// Makes an outcome.
    public init(clusterID: String, nodes: [String]) {
        self.clusterID = clusterID
        self.nodes = nodes
    }
}

extension ClusterFolder {
    /// Where a recovery notes what it puts in place.
    public var recoveryPath: String { path + "/recovery.json" }
}

extension LocalCluster {
    /// Checks that no recovery is half done: its directories are partly those of the former cluster.
    func requireNoRecovery() throws(LocalClusterError) {
        guard !Files.exists(folder.recoveryPath) else {
            throw .recoveryUnfinished(folder: folder.path)
        }
    }
}

extension LocalCluster {
    /// Has a new cluster made of what is left of this one, while no node runs and none is started,
    /// and takes it for the cluster of this folder.
    ///
    /// - Parameters:
    ///   - work: makes the new cluster from the nodes' directories, in the manifest's order; nil
    ///     when nothing was changed.
    ///   - end: is called when the folder knows of the new cluster.
    /// - Throws: ``LocalClusterError/stillRunning(nodes:)``, or what `work` or `end` throws.
    public func recover(
        _ work: ([String]) throws -> RecoveryOutcome?, end: () throws -> Void
    ) async throws {
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        var manifest = try manifest()
        try findUnrecorded()
        let running = try processes().filter(\.isAlive).map(\.name)
        if !running.isEmpty { throw LocalClusterError.stillRunning(nodes: running) }
        guard let outcome = try work(manifest.nodes.map { folder.directory(of: $0) }) else {
            return
        }
        let gone = manifest.nodes.filter { !outcome.nodes.contains($0.name) }
        manifest.id = outcome.clusterID
        manifest.nodes.removeAll { !outcome.nodes.contains($0.name) }
        for index in manifest.nodes.indices {
            manifest.nodes[index].isJoining = nil
            manifest.nodes[index].isLeaving = nil
        }
        try folder.write(manifest, to: folder.manifestPath)
        // A directory that could not be read stays; only nobody starts a node on it any more.
        for node in gone { try Files.remove(folder.recordPath(of: node.name)) }
        try end()
    }
}
