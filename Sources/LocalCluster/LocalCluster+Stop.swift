import Glibc

extension LocalCluster {
    /// How long a node may take to end after SIGTERM.
    public static let stopPatience: Duration = .seconds(10)

    /// Tells nodes to end in order, and waits until they have.
    ///
    /// - Parameters:
    ///   - names: which; nil is all.
    ///   - patience: how long all of them together may take.
    ///   - progress: is told each step in a few words.
    /// - Returns: the nodes that had a process.
    /// - Throws: ``LocalClusterError/didNotStop(node:seconds:)`` for the first that went on, an
    ///   unknown node, or the operating system's refusal.
    @discardableResult
    public func stop(
        _ names: [String]? = nil, patience: Duration = stopPatience,
        progress: (String) -> Void = { _ in }
    ) async throws(LocalClusterError) -> [String] {
        let manifest = try manifest()
        let nodes = try selected(names, of: manifest)
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        try findUnrecorded()
        var told: [ManifestNode] = []
        for node in nodes {
            guard try signal(node.name, SIGTERM) else { continue }
            told.append(node)
            // A paused process hears SIGTERM only once it goes on; another may have ended by now.
            _ = try signal(node.name, SIGCONT)
        }
        let end = ContinuousClock.now + patience
        for node in told {
            try await awaitEnd(of: node, until: end, patience: patience)
            _ = try process(of: node, in: manifest)
            progress("stopped \(node.name)")
        }
        return told.map(\.name)
    }

    /// Ends nodes at once (SIGKILL) and waits until they are gone.
    ///
    /// - Throws: ``LocalClusterError/notRunning(node:)`` for the first that has no process, before
    ///   any is killed.
    public func kill(_ names: [String]) async throws(LocalClusterError) {
        let manifest = try manifest()
        let nodes = try alive(names, of: manifest)
        for node in nodes { _ = try signal(node.name, SIGKILL) }
        let end = ContinuousClock.now + Self.stopPatience
        for node in nodes {
            try await awaitEnd(of: node, until: end, patience: Self.stopPatience)
            _ = try process(of: node, in: manifest)
        }
    }

    /// Holds nodes where they are (SIGSTOP).
    ///
    /// - Throws: ``LocalClusterError/notRunning(node:)`` for the first that has no process, before
    ///   any is held.
    public func pause(_ names: [String]) throws(LocalClusterError) {
        for node in try alive(names, of: try manifest()) { _ = try signal(node.name, SIGSTOP) }
    }

    /// Lets paused nodes go on (SIGCONT).
    ///
    /// - Throws: ``LocalClusterError/notRunning(node:)`` for the first that has no process, before
    ///   any goes on.
    public func resume(_ names: [String]) throws(LocalClusterError) {
        for node in try alive(names, of: try manifest()) { _ = try signal(node.name, SIGCONT) }
    }

    /// Removes the cluster with all its data, also those from before a recovery.
    ///
    /// - Returns: the names in its folder that are not known to be the cluster's, and stay.
    /// - Throws: ``LocalClusterError/stillRunning(nodes:)``.
    @discardableResult
    public func wipe() async throws(LocalClusterError) -> [String] {
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        if try folder.manifest() != nil {
            try findUnrecorded()
            let running = try processes().filter(\.isAlive).map(\.name)
            if !running.isEmpty { throw .stillRunning(nodes: running) }
            // From this rename on the next `up` would finish what is broken off here.
            try Files.move(folder.manifestPath, to: folder.foundingPath)
        }
        try folder.removeUnfinished()
        let left = try Files.names(in: folder.path) ?? []
        if left.isEmpty { try Files.remove(folder.path) }
        return left
    }

    private func alive(
        _ names: [String], of manifest: ClusterManifest
    ) throws(LocalClusterError) -> [ManifestNode] {
        let nodes = try selected(names, of: manifest)
        try findUnrecorded()
        for node in nodes where try liveRecord(of: node.name) == nil {
            throw .notRunning(node: node.name)
        }
        return nodes
    }

    /// Sends a signal to a node's process; false when it has none.
    private func signal(_ node: String, _ signal: Int32) throws(LocalClusterError) -> Bool {
        guard let record = try record(of: node), let handle = try ProcessHandle(record) else {
            return false
        }
        return try handle.send(signal)
    }

    private func awaitEnd(
        of node: ManifestNode, until end: ContinuousClock.Instant, patience: Duration
    ) async throws(LocalClusterError) {
        guard let record = try record(of: node.name), let handle = try ProcessHandle(record) else {
            return
        }
        let left = max(.zero, end - ContinuousClock.now)
        if await handle.awaitEnd(within: left) { return }
        throw .didNotStop(node: node.name, seconds: Int(patience.components.seconds))
    }
}
