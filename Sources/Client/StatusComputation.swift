import Ring

/// The one computation behind ``ClusterStatus``.
struct StatusComputation {
    let epoch: RingEpoch
    let snapshot: ClusterSnapshot
    var views: [Int: MemberSnapshot] = [:]
    var members: [Int: Member] = [:]
    var slots = ClusterStatus.SlotCounts()
    var runs: [SlotRun] = []
    var homeSlots: [Int: Int] = [:]
    var settledSlots: [Int: Int] = [:]
    var replicaSlots: [Int: Int] = [:]

    init(epoch: RingEpoch, snapshot: ClusterSnapshot) {
        self.epoch = epoch
        self.snapshot = snapshot
        for view in snapshot.members { views[view.number] = view }
        for member in epoch.members { members[member.number] = member }
    }

    mutating func status() -> ClusterStatus {
        for arc in epoch.arcs { count(arc) }
        slots.settled = settledSlots.reduce(0) { sum, entry in
            sum + max(0, min(entry.value, settledBound(of: entry.key)))
        }
        slots.moving = epoch.movingSlots
        let nodes = epoch.members.map(node)
        return ClusterStatus(
            cluster: facts(nodes), nodes: nodes, former: epoch.formerNodes,
            slots: slots, moves: ChangeStatus.list(of: snapshot),
            traffic: traffic(), attention: runs)
    }

    /// Whether a member of this number is up in the epoch and this viewer has not lost it.
    func isUp(_ number: Int) -> Bool {
        guard let member = members[number], member.canBeHome else { return false }
        return views[number].map { !$0.contact.isUnreachable } ?? true
    }

    /// The report of the home of a generation, if it is recent enough to speak of it.
    func homeReport(of era: Era) -> NodeReport? {
        guard let home = era.home, isUp(home), let report = views[home]?.report,
            report.epoch >= era.generation
        else { return nil }
        return report
    }

    /// A home lists at most so many unlevel runs, so its own count of settled slots bounds ours.
    func settledBound(of home: Int) -> Int {
        guard let report = views[home]?.report, report.epoch == epoch.number else { return .max }
        return report.settledSlots
    }

    mutating func count(_ arc: Arc) {
        let era = arc.present
        if let home = era.home { homeSlots[home, default: 0] += arc.slotCount }
        for replica in era.replicas where replica != era.home {
            replicaSlots[replica, default: 0] += arc.slotCount
        }
        let present = era.replicas.filter(isUp)
        guard let report = homeReport(of: era) else {
            // Nobody tells which copies are level; those that are up are the best guess.
            add(arc.first, arc.last, era, level: present, present: present, isSettled: false)
            return
        }
        var next = arc.first
        for run in report.unlevel where run.last >= arc.first && run.first <= arc.last {
            let first = max(run.first, next)
            let last = min(run.last, arc.last)
            guard first <= last else { continue }
            if next < first {
                add(next, first - 1, era, level: present, present: present, isSettled: true)
            }
            let isSettled = era.home.map(run.level.contains) ?? false
            add(
                first, last, era, level: present.filter(run.level.contains), present: present,
                isSettled: isSettled)
            next = last + 1
        }
        if next <= arc.last {
            add(next, arc.last, era, level: present, present: present, isSettled: true)
        }
    }

    mutating func add(
        _ first: Int, _ last: Int, _ era: Era, level: [Int], present: [Int], isSettled: Bool
    ) {
        let run = SlotRun(
            first: first, last: last, replicas: era.replicas, home: era.home, level: level,
            absent: era.replicas.filter { !present.contains($0) }, isSettled: isSettled,
            wanted: epoch.settings.replicas)
        if isSettled, let home = era.home { settledSlots[home, default: 0] += run.slotCount }
        if run.isUnderReplicated { slots.underReplicated += run.slotCount }
        if run.isUnderReplicated, run.isOnlySettling { slots.settling += run.slotCount }
        if run.isUnavailable { slots.unavailable += run.slotCount }
        guard !isSettled || run.isUnderReplicated || run.isUnavailable else { return }
        if let previous = runs.last, previous.continues(as: run) {
            runs[runs.count - 1].last = last
        } else {
            runs.append(run)
        }
    }

    func facts(_ nodes: [NodeStatus]) -> ClusterFacts {
        let loads = epoch.members.filter(\.canBeHome).map { homeSlots[$0.number] ?? 0 }
        let mean = Double(loads.reduce(0, +)) / Double(max(loads.count, 1))
        let health: ClusterFacts.Health =
            slots.unavailable > 0 ? .unavailable : runs.isEmpty ? .ok : .degraded
        return ClusterFacts(
            id: epoch.clusterID, name: epoch.clusterName, epoch: epoch.number,
            replicas: epoch.settings.replicas,
            keys: nodes.reduce(0) { $0.addingClamped($1.homeKeys ?? 0) },
            balance: mean > 0 ? Double(loads.max() ?? 0) / mean : 1, health: health)
    }

    func node(_ member: Member) -> NodeStatus {
        let view = views[member.number]
        let report = view?.report
        let lag = lag(of: member.number)
        let isHeard = isUp(member.number)
        return NodeStatus(
            id: member.id.description, number: member.number, name: member.name,
            host: member.host, port: member.port, state: member.state,
            contact: view.map { $0.contact.word } ?? "unreachable",
            process: view.map { $0.process.word } ?? "unknown", incarnation: member.incarnation,
            pid: view?.pid, tokens: member.tokens, homeSlots: homeSlots[member.number] ?? 0,
            // Keys of a home that has just gone silent still exist, so its last word counts.
            homeKeys: member.canBeHome ? report?.homeKeys : 0,
            replicaSlots: replicaSlots[member.number] ?? 0,
            replicaKeys: isHeard ? report?.replicaKeys : nil, lagRecords: lag?.records,
            lagMilliseconds: lag?.milliseconds,
            operationsPerSecond: isHeard ? view?.operationsPerSecond : nil,
            memoryBytes: isHeard ? report?.memoryBytes : nil,
            uptimeMilliseconds: isHeard ? report?.uptimeMilliseconds : nil,
            evictionSeconds: snapshot.millisecondsUntilEviction(of: member.number).map {
                $0 / 1_000
            })
    }

    /// What all homes that are heard say of one follower; nil when none follows it.
    func lag(of number: Int) -> (records: Int, milliseconds: Int)? {
        var found: (records: Int, milliseconds: Int)?
        for (home, view) in views where isUp(home) {
            for follower in view.report?.followers ?? [] where follower.member == number {
                found = (
                    (found?.records ?? 0).addingClamped(follower.lagRecords),
                    max(found?.milliseconds ?? 0, follower.lagMilliseconds)
                )
            }
        }
        return found
    }

    func traffic() -> TrafficRates? {
        var reads = LatencyDelta()
        var writes = LatencyDelta()
        var isKnown = false
        for (number, view) in views where isUp(number) {
            guard let pair = view.pair else { continue }
            isKnown = true
            reads.count(pair.earlier.reads, pair.latest.reads, in: pair.seconds)
            reads.add(pair.earlier.readLatency, pair.latest.readLatency)
            writes.count(pair.earlier.writes, pair.latest.writes, in: pair.seconds)
            writes.add(pair.earlier.writeLatency, pair.latest.writeLatency)
        }
        guard isKnown else { return nil }
        return TrafficRates(
            readsPerSecond: reads.perSecond, writesPerSecond: writes.perSecond,
            readP50Microseconds: reads.percentile(0.5), readP99Microseconds: reads.percentile(0.99),
            writeP50Microseconds: writes.percentile(0.5),
            writeP99Microseconds: writes.percentile(0.99))
    }
}

extension SlotRun {
    /// Whether the next run is the same but for its slots.
    fileprivate func continues(as next: SlotRun) -> Bool {
        last + 1 == next.first && replicas == next.replicas && home == next.home
            && level == next.level && absent == next.absent && isSettled == next.isSettled
    }
}

extension Contact {
    /// The word in `status --json`.
    fileprivate var word: String {
        switch self {
        case .reachable: "reachable"
        case .suspect: "suspect"
        case .unreachable: "unreachable"
        }
    }
}

extension ProcessState {
    /// The word in `status --json`.
    fileprivate var word: String {
        switch self {
        case .running: "running"
        case .paused: "paused"
        case .exited: "exited"
        case .unknown: "unknown"
        }
    }
}

extension MemberSnapshot {
    /// The traffic of two reports of the same process and the time between them.
    fileprivate var pair: (earlier: TrafficReport, latest: TrafficReport, seconds: Double)? {
        guard let earlier, let latest, latest.milliseconds > earlier.milliseconds,
            latest.report.incarnation == earlier.report.incarnation,
            latest.report.pid == earlier.report.pid
        else { return nil }
        let seconds = Double(latest.milliseconds - earlier.milliseconds) / 1_000
        return (earlier.report.traffic, latest.report.traffic, seconds)
    }

    /// Operations that clients asked of it in a second; nil without two reports.
    fileprivate var operationsPerSecond: Double? {
        guard let pair else { return nil }
        let count =
            Double(pair.latest.reads) - Double(pair.earlier.reads) + Double(pair.latest.writes)
            - Double(pair.earlier.writes)
        return max(0, count) / pair.seconds
    }
}

/// Operations between two reports, by time taken.
private struct LatencyDelta {
    /// How many there were.
    var operations = 0.0
    /// 2³⁹ microseconds are six days.
    static let bucketCountMax = 40
    var perSecond = 0.0
    var buckets = [Double](repeating: 0, count: bucketCountMax)

    /// Adds the rate of one member; counters come from outside and are not trusted to grow.
    mutating func count(_ earlier: Int, _ latest: Int, in seconds: Double) {
        let count = max(0, Double(latest) - Double(earlier))
        operations += count
        perSecond += count / seconds
    }

    /// Adds the times of one member; buckets that only one report has are left out.
    mutating func add(_ earlier: [Int], _ latest: [Int]) {
        for index in 0..<min(earlier.count, latest.count, Self.bucketCountMax) {
            buckets[index] += max(0, Double(latest[index]) - Double(earlier[index]))
        }
    }

    /// The time within which a share of the operations ended, in microseconds; linear within its
    /// bucket, which ends at 2^b and begins at half of that.
    ///
    /// Nodes time all that they are asked, a viewer's questions too: where no client asked for
    /// anything there is nothing to say.
    func percentile(_ share: Double) -> Int? {
        let total = buckets.reduce(0, +)
        guard operations > 0, total > 0 else { return nil }
        var rest = total * share
        for (bucket, count) in buckets.enumerated() where count > 0 {
            if rest <= count {
                let end = Double(sign: .plus, exponent: bucket, significand: 1)
                let start = bucket == 0 ? 0 : end / 2
                return Int(start + (end - start) * rest / count)
            }
            rest -= count
        }
        return nil
    }
}
