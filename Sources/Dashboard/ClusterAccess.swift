import Client
import Ring

/// All that the dashboard asks of a cluster; the executable implements it over the client and the
/// local processes.
///
/// Every method comes back within the cluster's operation deadline, in whatever state the cluster
/// is. The dashboard calls them from tasks of its own and never waits for one before it draws.
public protocol ClusterAccess: Sendable {
    /// Whether the node processes are this machine's, so that they can be started and stopped.
    var ownsLocalNodes: Bool { get }

    /// What is known of the cluster, 4 to 10 times a second, newest only; ends when watching ends.
    ///
    /// Make it with `.bufferingNewest(1)`: a slow terminal must not hold snapshots.
    func snapshots() -> AsyncStream<ClusterSnapshot>

    /// Reads or changes one key.
    func perform(_ request: KeyRequest) async -> KeyOutcome

    /// One page of the keys of the whole cluster.
    ///
    /// - Parameters:
    ///   - cursor: `"0"` to begin, else the cursor of the page before.
    ///   - pattern: a glob pattern as in `SCAN … MATCH`, or nil for all keys.
    ///   - count: about how many keys are wanted.
    /// - Returns: the page, which may be empty before the end, or why there is none.
    func scan(
        cursor: String, pattern: [UInt8]?, count: Int
    ) async -> Result<KeyPage, AccessFailure>

    /// What each member of a key's replica set holds of it, in the order of the set.
    func inspect(key: [UInt8]) async -> [KeyPlacement]

    /// Acts on the process of a node; the text says what was done, for people.
    func node(_ action: NodeAction, name: String) async -> Result<String, AccessFailure>

    /// What a change of the ring would do; nothing is changed.
    ///
    /// - Returns: the plan, which may say that the ring refuses, or why there is none.
    func plan(_ wish: ChangeWish) async -> Result<ChangePlan, AccessFailure>

    /// Asks for a change of the ring or of a setting and comes back once an epoch has it; the
    /// change itself goes on in the cluster. The text says what was begun, for people.
    func change(_ wish: ChangeWish) async -> Result<String, AccessFailure>

    /// Puts this machine's files of a node right after a change that it was part of: a node that
    /// is no member any more is forgotten once its process has ended by itself.
    ///
    /// - Returns: what a person has to do about it; nil when nothing.
    func tidy(after ended: EndedChange) async -> AccessFailure?

    /// Reads one key through one node, so many times a second, until its task is cancelled.
    ///
    /// - Parameters:
    ///   - wish: which key, through whom, how often.
    ///   - news: told a few times a second how it fares.
    func read(_ wish: ReaderWish, news: @escaping @Sendable (ReaderNews) -> Void) async

    /// Puts load on the cluster and measures how it bears it.
    ///
    /// When its task is cancelled it stops, puts back what it has changed, deletes its keys, and
    /// comes back with what was measured until then.
    ///
    /// - Parameters:
    ///   - wish: what is to be measured.
    ///   - news: told at most ten times a second how far it has come.
    /// - Returns: what was measured, also when it ended early, or why nothing was.
    func bench(
        _ wish: BenchWish, news: @escaping @Sendable (BenchNews) -> Void
    ) async -> Result<BenchTable, AccessFailure>

    /// Stops every node process of this cluster on this machine and waits for their ends.
    func stopAll() async -> Result<String, AccessFailure>
}

/// One request about one key.
public enum KeyRequest: Sendable, Equatable {
    /// Reads the value.
    case get(key: [UInt8])
    /// Writes if the key is absent.
    case create(key: [UInt8], value: [UInt8])
    /// Writes in any case.
    case set(key: [UInt8], value: [UInt8])
    /// Writes if the key is present.
    case update(key: [UInt8], value: [UInt8])
    /// Removes the key.
    case delete(key: [UInt8])
    /// Writes if the present value equals `expected`: `SET key value IFEQ expected`.
    case setIfEqual(key: [UInt8], expected: [UInt8], value: [UInt8])
    /// Removes the key if its value equals `expected`, in one step.
    case deleteIfEqual(key: [UInt8], expected: [UInt8])

    /// The key that it is about.
    public var key: [UInt8] {
        switch self {
        case .get(let key), .create(let key, _), .set(let key, _), .update(let key, _),
            .delete(let key), .setIfEqual(let key, _, _), .deleteIfEqual(let key, _):
            key
        }
    }
}

/// What became of a request.
public enum KeyOutcome: Sendable, Equatable {
    /// The value that `get` found, and how long it took.
    case found(value: [UInt8], milliseconds: Double)
    /// The change is acknowledged.
    case written(WriteFacts)
    /// The answer is no, and why: not found, exists already, differs.
    case refused(String)
    /// Certainly not done, and why.
    case notDone(String)
    /// Nobody can say whether it was done.
    case unknown(String)
}

/// What is known of an acknowledged write.
public struct WriteFacts: Sendable, Equatable {
    /// The value before a write.
    public enum Previous: Sendable, Equatable {
        /// There was none.
        case absent
        /// It was this.
        case value([UInt8])
        /// It was not asked for.
        case unknown
    }

    /// From asking to the answer.
    public var milliseconds: Double
    /// The members that had it durably just after the acknowledgement, the home first; nil when only
    /// the majority behind that is known.
    public var durable: [Int]?
    /// What it replaced; this makes undo possible.
    public var previous: Previous

    /// Makes the facts.
    public init(milliseconds: Double, durable: [Int]? = nil, previous: Previous = .unknown) {
        self.milliseconds = milliseconds
        self.durable = durable
        self.previous = previous
    }
}

/// A page of keys.
public struct KeyPage: Sendable, Equatable {
    /// The keys, in the cluster's order; a key may come twice.
    public var keys: [[UInt8]]
    /// Where the next page begins; `"0"` at the end.
    public var cursor: String

    /// Makes a page.
    public init(keys: [[UInt8]], cursor: String) {
        self.keys = keys
        self.cursor = cursor
    }
}

/// What one member holds of a key.
public struct KeyPlacement: Sendable, Equatable {
    /// The member's number.
    public var member: Int
    /// Its answer; nil when it did not answer.
    public var report: KeyReport?

    /// Makes a placement.
    public init(member: Int, report: KeyReport?) {
        self.member = member
        self.report = report
    }
}

/// What can be done to the process of a node.
public enum NodeAction: String, Sendable, CaseIterable {
    /// Starts it again.
    case start
    /// Ends it in good order.
    case stop
    /// Ends it at once: kill −9.
    case kill
    /// Halts it as SIGSTOP does.
    case pause
    /// Lets it go on.
    case resume
}

/// Why something could not be done, in words for people.
public struct AccessFailure: Error, Sendable, Equatable {
    /// One line that also says what to do about it.
    public var text: String

    /// Makes a failure.
    public init(_ text: String) {
        self.text = text
    }
}

/// How the dashboard was asked to look.
public struct DashboardOptions: Sendable {
    /// When to use colour.
    public enum Color: String, Sendable, CaseIterable {
        /// What the terminal can, none if `NO_COLOR` is set.
        case auto
        /// Always, whatever `NO_COLOR` says.
        case always
        /// Never.
        case never
        /// 24 bits, whatever the terminal says.
        case truecolor
        /// 256 colours.
        case palette256 = "256"
        /// 16 colours.
        case palette16 = "16"
    }

    /// Refuses everything that changes the cluster.
    public var isReadOnly = false
    /// Draws with ASCII only.
    public var isASCII = false
    /// The name of a theme or the path of a theme file; nil asks the environment.
    public var theme: String?
    /// When to use colour.
    public var color = Color.auto

    /// The defaults.
    public init() {}
}

/// How the dashboard ended.
public enum DashboardEnd: Sendable, Equatable {
    /// The user left; local nodes run on.
    case quit
    /// The user left and all local nodes were stopped; the text says how that went.
    case stoppedAll(String)
    /// The terminal went away.
    case terminalLost
}
