import CProcess
import Glibc

/// How a node's process is started: which program, with which arguments.
public struct NodeLaunch: Sendable {
    /// What a node's arguments are made of.
    public struct Node: Sendable, Equatable {
        /// The node's own directory.
        public var directory: String
        /// The address to listen on.
        public var host: String
        /// TCP port.
        public var port: Int
        /// What may differ from start to start.
        public var options: LaunchOptions
        /// The cluster to join, if the directory holds no node yet; nil for a node that was founded.
        public var join: Join?
    }

    /// How a node becomes a member of a cluster that is there.
    public struct Join: Sendable, Equatable {
        /// What the node is called.
        public var name: String
        /// Nodes of the cluster: `HOST:PORT`.
        public var seeds: [String]
        /// The id that the cluster must have.
        public var clusterID: String
    }

    /// The program's path, symbolic links resolved.
    public let executable: String
    /// The arguments after the program's name.
    ///
    /// They hold `--dir` and the node's directory as neighbours, by which a process whose record
    /// was lost is known again.
    let arguments: @Sendable (Node) -> [String]

    /// Makes a way of starting nodes.
    public init(executable: String, arguments: @escaping @Sendable (Node) -> [String]) {
        self.executable = Files.resolved(executable)
        self.arguments = arguments
    }

    /// Starts nodes as `ringmaster node …` of the program that runs now.
    public static var ownExecutable: NodeLaunch {
        NodeLaunch(executable: ProcessFacts.executable(pid: "self") ?? "/proc/self/exe") { node in
            var arguments = ["node", "--dir", node.directory, "--host", node.host]
            arguments += ["--port", "\(node.port)", "--fsync", node.options.fsync]
            if let threads = node.options.threads { arguments += ["--threads", "\(threads)"] }
            if let join = node.join {
                arguments += ["--join", join.seeds.joined(separator: ",")]
                arguments += ["--name", join.name, "--cluster-id", join.clusterID]
            }
            return arguments
        }
    }

    /// The same way of starting nodes, with more arguments behind the others.
    public func adding(_ more: @escaping @Sendable (Node) -> [String]) -> NodeLaunch {
        NodeLaunch(executable: executable) { [arguments] node in arguments(node) + more(node) }
    }

    /// Starts a process that outlives this one.
    func spawn(_ node: Node, log: String) throws(LocalClusterError) -> Int32 {
        let words = [executable] + arguments(node)
        if words.contains(where: { $0.utf8.contains(0) }) {
            throw .badPlan(why: "an argument of \(node.directory) has a zero byte")
        }
        var vector: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        vector.append(nil)
        defer { for word in vector { free(word) } }
        var pid: pid_t = 0
        let result = cprocess_spawn(executable, vector, log, &pid)
        if result < 0 { throw .system(operation: "starting \(executable)", code: -result) }
        return pid
    }

    /// The process that runs a node of that directory although no record says so: its starter was
    /// ended between start and record, or a person started it by hand.
    func find(directory: String) throws(LocalClusterError) -> ProcessRecord? {
        for name in try Files.names(in: "/proc") ?? [] {
            guard let pid = Int32(name), pid != getpid(),
                let program = ProcessFacts.executable(pid: name),
                Files.name(of: program) == Files.name(of: executable)
            else { continue }
            let arguments = try ProcessFacts.arguments(pid: pid)
            guard let option = arguments.firstIndex(of: "--dir"),
                option + 1 < arguments.count, arguments[option + 1] == directory
            else { continue }
            if let record = try ProcessRecord.of(pid: pid) { return record }
        }
        return nil
    }
}
