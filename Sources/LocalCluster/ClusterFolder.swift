import FoundationEssentials
import Glibc

/// The folder of one local cluster.
///
///     cluster.json      what the cluster is; its presence says that founding was completed
///     founding.json     the same, while founding or wiping is under way: the node directories
///                       that it lists hold nothing that anyone relies on
///     n1/ … n5/         the nodes' own directories; all that is known here is that one with a
///                       file `node.json` holds a node
///     n1.log …          what the nodes print
///     n1.pid …          which process runs a node (`ProcessRecord`)
///     recovery.json     that a recovery is under way, or was broken off
///     n1.recovered      a directory that a recovery makes
///     n1.before-recovery-…   a directory as it was before a recovery
///     *.new             what is to take a file's place, while it is written
public struct ClusterFolder: Sendable, Equatable {
    /// The absolute path.
    public let path: String

    /// Takes a path as it was typed.
    ///
    /// - Parameter path: absolute, or relative to the working directory.
    public init(path: String) {
        var absolute = path.hasPrefix("/") ? path : Self.workingDirectory + "/" + path
        while absolute.count > 1 && absolute.hasSuffix("/") { absolute.removeLast() }
        self.path = absolute
    }

    /// The folder that a cluster has when none is named: `ringmaster/NAME` in the user's data
    /// folder (`XDG_DATA_HOME`, else `~/.local/share`).
    ///
    /// - Throws: ``LocalClusterError/badName(name:why:)``, or
    ///   ``LocalClusterError/badPlan(why:)`` when the user has no home folder.
    public init(
        clusterNamed name: String, environment: [String: String]
    ) throws(LocalClusterError) {
        let name = try LocalName.validated(name)
        // The XDG specification has relative paths ignored.
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            self.init(path: "\(data)/ringmaster/\(name)")
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            self.init(path: "\(home)/.local/share/ringmaster/\(name)")
        } else {
            throw .badPlan(why: "HOME is not set: say with --dir where the cluster's folder is")
        }
    }

    var manifestPath: String { path + "/cluster.json" }
    var foundingPath: String { path + "/founding.json" }
    func recordPath(of node: String) -> String { "\(path)/\(node).pid" }

    /// The file that takes what a node prints.
    public func logPath(of node: String) -> String { "\(path)/\(node).log" }

    /// A node's own directory.
    public func directory(of node: ManifestNode) -> String { "\(path)/\(node.directory)" }

    /// Whether a node's directory holds a node.
    func hasData(_ node: ManifestNode) -> Bool { Files.exists(directory(of: node) + "/node.json") }

    /// What the folder says of its cluster; nil when none was founded there.
    ///
    /// - Throws: a damaged or newer file, or the operating system's refusal.
    public func manifest() throws(LocalClusterError) -> ClusterManifest? {
        try readManifest(manifestPath)
    }

    func write(_ manifest: ClusterManifest, to path: String) throws(LocalClusterError) {
        try Files.replace(path, with: try JSONFile.encode(manifest))
    }

    /// Removes what an interrupted founding or wiping left.
    ///
    /// No node was ever started on such directories, or all were stopped before: `cluster.json` is
    /// what a start needs, and the rename that makes or unmakes it is the turning point.
    func removeUnfinished() throws(LocalClusterError) {
        for path in [foundingPath, manifestPath] { try Files.remove(Files.temporary(of: path)) }
        guard let left = try readManifest(foundingPath) else { return }
        for node in left.nodes {
            try Files.remove(directory(of: node))
            try Files.remove(logPath(of: node.name))
            for path in [recordPath(of: node.name), Files.temporary(of: recordPath(of: node.name))]
            {
                try Files.remove(path)
            }
        }
        try removeRecovered(left)
        try Files.remove(foundingPath)
    }

    /// Removes what recoveries of a cluster have made and kept beside its directories.
    private func removeRecovered(_ manifest: ClusterManifest) throws(LocalClusterError) {
        for name in try Files.names(in: path) ?? [] {
            let isMade = manifest.nodes.contains { node in
                name == node.directory + ".recovered"
                    || name.hasPrefix(node.directory + ".before-recovery-")
            }
            if isMade { try Files.remove("\(path)/\(name)") }
        }
        for file in [recoveryPath, Files.temporary(of: recoveryPath)] { try Files.remove(file) }
    }

    private func readManifest(_ file: String) throws(LocalClusterError) -> ClusterManifest? {
        guard let bytes = try Files.read(file) else { return nil }
        let manifest: ClusterManifest = try JSONFile.decode(
            bytes, file: file, latest: ClusterManifest.currentFormat)
        if let why = Self.complaint(about: manifest) { throw .damaged(file: file, why: why) }
        return manifest
    }

    /// Names and directories become paths, so that a file edited by hand is checked as well.
    private static func complaint(about manifest: ClusterManifest) -> String? {
        if let why = LocalName.complaint(about: manifest.name) { return why }
        if manifest.nodes.isEmpty { return "it lists no nodes" }
        for node in manifest.nodes {
            let why =
                LocalName.complaint(about: node.name)
                ?? LocalName.complaint(about: node.directory)
            if let why { return "node \(LocalClusterError.shown(node.name)): \(why)" }
            guard (1...65_535).contains(node.port) else { return "\(node.name) has no valid port" }
        }
        guard Set(manifest.nodes.map(\.name)).count == manifest.nodes.count else {
            return "two nodes have one name"
        }
        return nil
    }

    private static var workingDirectory: String {
        guard let pointer = getcwd(nil, 0) else { return "/" }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

/// JSON files with a `format` number, which is looked at before anything else.
enum JSONFile {
    private struct Format: Decodable {
        var format: Int
    }

    static func encode(_ value: some Encodable) throws(LocalClusterError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw .badPlan(why: "this cannot be written as JSON: \(error)")
        }
    }

    static func decode<Value: Decodable>(
        _ bytes: [UInt8], file: String, latest: Int
    ) throws(LocalClusterError) -> Value {
        let decoder = JSONDecoder()
        let format: Int
        do {
            format = try decoder.decode(Format.self, from: Data(bytes)).format
        } catch {
            throw .damaged(file: file, why: "it is no JSON object with a format number")
        }
        if format > latest { throw .newerFormat(file: file, format: format) }
        do {
            return try decoder.decode(Value.self, from: Data(bytes))
        } catch {
            throw .damaged(file: file, why: "\(error)")
        }
    }
}
