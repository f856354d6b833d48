import Ring

/// What one viewer knows of a cluster at one instant.
///
/// It holds facts as they came in; ``ClusterStatus`` computes from them what people are shown. All
/// times without a word on the contrary are milliseconds of the viewer's own monotonic clock.
public struct ClusterSnapshot: Sendable, Equatable {
    /// How many events a snapshot keeps; older ones are dropped.
    public static let eventCountMax = 500

    /// When it was made.
    public var milliseconds: Int
    /// What the cluster is called, also while no epoch is known.
    public var clusterName: String
    /// The newest epoch that any member told; nil until one has.
    public var epoch: RingEpoch?
    /// One for each member that the epoch lists, by ascending number; before the first epoch, the
    /// addresses that were given.
    public var members: [MemberSnapshot]
    /// The events of all members, merged by their wall clocks, newest last.
    public var events: [EventReport]
    /// How fast the change under way is copied; nil while there is none or that is not known.
    public var movePace: MovePace?

    /// Makes a snapshot.
    public init(
        milliseconds: Int, clusterName: String, epoch: RingEpoch? = nil,
        members: [MemberSnapshot] = [], events: [EventReport] = [], movePace: MovePace? = nil
    ) {
        self.milliseconds = milliseconds
        self.clusterName = clusterName
        self.epoch = epoch
        self.members = members
        self.events = events
        self.movePace = movePace
    }

    /// The member of a number, or nil.
    public func member(_ number: Int) -> MemberSnapshot? {
        members.first { $0.number == number }
    }

    /// How long a down member keeps its place before it is evicted, as the node counts that will
    /// ask for it first; nil when nobody counts, since its copies could not be made elsewhere.
    ///
    /// - Returns: milliseconds, 0 or more.
    public func millisecondsUntilEviction(of number: Int) -> Int? {
        guard epoch?.member(number: number)?.state == .down else { return nil }
        return members.compactMap { member in
            guard !member.contact.isUnreachable, let latest = member.latest,
                let due = latest.report.evictions[number]
            else { return nil }
            let (left, overflow) = due.subtractingReportingOverflow(
                milliseconds - latest.milliseconds)
            return overflow ? 0 : max(0, left)
        }.min()
    }
}

/// What one viewer knows of one member.
public struct MemberSnapshot: Sendable, Equatable {
    /// Its member number; 0 before an epoch has named it.
    public var number: Int
    /// Its name; the address before an epoch has named it.
    public var name: String
    /// Where its port is.
    public var host: String
    /// TCP port.
    public var port: Int
    /// Whether the viewer hears it.
    public var contact: Contact
    /// Its process, where that is on this machine.
    public var process: ProcessState
    /// The process, where it is known: from this machine's records, else from the latest report.
    public var pid: Int?
    /// What it last said of itself, kept while it is silent.
    public var latest: TimedReport?
    /// What it said about a second before that, of the same process; rates come from the two.
    public var earlier: TimedReport?

    /// Makes a member of which nothing is known yet.
    public init(number: Int, name: String, host: String, port: Int) {
        self.number = number
        self.name = name
        self.host = host
        self.port = port
        contact = .unreachable(since: 0)
        process = .unknown
    }

    /// The latest report without its time.
    public var report: NodeReport? { latest?.report }
}

/// A node's report and when the viewer had it.
public struct TimedReport: Sendable, Equatable {
    /// When it came, milliseconds of the viewer's monotonic clock.
    public var milliseconds: Int
    /// What it says.
    public var report: NodeReport

    /// Joins a report with its time.
    public init(milliseconds: Int, report: NodeReport) {
        self.milliseconds = milliseconds
        self.report = report
    }
}

/// Whether a viewer hears a member: one viewer's opinion, never in an epoch.
public enum Contact: Sendable, Equatable {
    /// It answers.
    case reachable
    /// It has been silent for longer than the cluster's `suspectMilliseconds`; or it is reachable
    /// and another member suspects it.
    case suspect(since: Int)
    /// It refuses connections, or has been silent for so long that nothing is hoped of it.
    case unreachable(since: Int)

    /// Whether it is given up for now.
    public var isUnreachable: Bool {
        if case .unreachable = self { true } else { false }
    }
}

/// The process of a node, as this machine sees it.
public enum ProcessState: Sendable, Equatable {
    /// It runs.
    case running
    /// It was stopped by a signal and can be resumed.
    case paused
    /// It has ended; the signal that ended it, where that is known.
    case exited(signal: Int?)
    /// It is on another machine, or was not started from here.
    case unknown
}
