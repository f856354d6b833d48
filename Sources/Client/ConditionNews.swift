import Ring

/// Tells the beginning and the end of what is wrong with the slots, as a viewer of the whole
/// cluster sees it: no single node knows.
///
/// Pure: time is given, in milliseconds of the viewer's monotonic clock.
struct ConditionNews {
    /// What is over sooner is not worth a word, unless the ring itself says that a member is down.
    static let patienceMilliseconds = 2_000

    /// Something to be told.
    struct Item: Equatable {
        var level: EventReport.Level
        /// The name of the node that it is about; empty for the cluster.
        var node = ""
        var text: String
    }

    private var epoch = 0
    /// When the epoch came in whose new homes are not all settled yet.
    private var settling: (epoch: Int, since: Int)?
    private var unavailableSince: Int?
    private var hasToldUnavailable = false
    private var thinSince: Int?
    /// What was said to be missing; nil while nothing was said.
    private var thinCauses: Set<Int>?
    /// Down members whose eviction was announced.
    private var announced: Set<Int> = []

    /// Compares the present state with the one before.
    mutating func take(_ status: ClusterStatus, _ snapshot: ClusterSnapshot) -> [Item] {
        guard let ring = snapshot.epoch else { return [] }
        let now = snapshot.milliseconds
        let seen = Seen(status, ring)
        var items = settled(seen, ring, at: now)
        items += availability(seen, at: now)
        items += thickness(seen, at: now)
        items += evictions(snapshot, ring)
        epoch = ring.number
        return items
    }

    private mutating func settled(_ seen: Seen, _ ring: RingEpoch, at now: Int) -> [Item] {
        let isFirst = epoch == 0
        if ring.number > epoch, !isFirst,
            ring.arcs.contains(where: { $0.present.generation > epoch })
        {
            settling = (ring.number, now)
        }
        guard let (number, since) = settling, seen.unsettled == 0 else { return [] }
        settling = nil
        return [
            Item(
                level: .info,
                text: "epoch \(number): all slots settled "
                    + "after \((now - since).secondsText)")
        ]
    }

    private mutating func availability(_ seen: Seen, at now: Int) -> [Item] {
        guard seen.unavailable > 0 else {
            defer { (unavailableSince, hasToldUnavailable) = (nil, false) }
            guard let since = unavailableSince, hasToldUnavailable else { return [] }
            return [
                Item(
                    level: .info,
                    text: "every slot has a majority of its copies again, after "
                        + (now - since).secondsText)
            ]
        }
        let since = unavailableSince ?? now
        unavailableSince = since
        let isCertain = seen.absent == seen.down
        guard !hasToldUnavailable, isCertain || now - since >= Self.patienceMilliseconds else {
            return []
        }
        hasToldUnavailable = true
        return [
            Item(
                level: .error,
                text: "\(seen.unavailable.slotsText) unavailable: a majority of their copies "
                    + "is missing, \(seen.missing)")
        ]
    }

    private mutating func thickness(_ seen: Seen, at now: Int) -> [Item] {
        guard seen.thin > 0 else {
            defer { (thinSince, thinCauses) = (nil, nil) }
            guard let since = thinSince, thinCauses != nil else { return [] }
            return [
                Item(
                    level: .info,
                    text: "every slot has its \(seen.wanted) copies again, after "
                        + (now - since).secondsText)
            ]
        }
        let since = thinSince ?? now
        thinSince = since
        let isWorse = !seen.down.isSubset(of: thinCauses ?? [])
        let isLasting = thinCauses == nil && now - since >= Self.patienceMilliseconds
        guard isWorse || isLasting else { return [] }
        thinCauses = seen.down.union(thinCauses ?? [])
        return [Item(level: .warning, text: "\(seen.thin.slotsText) under-replicated: \(seen.why)")]
    }

    private mutating func evictions(_ snapshot: ClusterSnapshot, _ ring: RingEpoch) -> [Item] {
        var items: [Item] = []
        for member in ring.members where member.state == .down {
            guard !announced.contains(member.number),
                let left = snapshot.millisecondsUntilEviction(of: member.number)
            else { continue }
            announced.insert(member.number)
            items.append(
                Item(
                    level: .warning, node: member.name,
                    text: "evicted in \((left + 999) / 1_000) s unless it returns; its copies are "
                        + "then made on other nodes"))
        }
        announced = announced.filter { ring.member(number: $0)?.state == .down }
        return items
    }
}

/// What the news look at.
private struct Seen {
    var unsettled: Int
    var unavailable: Int
    var thin: Int
    var wanted: Int
    /// Members of replica sets that are not up.
    var absent: Set<Int> = []
    /// Members that are up and whose copies are not level where their home serves.
    var behind: Set<Int> = []
    /// Whether there are fewer members than copies wanted.
    var isShort = false
    private let epoch: RingEpoch

    init(_ status: ClusterStatus, _ epoch: RingEpoch) {
        self.epoch = epoch
        unsettled = Slots.count - status.slots.settled
        unavailable = status.slots.unavailable
        thin = status.slots.lacking
        wanted = status.cluster.replicas
        for run in status.attention {
            absent.formUnion(run.absent)
            behind.formUnion(run.behind)
            if run.replicas.count < run.wanted { isShort = true }
        }
    }

    func names(_ members: Set<Int>) -> String {
        members.sorted().map { epoch.member(number: $0)?.name ?? "member \($0)" }
            .joined(separator: " ")
    }

    /// Those of the absent that the ring knows to be down; the others only this viewer misses.
    var down: Set<Int> { absent.filter { epoch.member(number: $0)?.state == .down } }

    /// Who is absent, and whether the ring knows it or only this viewer.
    var missing: String {
        let silent = absent.subtracting(down)
        let parts = [(down, "down"), (silent, "not answering")].filter { !$0.0.isEmpty }
        return parts.map { "\(names($0.0)) \($0.1)" }.joined(separator: ", ")
    }

    var why: String {
        var reasons: [String] = []
        if !absent.isEmpty { reasons.append(missing) }
        if !behind.isEmpty { reasons.append("\(names(behind)) not level yet") }
        if isShort { reasons.append("fewer nodes than the \(wanted) copies that are wanted") }
        return reasons.isEmpty ? "copies are being made" : reasons.joined(separator: ", ")
    }
}

extension Int {
    /// Milliseconds as seconds with a tenth.
    fileprivate var secondsText: String { "\(self / 1_000).\(self % 1_000 / 100) s" }

    /// A number of slots.
    fileprivate var slotsText: String {
        let digits =
            self < 1_000
            ? "\(self)" : "\(self / 1_000)," + "\(1_000 + self % 1_000)".dropFirst()
        return digits + (self == 1 ? " slot" : " slots")
    }
}
