import Glibc

/// The local node that is to be made, and what it must not clash with.
public struct NodeOrder: Sendable, Equatable {
    /// What it is to be called; nil takes the next free one of `n1`, `n2` and so on.
    public var name: String?
    /// TCP port; nil takes the one that belongs to the name's number, or the next free one.
    public var port: Int?
    /// Names that members of the cluster have, here and elsewhere.
    public var takenNames: Set<String>
    /// Ports of this machine that members of the cluster have.
    public var takenPorts: Set<Int>

    /// Makes an order.
    public init(
        name: String? = nil, port: Int? = nil, takenNames: Set<String> = [],
        takenPorts: Set<Int> = []
    ) {
        self.name = name
        self.port = port
        self.takenNames = takenNames
        self.takenPorts = takenPorts
    }
}

extension LocalCluster {
    /// The node that an order would make at the moment.
    ///
    /// - Throws: a name or port that is taken, or that no port is left.
    public func next(_ order: NodeOrder) throws(LocalClusterError) -> ManifestNode {
        let manifest = try manifest()
        guard manifest.nodes.count < FoundingPlan.nodesMax else {
            throw .badPlan(
                why: "a local cluster has at most \(FoundingPlan.nodesMax) nodes; "
                    + "`ringmaster node --join` starts more by hand")
        }
        let name = try nextName(order, manifest)
        let port = try nextPort(order, name, manifest)
        return ManifestNode(name: name, port: port, directory: name, isJoining: true)
    }

    /// Makes a new local node and starts its process, which asks the others to join.
    ///
    /// Until ``confirmJoined(_:)`` each start of the node tells it to join.
    ///
    /// - Parameters:
    ///   - order: what is wanted.
    ///   - progress: is told each step in a few words.
    /// - Returns: the node.
    /// - Throws: a name or port that is taken, or the operating system's refusal; then there is no
    ///   such node.
    public func add(
        _ order: NodeOrder, progress: (String) -> Void = { _ in }
    ) async throws(LocalClusterError) -> ManifestNode {
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        try requireNoRecovery()
        let node = try next(order)
        var manifest = try manifest()
        try requireFreePorts([node], host: manifest.host)
        manifest.nodes.append(node)
        try folder.write(manifest, to: folder.manifestPath)
        do {
            let pid = try start(node, of: manifest)
            progress("started \(node.name) on \(manifest.host):\(node.port), process \(pid)")
        } catch {
            try drop(node, from: manifest)
            throw error
        }
        return node
    }

    /// Notes that nodes are members: from now on they are started like any other.
    public func confirmJoined(_ names: [String]) async throws(LocalClusterError) {
        try await update(names) { $0.isJoining = nil }
    }

    /// Notes whether a node is about to leave: one whose data are gone is then forgotten at the next
    /// start.
    public func note(leaving: Bool, of name: String) async throws(LocalClusterError) {
        try await update([name]) { $0.isLeaving = leaving ? true : nil }
    }

    /// Forgets a node that is no member any more, with what is left in its directory.
    ///
    /// - Throws: ``LocalClusterError/stillRunning(nodes:)``; or that it is the last one, which goes
    ///   with its cluster only.
    public func forget(_ name: String) async throws(LocalClusterError) {
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        let manifest = try manifest()
        let node = try manifest.node(named: name)
        try findUnrecorded()
        guard try liveRecord(of: name) == nil else { throw .stillRunning(nodes: [name]) }
        try drop(node, from: manifest)
    }

    /// Forgets an evicted node whose disk was lost: nothing of it could come back.
    ///
    /// Does nothing when it is no node of this folder, or has data or a process.
    public func forgetLost(_ name: String) async throws(LocalClusterError) {
        guard let node = try manifest().nodes.first(where: { $0.name == name }), try isLost(node)
        else { return }
        do {
            try await forget(name)
        } catch .stillRunning {
            return
        }
    }

    /// Waits until a node's process has ended by itself.
    ///
    /// - Returns: false when it had not after that time.
    public func awaitEnd(
        of name: String, within limit: Duration
    ) async throws(LocalClusterError) -> Bool {
        let manifest = try manifest()
        let node = try manifest.node(named: name)
        if let record = try record(of: name), let handle = try ProcessHandle(record) {
            guard await handle.awaitEnd(within: limit) else { return false }
        }
        _ = try process(of: node, in: manifest)
        return true
    }

    /// Whether the node's directory holds a node: not before it has joined, and not after it has
    /// left.
    public func hasData(_ name: String) throws(LocalClusterError) -> Bool {
        folder.hasData(try manifest().node(named: name))
    }

    /// Forgets nodes that were about to leave and have done so; by whoever holds the lock.
    ///
    /// - Returns: the manifest without them.
    func forgetGone(
        _ manifest: ClusterManifest, progress: (String) -> Void
    ) throws(LocalClusterError) -> ClusterManifest {
        let gone = manifest.nodes.filter { $0.isLeaving == true && !folder.hasData($0) }
        if !gone.isEmpty { try findUnrecorded() }
        var left = manifest
        for node in gone {
            guard try liveRecord(of: node.name) == nil, left.nodes.count > 1 else { continue }
            left = try drop(node, from: left)
            progress("\(node.name) has left the cluster; its folder is removed")
        }
        return left
    }

    /// Removes a node's files, and then its entry: what is broken off is done again.
    @discardableResult
    private func drop(
        _ node: ManifestNode, from manifest: ClusterManifest
    ) throws(LocalClusterError) -> ClusterManifest {
        var left = manifest
        left.nodes.removeAll { $0.name == node.name }
        guard !left.nodes.isEmpty else {
            throw .badPlan(
                why: "\(node.name) is the last node here; `ringmaster down --wipe` removes the "
                    + "cluster")
        }
        try Files.remove(folder.directory(of: node))
        try Files.remove(folder.logPath(of: node.name))
        try Files.remove(folder.recordPath(of: node.name))
        try folder.write(left, to: folder.manifestPath)
        return left
    }

    private func update(
        _ names: [String], _ change: (inout ManifestNode) -> Void
    ) async throws(LocalClusterError) {
        let lock = try await FolderLock.take(folder)
        defer { lock.release() }
        let before = try manifest()
        var manifest = before
        for index in manifest.nodes.indices where names.contains(manifest.nodes[index].name) {
            change(&manifest.nodes[index])
        }
        if manifest != before { try folder.write(manifest, to: folder.manifestPath) }
    }

    // MARK: Names and ports

    private func nextName(
        _ order: NodeOrder, _ manifest: ClusterManifest
    ) throws(LocalClusterError) -> String {
        if let name = order.name {
            let name = try LocalName.validated(name)
            guard try isFree(name, order, manifest) else {
                throw .badName(name: name, why: "a node or a file of the cluster has it already")
            }
            return name
        }
        // Above all numbers in use, so that the names tell the order in which nodes came.
        let taken = manifest.nodes.map(\.name) + order.takenNames
        var number = (taken.compactMap(Self.number).max() ?? 0) + 1
        while try !isFree("n\(number)", order, manifest) { number += 1 }
        return "n\(number)"
    }

    private func isFree(
        _ name: String, _ order: NodeOrder, _ manifest: ClusterManifest
    ) throws(LocalClusterError) -> Bool {
        !manifest.nodes.contains { $0.name == name || $0.directory == name }
            && !order.takenNames.contains(name)
            && !Files.exists(folder.path + "/" + name) && !Files.exists(folder.logPath(of: name))
    }

    /// The number of a name like `n7`; nil for others, and for those beyond any cluster's size.
    private static func number(of name: String) -> Int? {
        guard name.hasPrefix("n"), name.utf8.count <= 6 else { return nil }
        return Int(name.dropFirst()).flatMap { $0 > 0 ? $0 : nil }
    }

    private func nextPort(
        _ order: NodeOrder, _ name: String, _ manifest: ClusterManifest
    ) throws(LocalClusterError) -> Int {
        let taken = order.takenPorts.union(manifest.nodes.map(\.port))
        if let port = order.port {
            guard (1...65_535).contains(port) else {
                throw .badPlan(why: "a port is 1 to 65535, not \(port)")
            }
            guard !taken.contains(port) else {
                throw .badPlan(why: "port \(port) is another node's")
            }
            return port
        }
        // n1 has the first port, n2 the next: where that is to be had, name and port belong together.
        let first = manifest.nodes.lazy.compactMap { node in
            Self.number(of: node.name).map { node.port - $0 }
        }.first
        let fitting = first.flatMap { base in Self.number(of: name).map { base + $0 } }
        let start = fitting ?? (manifest.nodes.map(\.port).max() ?? 7_100) + 1
        for port in max(1, start)...max(65_535, start) where port <= 65_535 {
            let isFree =
                !taken.contains(port) && !PortProbe.isTaken(host: manifest.host, port: port)
            if isFree { return port }
        }
        throw .badPlan(why: "no port from \(start) on is free; name one with --port")
    }
}
