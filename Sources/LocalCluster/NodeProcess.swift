/// A node of a local cluster and what runs it.
public struct NodeProcess: Sendable, Equatable {
    /// The state of a node's process.
    public enum State: Sendable, Equatable {
        /// It runs.
        case running
        /// It is held by SIGSTOP.
        case paused
        /// It has ended; how, when that is known: its starter learns it, others do not.
        case exited(ProcessEnd?)
        /// It was never started.
        case never
    }

    /// The node's name.
    public var name: String
    /// The address that it listens on.
    public var host: String
    /// Its TCP port.
    public var port: Int
    /// Its process id, while it has a process.
    public var pid: Int?
    /// The state of that process.
    public var state: State
    /// The file that takes what it prints.
    public var log: String

    /// Whether there is a process, running or paused.
    public var isAlive: Bool { pid != nil }
}
