import Glibc

/// What `up` or `start` did.
public struct StartReport: Sendable, Equatable {
    /// Whether the cluster is new.
    public var hasFounded = false
    /// Nodes whose process is new.
    public var started: [String] = []
    /// Nodes that had a process already.
    public var alreadyRunning: [String] = []
}

extension LocalCluster {
    /// Founds the cluster where there is none, and starts the nodes that have no process.
    ///
    /// Two of these at once do one after the other what is left to do. A start that is broken off
    /// leaves nothing that the next one does not put right.
    ///
    /// - Parameters:
    ///   - plan: the cluster to found; of one that exists, only `options` counts.
    ///   - found: makes the nodes' directories; from `Server`, which alone writes them.
    ///   - progress: is told each step in a few words.
    /// - Returns: what there was to do.
    /// - Throws: a ``LocalClusterError``, or what `found` throws.
    public func up(
        _ plan: FoundingPlan, found: (FoundingRequest) throws -> Void,
        progress: (String) -> Void = { _ in }
    ) async throws -> StartReport {
        // The lock makes the folder, which a plan that is refused should not leave behind.
        if try folder.manifest() == nil { try plan.validate() }
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        var report = StartReport()
        var manifest: ClusterManifest
        if let present = try folder.manifest() {
            try requireNoRecovery()
            manifest = try forgetGone(present, progress: progress)
        } else {
            progress("founding \(plan.name): \(plan.nodes) nodes, \(plan.replicas) copies")
            manifest = try self.found(plan, by: found)
            report.hasFounded = true
        }
        if manifest.options != plan.options {
            manifest.options = plan.options
            try folder.write(manifest, to: folder.manifestPath)
        }
        try start(manifest.nodes, of: manifest, report: &report, progress: progress)
        return report
    }

    /// Starts nodes of a cluster that exists.
    ///
    /// - Parameters:
    ///   - names: which; nil is all.
    ///   - progress: is told each step in a few words.
    /// - Returns: what there was to do.
    /// - Throws: an unknown node, a port that is taken, or the operating system's refusal.
    public func start(
        _ names: [String]? = nil, progress: (String) -> Void = { _ in }
    ) async throws(LocalClusterError) -> StartReport {
        _ = try manifest()
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        try requireNoRecovery()
        let manifest = try forgetGone(try manifest(), progress: progress)
        let nodes = try selected(names, of: manifest)
        var report = StartReport()
        try start(nodes, of: manifest, report: &report, progress: progress)
        return report
    }

    /// The manifest's nodes of these names, each once; nil is all.
    func selected(
        _ names: [String]?, of manifest: ClusterManifest
    ) throws(LocalClusterError) -> [ManifestNode] {
        guard let names else { return manifest.nodes }
        var nodes: [ManifestNode] = []
        for name in names {
            let node = try manifest.node(named: name)
            if !nodes.contains(node) { nodes.append(node) }
        }
        return nodes
    }

    private func found(
        _ plan: FoundingPlan, by found: (FoundingRequest) throws -> Void
    ) throws -> ClusterManifest {
        try folder.removeUnfinished()
        guard try Files.names(in: folder.path)?.isEmpty ?? true else {
            throw LocalClusterError.foreignFolder(folder: folder.path)
        }
        var generator = SystemRandomNumberGenerator()
        let manifest = try plan.manifest(random: &generator)
        try requireFreePorts(manifest.nodes, host: manifest.host)
        try folder.write(manifest, to: folder.foundingPath)
        do {
            try found(request(for: manifest))
        } catch {
            try folder.removeUnfinished()
            throw error
        }
        try Files.move(folder.foundingPath, to: folder.manifestPath)
        return manifest
    }

    private func request(for manifest: ClusterManifest) -> FoundingRequest {
        FoundingRequest(
            clusterID: manifest.id, clusterName: manifest.name, replicas: manifest.replicas,
            nodes: manifest.nodes.map {
                FoundingRequest.Node(
                    name: $0.name, directory: folder.directory(of: $0), host: manifest.host,
                    port: $0.port)
            })
    }

    private func start(
        _ nodes: [ManifestNode], of manifest: ClusterManifest, report: inout StartReport,
        progress: (String) -> Void
    ) throws(LocalClusterError) {
        try findUnrecorded()
        var missing: [ManifestNode] = []
        for node in nodes {
            if try liveRecord(of: node.name) == nil {
                missing.append(node)
            } else {
                report.alreadyRunning.append(node.name)
            }
        }
        // All are looked at before the first is started: half a cluster helps nobody.
        try requireFreePorts(missing, host: manifest.host)
        // A node whose disk was lost keeps no other from being started.
        var lost: ManifestNode?
        for node in missing {
            if try isLost(node) {
                lost = lost ?? node
                continue
            }
            let pid = try start(node, of: manifest)
            report.started.append(node.name)
            progress("started \(node.name) on \(manifest.host):\(node.port), process \(pid)")
        }
        if let lost {
            throw .lostData(node: lost.name, directory: folder.directory(of: lost))
        }
    }

    /// Whether all that a member had is gone, although nobody asked it to leave: a lost disk.
    func isLost(_ node: ManifestNode) throws(LocalClusterError) -> Bool {
        guard node.isJoining != true, node.isLeaving != true else { return false }
        return try Files.names(in: folder.directory(of: node))?.isEmpty ?? true
    }

    func start(
        _ node: ManifestNode, of manifest: ClusterManifest
    ) throws(LocalClusterError) -> Int32 {
        // The node that ran before may still be our child, and its end not yet asked for.
        _ = try process(of: node, in: manifest)
        let log = folder.logPath(of: node.name)
        let pid = try launch.spawn(
            NodeLaunch.Node(
                directory: folder.directory(of: node), host: manifest.host, port: node.port,
                options: manifest.options, join: join(node, of: manifest)),
            log: log)
        guard let record = try ProcessRecord.of(pid: pid) else {
            throw .didNotStart(
                node: node.name,
                how: ProcessRecord.end(ofChild: pid)?.description ?? "it ended at once",
                log: Files.tail(log, bytes: 1_000))
        }
        try write(record, of: node.name)
        return pid
    }

    private func join(_ node: ManifestNode, of manifest: ClusterManifest) -> NodeLaunch.Join? {
        guard node.isJoining == true else { return nil }
        let others = manifest.nodes.filter { $0.name != node.name }
        // Those that are members answer; those that are just joining may be all there is.
        let members = others.filter { $0.isJoining != true }
        return NodeLaunch.Join(
            name: node.name,
            seeds: (members.isEmpty ? others : members).map { "\(manifest.host):\($0.port)" },
            clusterID: manifest.id)
    }

    func requireFreePorts(
        _ nodes: [ManifestNode], host: String
    ) throws(LocalClusterError) {
        for node in nodes where PortProbe.isTaken(host: host, port: node.port) {
            throw .portTaken(node: node.name, host: host, port: node.port)
        }
    }

    /// Names the first of these nodes that has ended, with how and the end of its log.
    ///
    /// For whoever waits until nodes that were started answer.
    ///
    /// - Throws: ``LocalClusterError/didNotStart(node:how:log:)``.
    public func requireAlive(_ names: [String]) throws(LocalClusterError) {
        for process in try processes() where names.contains(process.name) {
            guard case .exited(let end) = process.state else { continue }
            throw .didNotStart(
                node: process.name, how: end?.description ?? "its process has ended",
                log: Files.tail(process.log, bytes: 1_000))
        }
    }
}
