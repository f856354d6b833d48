import Glibc

/// Founds, starts, finds, stops and kills the node processes of one cluster on this machine.
///
/// Nothing is kept in memory: what is known lies in the cluster's folder and in `/proc`, so that
/// any number of programs see the same, and nodes outlive all of them.
public struct LocalCluster: Sendable {
    /// Where the cluster lies.
    public let folder: ClusterFolder
    let launch: NodeLaunch

    /// Makes a hold on a cluster, which need not exist yet.
    public init(folder: ClusterFolder, launch: NodeLaunch = .ownExecutable) {
        self.folder = folder
        self.launch = launch
    }

    /// What the folder says of its cluster.
    ///
    /// - Throws: ``LocalClusterError/noCluster(folder:)`` when none was founded there.
    public func manifest() throws(LocalClusterError) -> ClusterManifest {
        guard let manifest = try folder.manifest() else { throw .noCluster(folder: folder.path) }
        return manifest
    }

    /// The nodes and their processes, in the order of the manifest.
    ///
    /// Cheap enough for polling: it reads a few small files of each node.
    public func processes() throws(LocalClusterError) -> [NodeProcess] {
        let manifest = try manifest()
        var result: [NodeProcess] = []
        for node in manifest.nodes { result.append(try process(of: node, in: manifest)) }
        return result
    }

    /// Looks for processes whose record was lost, and records them.
    public func findUnrecorded() throws(LocalClusterError) {
        for node in try manifest().nodes where try liveRecord(of: node.name) == nil {
            if let found = try launch.find(directory: folder.directory(of: node)) {
                try write(found, of: node.name)
            }
        }
    }

    func process(
        of node: ManifestNode, in manifest: ClusterManifest
    ) throws(LocalClusterError) -> NodeProcess {
        var process = NodeProcess(
            name: node.name, host: manifest.host, port: node.port, pid: nil, state: .never,
            log: folder.logPath(of: node.name))
        guard var record = try record(of: node.name) else { return process }
        if let facts = try record.facts() {
            process.pid = Int(record.pid)
            process.state = facts.isStopped ? .paused : .running
            return process
        }
        if record.end == nil, let end = record.reap() {
            record.end = end
            try write(record, of: node.name)
        }
        process.state = .exited(record.end)
        return process
    }

    /// The record of a node's process, whether that still runs or not.
    ///
    /// A damaged record says as little as none; ``findUnrecorded()`` then finds the process.
    func record(of node: String) throws(LocalClusterError) -> ProcessRecord? {
        let path = folder.recordPath(of: node)
        do {
            guard let bytes = try Files.read(path) else { return nil }
            return try JSONFile.decode(bytes, file: path, latest: ProcessRecord.currentFormat)
        } catch .damaged {
            return nil
        }
    }

    func liveRecord(of node: String) throws(LocalClusterError) -> ProcessRecord? {
        guard let record = try record(of: node), try record.facts() != nil else { return nil }
        return record
    }

    func write(_ record: ProcessRecord, of node: String) throws(LocalClusterError) {
        try Files.replace(folder.recordPath(of: node), with: try JSONFile.encode(record))
    }
}
