import Ring

/// What a monitor has been told so far, and the snapshot that this makes.
///
/// Pure: time is given. All times are milliseconds of the viewer's monotonic clock, but for the events' own.
struct MonitorModel {
    /// Silence after which nothing is hoped of a member any more.
    static let unreachableMilliseconds = 5_000
    /// How far back the report lies that rates are made against.
    static let rateMilliseconds = 1_000
    /// The most reports that are kept of a member for that.
    static let reportCountMax = 16

    /// What is known of the node at one address.
    struct Node {
        /// When watching it began, or when it last answered.
        var heardAt: Int
        /// Since when it has refused connections; nil when it does not.
        var refusedAt: Int?
        /// Reports of the present process, oldest first.
        var reports: [TimedReport] = []
        /// The number of the last event had from that process.
        var eventSequence = 0
    }

    let clusterName: String
    private let seeds: [Endpoint]
    private(set) var epoch: RingEpoch?
    private(set) var nodes: [Endpoint: Node] = [:]
    private(set) var processes: [String: MemberProcess] = [:]
    private(set) var events: [EventReport] = []
    private var ownEvents = 0
    private var conditions = ConditionNews()
    private var meter = MovePaceMeter()
    private var pace: MovePace?

    init(clusterName: String, seeds: [Endpoint]) {
        self.clusterName = clusterName
        self.seeds = seeds
    }

    /// The addresses to watch: the epoch's, before the first one the given ones.
    var endpoints: [Endpoint] {
        guard let epoch else { return seeds }
        return epoch.members.map { Endpoint(host: $0.host, port: $0.port) }
    }

    mutating func onWatch(_ endpoint: Endpoint, now: Int) {
        if nodes[endpoint] == nil { nodes[endpoint] = Node(heardAt: now) }
    }

    /// A node told its state.
    mutating func onReport(_ report: NodeReport, from endpoint: Endpoint, now: Int) {
        var node = nodes[endpoint] ?? Node(heardAt: now)
        node.heardAt = now
        node.refusedAt = nil
        if let last = node.reports.last?.report,
            last.pid != report.pid || last.incarnation != report.incarnation
        {
            node.reports = []
            node.eventSequence = 0
        }
        node.reports.append(TimedReport(milliseconds: now, report: report))
        // The oldest that is kept is the newest that lies far enough back.
        while node.reports.count > 2,
            now - node.reports[1].milliseconds >= Self.rateMilliseconds
                || node.reports.count > Self.reportCountMax
        {
            node.reports.removeFirst()
        }
        nodes[endpoint] = node
    }

    /// A node refused a connection.
    mutating func onRefusal(_ endpoint: Endpoint, now: Int) {
        if nodes[endpoint]?.refusedAt == nil { nodes[endpoint]?.refusedAt = now }
    }

    /// A node told an epoch; an older one than is known changes nothing.
    mutating func onEpoch(_ told: RingEpoch) {
        guard told.members.count <= ClientOptions.nodesMax, told.validate() == nil else { return }
        if let epoch, epoch.clusterID == told.clusterID, epoch.number >= told.number { return }
        epoch = told
        let listed = Set(endpoints)
        nodes = nodes.filter { listed.contains($0.key) }
    }

    /// A node told its events.
    mutating func onEvents(_ told: [EventReport], from endpoint: Endpoint) {
        guard var node = nodes[endpoint] else { return }
        for event in told.suffix(ClusterSnapshot.eventCountMax)
        where event.sequence > node.eventSequence {
            node.eventSequence = event.sequence
            insert(event)
        }
        nodes[endpoint] = node
    }

    /// The processes on this machine were looked at.
    ///
    /// - Parameters:
    ///   - present: the processes by the names of their nodes.
    ///   - wall: milliseconds since 1970.
    mutating func onProcesses(_ present: [String: MemberProcess], wall: Int) {
        for (name, process) in present.sorted(by: { $0.key < $1.key }) {
            guard let before = processes[name], before != process else { continue }
            if let (level, text) = process.change(since: before) {
                insert(level, node: name, text, wall: wall)
            }
        }
        processes = present
    }

    /// Some time has passed: measures what is copied, and tells what has become of the slots.
    ///
    /// - Parameters:
    ///   - now: milliseconds of the viewer's monotonic clock.
    ///   - wall: milliseconds since 1970.
    mutating func onLook(now: Int, wall: Int) {
        let snapshot = snapshot(now: now)
        guard let status = ClusterStatus(snapshot) else { return }
        let change = epoch.flatMap { $0.settings.areMovesPaused ? nil : $0.queue.active?.id }
        let copied = nodes.values.reduce(0) { sum, node in
            (node.reports.last?.report.moves ?? []).filter { $0.change == change }
                .reduce(sum) { $0.addingClamped($1.copiedBytes) }
        }
        pace = meter.take(change: change, copiedBytes: copied, at: now)
        for item in conditions.take(status, snapshot) {
            insert(item.level, node: item.node, item.text, wall: wall)
        }
    }

    private mutating func insert(
        _ level: EventReport.Level, node: String, _ text: String, wall: Int
    ) {
        ownEvents += 1
        insert(
            EventReport(
                sequence: ownEvents, milliseconds: wall, level: level, node: node, text: text))
    }

    private mutating func insert(_ event: EventReport) {
        if EventMerge.absorb(event, into: &events) { return }
        let place = events.lastIndex { $0.milliseconds <= event.milliseconds }.map { $0 + 1 } ?? 0
        events.insert(event, at: place)
        EventMerge.orderStart(of: event.node, in: &events)
        if events.count > ClusterSnapshot.eventCountMax { events.removeFirst() }
    }

    // MARK: The snapshot

    func snapshot(now: Int) -> ClusterSnapshot {
        let suspected = Set(
            nodes.values.filter { now - $0.heardAt < suspectMilliseconds }
                .flatMap { $0.reports.last?.report.suspects ?? [] })
        let members = listed.map { listed in
            var member = listed
            fill(&member, isSuspected: suspected.contains(member.number), now: now)
            return member
        }
        return ClusterSnapshot(
            milliseconds: now, clusterName: epoch?.clusterName ?? clusterName, epoch: epoch,
            members: members, events: events, movePace: pace)
    }

    private var suspectMilliseconds: Int {
        max(epoch?.settings.suspectMilliseconds ?? ClusterSettings().suspectMilliseconds, 1)
    }

    private var listed: [MemberSnapshot] {
        guard let epoch else {
            return seeds.map {
                MemberSnapshot(number: 0, name: "\($0)", host: $0.host, port: $0.port)
            }
        }
        return epoch.members.map {
            MemberSnapshot(number: $0.number, name: $0.name, host: $0.host, port: $0.port)
        }
    }

    private func fill(_ member: inout MemberSnapshot, isSuspected: Bool, now: Int) {
        let node = nodes[Endpoint(host: member.host, port: member.port)]
        member.latest = node?.reports.last
        if let node, node.reports.count > 1 { member.earlier = node.reports.first }
        member.contact = contact(node, isSuspected: isSuspected, now: now)
        let process = processes[member.name]
        member.process = process?.state ?? .unknown
        member.pid = process.map(\.pid) ?? member.latest?.report.pid
    }

    private func contact(_ node: Node?, isSuspected: Bool, now: Int) -> Contact {
        guard let node else { return .unreachable(since: now) }
        if let refusedAt = node.refusedAt { return .unreachable(since: refusedAt) }
        let silence = now - node.heardAt
        if silence >= Self.unreachableMilliseconds { return .unreachable(since: node.heardAt) }
        if silence >= suspectMilliseconds || node.reports.isEmpty {
            return .suspect(since: node.heardAt)
        }
        return isSuspected ? .suspect(since: now) : .reachable
    }
}

/// A node's process on this machine.
public struct MemberProcess: Sendable, Equatable {
    /// Its state.
    public var state: ProcessState
    /// Its id, while it has not ended.
    public var pid: Int?

    /// Makes a process.
    public init(state: ProcessState, pid: Int?) {
        self.state = state
        self.pid = pid
    }

    /// What a viewer is to be told about a change of it; nil for nothing.
    func change(since before: MemberProcess) -> (EventReport.Level, String)? {
        let id = pid.map { " (process \($0))" } ?? before.pid.map { " (process \($0))" } ?? ""
        switch state {
        case .exited(let signal):
            if case .exited = before.state { return nil }
            let how = signal.map { "ended by signal \($0)" } ?? "ended"
            return (signal == nil || signal == 15 ? .info : .error, "process \(how)\(id)")
        case .paused: return (.warning, "process paused\(id)")
        case .running where before.state == .paused: return (.info, "process goes on\(id)")
        case .running: return (.info, "process started\(id)")
        case .unknown: return nil
        }
    }
}
