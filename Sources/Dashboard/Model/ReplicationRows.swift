import Client
import Ring
import Terminal

/// A line of the Replication panel.
enum ReplicationRow: Sendable {
    /// A change of the ring that waits or is under way.
    case change(ChangeStatus)
    /// The last change, as long as it is the last and has failed.
    case failed(EndedChange)
    /// Slots of which one thing is to be said.
    case group(RunGroup)
    /// A home, with how its successors follow it.
    case home(NodeStatus)

    var isHome: Bool {
        if case .home = self { true } else { false }
    }
}

/// What stands in a line of the Replication panel's list.
enum ReplicationLine: Equatable {
    /// The row of an index.
    case row(Int)
    /// The heading of the homes.
    case heading
    case blank

    /// The lines in view, from a row on: the homes have a heading of their own, parted from what is
    /// above it where there is room.
    static func lines(_ rows: [ReplicationRow], from top: Int, height: Int) -> [ReplicationLine] {
        var lines: [ReplicationLine] = []
        let homes = rows.firstIndex(where: \.isHome) ?? rows.count
        for index in rows.indices.dropFirst(top) {
            if index == max(homes, top) {
                if top == 0, rows.count + 2 <= height { lines.append(.blank) }
                lines.append(.heading)
            }
            lines.append(.row(index))
        }
        return Array(lines.prefix(max(0, height)))
    }

    /// How many rows are in view at least, wherever the list is.
    static func page(_ rows: [ReplicationRow], height: Int) -> Int {
        max(1, height - (rows.contains(where: \.isHome) ? 1 : 0))
    }
}

/// Runs of slots that are not as they should be, all for the same reason.
struct RunGroup: Sendable, Equatable {
    /// What they have in common.
    struct Reason: Sendable, Hashable {
        var absent: Set<Int>
        /// Whether members that are up have something to catch up.
        var isBehind: Bool
        var isSettled: Bool
        var isUnavailable: Bool
        var wanted: Int
        /// Fewer than wanted where there are not enough nodes.
        var members: Int

        init(_ run: SlotRun) {
            absent = Set(run.absent)
            isBehind = !run.behind.isEmpty
            isSettled = run.isSettled
            isUnavailable = run.isUnavailable
            wanted = run.wanted
            members = run.replicas.count
            isOnlySettling = run.isOnlySettling
        }

        /// Whether nothing is missing but the moment in which the new home settles.
        var isOnlySettling: Bool

        /// The worst first.
        var rank: Int { isUnavailable ? 0 : isOnlySettling ? 2 : 1 }
    }

    var reason: Reason
    /// Ascending.
    var runs: [SlotRun]

    var slotCount: Int { runs.reduce(0) { $0 + $1.slotCount } }
    /// Copies of the slots that have fewest.
    var copies: Int { runs.map(\.copies).min() ?? 0 }
    /// Members that have something to catch up.
    var behind: Set<Int> { runs.reduce(into: []) { $0.formUnion($1.behind) } }

    /// Groups of runs, the worst first, then the largest.
    static func groups(_ runs: [SlotRun]) -> [RunGroup] {
        Dictionary(grouping: runs, by: Reason.init)
            .map { RunGroup(reason: $0.key, runs: $0.value) }
            .sorted { left, right in
                (left.reason.rank, -left.slotCount, left.runs.first?.first ?? 0)
                    < (right.reason.rank, -right.slotCount, right.runs.first?.first ?? 0)
            }
    }
}

extension Model {
    /// The lines that the Replication panel shows.
    var shownRows: [ReplicationRow] {
        guard let status, let epoch else { return [] }
        var rows = changes.waiting.map { ReplicationRow.change($0) }
        if let last = epoch.queue.ended.last, last.outcome == .failed { rows.append(.failed(last)) }
        rows += RunGroup.groups(status.attention).map { .group($0) }
        rows += status.nodes.filter { $0.homeSlots > 0 }.map { .home($0) }
        guard let filter = replication.filter, !filter.isEmpty else { return rows }
        return rows.filter { text($0).contains(filter) }
    }

    /// What is said of a line besides its figures.
    func text(_ row: ReplicationRow) -> String {
        switch row {
        case .change(let change): change.words
        case .failed(let ended): "\(ended.words) FAILED: \(ForeignText.shown(ended.reason))"
        case .group(let group): "\(ranges(group)) \(why(group))"
        case .home(let node): ForeignText.shown(node.name)
        }
    }

    /// Which slots a group has, as far as a few words say it.
    func ranges(_ group: RunGroup) -> String {
        guard let first = group.runs.first else { return "" }
        if group.slotCount == Slots.count { return "all" }
        let dash = isASCII ? "-" : "–"
        let range =
            first.first == first.last ? "\(first.first)" : "\(first.first)\(dash)\(first.last)"
        return group.runs.count == 1 ? range : "\(range) +\(group.runs.count - 1)"
    }

    /// Why slots are in the list.
    func why(_ group: RunGroup) -> String {
        guard let epoch else { return "" }
        let reason = group.reason
        var reasons: [String] = []
        if reason.isUnavailable { reasons.append("no majority") }
        reasons += reason.absent.sorted().map { absence(of: $0, epoch) }
        if reason.isBehind {
            let behind = group.behind
            let names = behind.sorted().map(epoch.name).joined(separator: " ")
            reasons.append(names + (isMending(behind) ? " mending" : " catching up"))
        }
        if !reason.isSettled, !reason.isUnavailable { reasons.append("settling") }
        if reasons.isEmpty {
            reasons.append("\(reason.members.of("node")) for \(reason.wanted) copies")
        }
        return reasons.joined(separator: ", ")
    }

    private func absence(of number: Int, _ epoch: RingEpoch) -> String {
        let name = epoch.name(number)
        if let share = changes.returning[number] {
            return "\(name) returns, \(Int(100 * share)) % level"
        }
        guard epoch.member(number: number)?.state == .down else { return "\(name) silent" }
        if let node = status?.nodes.first(where: { $0.number == number }),
            let obstacle = status?.evictionObstacle(of: node)
        {
            return "\(name) \(obstacle)"
        }
        let isPaused = known?.snapshot.member(number)?.process == .paused
        return "\(name) down" + (isPaused ? ", paused" : "")
            + (eviction(of: number).map { ", \($0)" } ?? "")
    }

    /// What becomes of a down member's place, in a few words; nil when nothing is to be said.
    func eviction(of number: Int) -> String? {
        guard let epoch, let member = epoch.member(number: number), member.state == .down else {
            return nil
        }
        if let change = changes.waiting.first(where: { $0.node == member.name }) {
            return change.state == .waiting ? "eviction waits" : "being evicted"
        }
        guard let node = status?.nodes.first(where: { $0.number == number }) else { return nil }
        if let seconds = node.evictionSeconds {
            return seconds == 0 ? "eviction is due" : "evict in \(seconds) s"
        }
        return status?.evictionObstacle(of: node)
    }

    /// What a change waits behind, for people; nil for the first one.
    func waitsBehind(_ change: ChangeStatus) -> String? {
        guard let index = changes.waiting.firstIndex(where: { $0.change == change.change }),
            index > 0
        else { return nil }
        let before = changes.waiting[index - 1]
        return "waits behind change \(before.change): \(before.words)"
    }

    /// Whether a member's copies are damaged or in doubt rather than late.
    private func isMending(_ members: Set<Int>) -> Bool {
        members.contains { number in
            guard let log = known?.snapshot.member(number)?.report?.log else { return false }
            return log.damagedSlots > 0 || log.doubtfulSlots > 0
        }
    }
}
