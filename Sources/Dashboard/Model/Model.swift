import Client
import Ring
import Terminal

/// Everything that the dashboard knows; ``update(_:at:)`` changes it, views draw it.
struct Model: Sendable {
    /// What is known of the cluster at one instant.
    struct Known: Sendable {
        var snapshot: ClusterSnapshot
        var status: ClusterStatus?
        var changes: Changes
        var caches: CacheHistory
        var owners: OwnerMarks
        var epoch: RingEpoch? { snapshot.epoch }

        /// Works out what a snapshot says; `before` spares what has not changed since.
        init(_ snapshot: ClusterSnapshot, after before: Known?) {
            self.snapshot = snapshot
            status = ClusterStatus(snapshot)
            changes = Changes(of: snapshot, status, after: before?.changes)
            caches = before?.caches ?? CacheHistory()
            caches.take(snapshot)
            owners = before?.owners ?? OwnerMarks()
            if let epoch = snapshot.epoch { owners.follow(epoch) }
        }
    }

    /// The screens.
    enum Screen: Sendable, Equatable {
        case main, keys, caches, bench
    }

    /// The panels of the main screen, in the order of their numbers.
    enum Panel: Int, Sendable, CaseIterable {
        case ring = 1, nodes, replication, traffic, events

        var title: String {
            switch self {
            case .ring: "Ring"
            case .nodes: "Nodes"
            case .replication: "Replication"
            case .traffic: "Traffic"
            case .events: "Events"
            }
        }
    }

    let isReadOnly: Bool
    let ownsLocalNodes: Bool
    let capabilities: TerminalCapabilities
    var theme: ResolvedTheme
    var size: Size
    /// The dashboard's monotonic clock, as of the last event.
    var now = 0
    /// Seconds east of Greenwich, for the times of events.
    var secondsFromGMT = 0

    /// The newest that is known.
    var live: Known?
    /// What is shown instead while the picture is frozen.
    var frozen: Known?
    var history = TrafficHistory()
    var spokes: [Spoke] = []
    var spokeFinder = SpokeFinder()

    var screen = Screen.main
    var panel = Panel.ring
    /// The panel in the middle of a small screen, which has no room for all.
    var middle = Panel.nodes
    var isZoomed = false
    var nodes = ListState()
    var replication = ListState()
    var events = ListState()
    /// Whether the events' selection stays on the newest.
    var followsEvents = true
    /// The token under the walking cursor, a slot number.
    var token: Int?
    var keys = KeysModel()
    var caches = CachesModel()
    var bench = BenchModel()
    /// The key that the ring points at.
    var selectedKey: [UInt8]?

    var overlay: Overlay?
    var prompt: Prompt?
    var toast: Toast?
    var running: [Running] = []
    var undo: UndoRecord?
    /// Writes that are being taken back, by the request that does it.
    var undoing: [Int: UndoRecord] = [:]
    /// The number of the newest ended change whose end was told; nil before the first snapshot.
    var toldChange: Int?
    var commandHistory: [String] = []
    var isMouseOn = true
    var nextRequest = 1
    /// Requests whose answer opens something instead of a toast.
    var purposes: [Int: KeyVerb] = [:]

    init(
        options: DashboardOptions, ownsLocalNodes: Bool, capabilities: TerminalCapabilities,
        theme: Theme, size: Size
    ) {
        isReadOnly = options.isReadOnly
        self.ownsLocalNodes = ownsLocalNodes
        self.capabilities = capabilities
        self.theme = theme.resolved(depth: capabilities.depth)
        self.size = size
    }

    /// What is shown: the newest, or the frozen.
    var known: Known? { frozen ?? live }
    var status: ClusterStatus? { known?.status }
    var epoch: RingEpoch? { known?.epoch }
    var changes: Changes { known?.changes ?? Changes() }
    var isFrozen: Bool { frozen != nil }
    var isASCII: Bool { capabilities.isASCII }
    /// Whether there is room for the ring and all panels at once.
    var isLarge: Bool { size.width >= 110 && size.height >= 30 }
    /// Whether there is room for anything.
    var isUsable: Bool { size.width >= 60 && size.height >= 16 }
}

/// One line about what happened last.
struct Toast: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case done, note, problem
    }

    /// How long good news stay; problems stay until something else happens.
    static let lifeMilliseconds = 10_000

    var kind: Kind
    var text: String
    var began: Int
    /// Whether the write that it tells of can be undone.
    var canUndo = false
}

/// An operation that has not ended.
struct Running: Sendable, Equatable {
    /// After which it is shown with its time.
    static let patienceMilliseconds = 250

    var request: Int
    var text: String
    var began: Int
}

/// How the last write can be taken back.
struct UndoRecord: Sendable, Equatable {
    var request: KeyRequest
    /// The write that it takes back.
    var write: KeyRequest
    /// The first request that was sent after the write was acknowledged.
    var since: Int

    /// The write, for people: `UPDATE user:42`.
    var words: String { write.words }

    /// What taking it back did, for people.
    var result: String {
        switch request {
        case .deleteIfEqual, .delete: "the key is gone again"
        case .create: "the key is back"
        default: "its value is what it was before"
        }
    }
}

/// What the dashboard is told.
enum Event: Sendable {
    case input(InputEvent)
    case resized(Size)
    case snapshot(ClusterSnapshot)
    case performed(Int, KeyRequest, KeyOutcome)
    case scanned(Int, Result<KeyPage, AccessFailure>)
    case inspected(Int, key: [UInt8], [KeyPlacement])
    case acted(Int, Result<String, AccessFailure>)
    case untidy(AccessFailure)
    case planned(Int, ChangeWish, Result<ChangePlan, AccessFailure>)
    case stoppedAll(Int, Result<String, AccessFailure>)
    case reader(Int, ReaderNews)
    case bench(Int, BenchNews)
    case benched(Int, Result<BenchTable, AccessFailure>)
    case themed(Result<ThemeLibrary.Found, AccessFailure>)
    /// Time passed.
    case tick
}

/// What the dashboard wants done.
enum Effect: Sendable, Equatable {
    case perform(Int, KeyRequest)
    case scan(Int, cursor: String, pattern: [UInt8]?)
    case inspect(Int, key: [UInt8])
    case act(Int, NodeAction, name: String)
    case plan(Int, ChangeWish)
    case change(Int, ChangeWish)
    case tidy(EndedChange)
    case stopAll(Int)
    case startReader(Int, ReaderWish)
    case stopReader
    case startBench(Int, BenchWish)
    case stopBench
    case loadTheme(String)
    case mouse(Bool)
    case repaint
    case suspend
    case end(DashboardEnd)
}
