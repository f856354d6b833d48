/// Whom a reply belongs to.
public struct RequestToken: Sendable, Hashable {
    /// The kinds of askers.
    public enum Kind: UInt8, Sendable {
        /// Nobody: a reply that is thrown away.
        case none
        /// A client connection: `owner` is the connection, `sequence` the request on it.
        case connection
        /// Another node: `owner` is its member number, `sequence` its request.
        case peer
        /// A worker of this process that guessed keys: the reply tells what came of them.
        case guess
        /// A part of a command with several parts: `owner` is the gathering, `sequence` the part.
        case gather
    }

    /// The kind of asker.
    public let kind: Kind
    /// The worker that the reply goes back to.
    public let worker: UInt16
    /// Which asker.
    public let owner: Int
    /// Which of its requests.
    public let sequence: Int

    /// Makes a token.
    public init(kind: Kind, worker: Int, owner: Int, sequence: Int) {
        self.kind = kind
        self.worker = UInt16(worker)
        self.owner = owner
        self.sequence = sequence
    }

    /// Whether a reply to it leaves after the log batch of a worker's present tick.
    ///
    /// Frames to other nodes leave before it, and another worker's connections have ticks of their
    /// own.
    func follows(logOf worker: Int) -> Bool {
        switch kind {
        case .connection, .gather: Int(self.worker) == worker
        case .none, .peer, .guess: false
        }
    }

    /// Nobody's.
    public static let none = RequestToken(kind: .none, worker: 0, owner: 0, sequence: 0)
}

/// The time as the shell reads it, once after each batch of input.
public struct Clock: Sendable, Equatable {
    /// Monotonic microseconds: leases, deadlines, order of events.
    public var now: Int
    /// Wall clock, milliseconds since 1970: expiry, and nothing else.
    public var wall: Int

    /// Makes a reading.
    public init(now: Int, wall: Int) {
        self.now = now
        self.wall = wall
    }
}

/// How long an operation may take beyond the cluster's deadline.
enum OperationTime {
    /// Bytes of a value that earn a microsecond: 4 MB in a second, which a busy machine with a
    /// slow disk still writes.
    static let bytesPerMicrosecond = 4

    /// Microseconds that a value's size adds to the deadline.
    static func extra(bytes: Int) -> Int { bytes / bytesPerMicrosecond }
}

/// What became of a request at once.
public enum Disposition: Sendable, Equatable {
    /// The reply is in the buffer.
    case replied
    /// The reply comes later, by its token.
    case held
}

/// Where a worker's results go: the shell, or the simulator.
public protocol WorkerOutput: AnyObject {
    /// A reply that was held, or that belongs to another worker's asker.
    ///
    /// - Parameters:
    ///   - token: whom it belongs to; of another worker when `token.worker` says so.
    ///   - reply: valid during the call.
    func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer)
    /// A request for a partition that another worker of this process owns.
    func passOn(_ request: PassedRequest, toPartition partition: Int)
    /// Leases are missing: the node should begin a confirm round.
    func confirmWanted()
    /// A member acts by a later epoch.
    func laterEpochSeen(from member: Int)
    /// A key was written or removed somewhere in the cluster, or may have been; told while
    /// ``Worker/setWatching(_:clock:)`` is on, for keys of this worker's partitions.
    func keyChanged(_ key: UnsafeRawBufferPointer)
    /// Keys of a slot may have changed without a word: whoever knows some must forget them.
    func slotChanged(_ slot: Int)
}

/// A command that travels from one worker of a process to another.
public struct PassedRequest: Sendable {
    /// The command and its arguments.
    public let arguments: [[UInt8]]
    /// Whom the reply belongs to.
    public let token: RequestToken
    /// RESP version of the asker, 2 or 3.
    public let version: UInt8
}
