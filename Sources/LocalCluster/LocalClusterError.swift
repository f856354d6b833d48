import Glibc

/// What can go wrong with the processes and the folder of a local cluster, in words that say what
/// to do.
public enum LocalClusterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A cluster's or node's name cannot be used.
    case badName(name: String, why: String)
    /// A number of nodes or a port is out of range.
    case badPlan(why: String)
    /// The folder holds no cluster.
    case noCluster(folder: String)
    /// The folder holds something else.
    case foreignFolder(folder: String)
    /// A file of the cluster cannot be understood.
    case damaged(file: String, why: String)
    /// A file was written by a later Ringmaster.
    case newerFormat(file: String, format: Int)
    /// Another program holds the folder's lock.
    case busy(folder: String)
    /// Something else listens on a node's port.
    case portTaken(node: String, host: String, port: Int)
    /// The cluster has no node of that name.
    case noSuchNode(name: String, known: [String])
    /// The node has no process.
    case notRunning(node: String)
    /// The node's process ended soon after its start.
    case didNotStart(node: String, how: String, log: String)
    /// The node's process was told to end and did not.
    case didNotStop(node: String, seconds: Int)
    /// The node's directory is gone, or empty.
    case lostData(node: String, directory: String)
    /// What was asked needs the nodes stopped.
    case stillRunning(nodes: [String])
    /// A recovery was begun and has not been ended.
    case recoveryUnfinished(folder: String)
    /// The operating system refused.
    case system(operation: String, code: Int32)

    /// One or two sentences for a person.
    public var description: String {
        switch self {
        case .badName(let name, let why):
            "\(Self.shown(name)) cannot be a name: \(why)"
        case .badPlan(let why): why
        case .noCluster(let folder):
            "there is no cluster in \(folder); `ringmaster up` makes one"
        case .foreignFolder(let folder):
            "\(folder) has files that are no cluster's; name an empty or new folder with --dir"
        case .damaged(let file, let why): "\(file) is damaged: \(why)"
        case .newerFormat(let file, let format):
            "\(file) has format \(format), which a later ringmaster wrote; use that one"
        case .busy(let folder):
            "another ringmaster is starting or stopping nodes in \(folder); try again when it is done"
        case .portTaken(let node, let host, let port):
            "port \(port) of \(host), which is to be \(node)'s, is taken by another program; "
                + "stop that, or found the cluster on other ports with --port"
        case .noSuchNode(let name, let known):
            "there is no node \(Self.shown(name)); the nodes are \(known.joined(separator: " "))"
        case .notRunning(let node): "\(node) is not running; `ringmaster start \(node)` starts it"
        case .didNotStart(let node, let how, let log): "\(node) did not start: \(how)\n\(log)"
        case .lostData(let node, let directory):
            "\(node) cannot be started: nothing is left in \(directory). Other nodes have copies of "
                + "its keys: `ringmaster evict \(node)` has new ones made of them, and "
                + "`ringmaster join` adds another node"
        case .didNotStop(let node, let seconds):
            "\(node) did not stop within \(seconds) s; `ringmaster kill \(node)` ends it at once"
        case .stillRunning(let nodes):
            "\(nodes.joined(separator: " ")) still running; `ringmaster down` stops them"
        case .recoveryUnfinished(let folder):
            "a recovery of the cluster in \(folder) was broken off; "
                + "`ringmaster recover --force` ends it"
        case .system(let operation, let code):
            "\(operation): \(String(cString: strerror(code)))"
        }
    }

    /// A name as it may be sent to a terminal: cut, and with everything but printable ASCII escaped.
    static func shown(_ name: String) -> String {
        let escaped = name.unicodeScalars.prefix(40).map { $0.escaped(asASCII: true) }
        return "'\(escaped.joined())\(name.unicodeScalars.count > 40 ? "…" : "")'"
    }
}
