import NIOCore
import Ring

/// How one server process is to run.
public struct NodeOptions: Sendable {
    /// Where another node is reached.
    public struct Address: Sendable, Equatable {
        /// Host name or address.
        public var host: String
        /// TCP port.
        public var port: Int

        /// Makes an address.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// The node's directory.
    public var directory: String
    /// The address to listen on.
    public var host: String
    /// The TCP port to listen on, 1 to 65,535.
    public var port: Int
    /// When records are forced to the disk.
    public var fsync: FsyncPolicy
    /// Event loops, 1 to 16.
    public var threads: Int
    /// Whether to found a cluster of one node when the directory holds none.
    public var found: Bool
    /// The name of the cluster that is founded.
    public var clusterName: String
    /// How to become a member of a cluster when the directory holds no node; nil does not.
    public var join: JoinOptions?
    /// Peers that are reached elsewhere than where the epoch says, by name; for tests through a
    /// proxy.
    public var peers: [String: Address]
    /// Limits of the log.
    var log = LogOptions()

    /// Makes options.
    public init(
        directory: String, host: String = "127.0.0.1", port: Int, fsync: FsyncPolicy = .always,
        threads: Int? = nil, found: Bool = false, clusterName: String = "demo",
        join: JoinOptions? = nil, peers: [String: Address] = [:]
    ) {
        self.directory = directory
        self.host = host
        self.port = port
        self.fsync = fsync
        self.threads = threads ?? NodeOptions.defaultThreads
        self.found = found
        self.clusterName = clusterName
        self.join = join
        self.peers = peers
    }

    /// One event loop up to two cores, then one per core up to four.
    public static var defaultThreads: Int {
        let cores = System.coreCount
        return cores <= 2 ? 1 : min(cores, 4)
    }

    /// Whether the node would be reached from this machine only.
    var isLoopback: Bool {
        host == "localhost" || host == "::1"
            || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// The most event loops.
    public static let threadsMax = ServerLimits.loopsMax

    func address(of member: Member) -> Address {
        peers[member.name] ?? Address(host: member.host, port: member.port)
    }
}
