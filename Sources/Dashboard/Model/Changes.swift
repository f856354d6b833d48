import Client
import Ring
import Terminal

/// What is known of changes of the ring, worked out once for each snapshot.
struct Changes: Sendable {
    /// The changes that wait, the one under way first.
    var waiting: [ChangeStatus] = []
    /// Of down members that are heard again, the share of their slots in which they are level: 0 to 1.
    var returning: [Int: Double] = [:]
    /// Which slots are on their way.
    var moving = MovingArcs()

    init() {}

    init(of snapshot: ClusterSnapshot, _ status: ClusterStatus?, after before: Changes?) {
        waiting = status?.moves ?? []
        guard let epoch = snapshot.epoch else { return }
        for member in epoch.members where member.state == .down {
            if let view = snapshot.member(member.number), view.isHeardAgain(member, in: epoch) {
                returning[member.number] = Self.levelShare(of: member.number, snapshot)
            }
        }
        let isSame = before?.moving.isOf(epoch) == true
        moving = isSame ? before?.moving ?? MovingArcs(epoch) : MovingArcs(epoch)
    }

    /// The change whose copies are being made, paused or not.
    var active: ChangeStatus? { waiting.first { $0.state != .waiting } }

    /// The change of a member that waits or is under way.
    func change(of name: String) -> ChangeStatus? { waiting.first { $0.node == name } }

    private static func levelShare(of number: Int, _ snapshot: ClusterSnapshot) -> Double {
        var slots = 0.0
        var level = 0.0
        for member in snapshot.members where !member.contact.isUnreachable {
            for follower in member.report?.followers ?? [] where follower.member == number {
                slots += Double(follower.slots)
                level += Double(follower.levelSlots)
            }
        }
        return slots > 0 ? min(1, level / slots) : 0
    }
}

/// Which arcs the change under way alters, by the arcs of one epoch.
struct MovingArcs: Sendable {
    /// What happens to an arc.
    struct Move: Sendable, Equatable {
        /// Who gets it: its next owner, or who gets a copy while the owner stays.
        var to: Int
        /// Whether it gets another owner.
        var changesOwner: Bool
    }

    private var clusterID = ""
    private var epoch = 0
    /// As many as there are arcs, or none while nothing moves.
    private var moves: [Move?] = []

    init() {}

    init(_ epoch: RingEpoch) {
        clusterID = epoch.clusterID
        self.epoch = epoch.number
        guard let target = epoch.target else { return }
        moves = epoch.arcs.map { arc in
            let now = arc.present.replicas
            let then = target.replicas(of: arc.first)
            guard now != then, let owner = then.first else { return nil }
            if owner != now.first { return Move(to: owner, changesOwner: true) }
            return then.first { !now.contains($0) }.map { Move(to: $0, changesOwner: false) }
        }
        if moves.allSatisfy({ $0 == nil }) { moves = [] }
    }

    var isEmpty: Bool { moves.isEmpty }

    func isOf(_ other: RingEpoch) -> Bool {
        clusterID == other.clusterID && epoch == other.number
    }

    /// What happens to the arc at an index of the epoch's arcs.
    subscript(_ arc: Int) -> Move? { moves.indices.contains(arc) ? moves[arc] : nil }
}

/// How slots that move are drawn at one instant.
enum Blink: Sendable, Equatable {
    /// As their present owner's, or as the next one's, in turns.
    case owner, next
    /// As both at once, side by side: while the picture or the copying stands still.
    case mixed

    /// How long each turn takes.
    static let milliseconds = 500

    /// Whether a cell of the picture shows the next owner.
    func showsNext(_ column: Int, _ row: Int) -> Bool {
        switch self {
        case .owner: false
        case .next: true
        case .mixed: (column + row) % 2 == 0
        }
    }
}

extension Model {
    /// How slots that move are drawn now.
    var blink: Blink {
        if isFrozen || epoch?.settings.areMovesPaused == true { return .mixed }
        return now / Blink.milliseconds % 2 == 0 ? .owner : .next
    }

    /// Whether something blinks.
    var isBlinking: Bool {
        isUsable && screen == .main && !changes.moving.isEmpty && blink != .mixed
    }
}

extension ChangeStatus {
    /// How fast it goes, for people: `1.2 MiB/s`; nil while nobody knows.
    var rateText: String? {
        bytesPerSecond.map { Int(max(0, min($0, 1e15))).bytesText + "/s" }
    }

    /// What it is, for people: `n6 joins`.
    var words: String {
        switch kind {
        case "join": "\(shownNode) joins"
        case "leave": "\(shownNode) leaves"
        case "evict": "\(shownNode) is evicted"
        case "replicas": "\((replicas ?? 0).of("copy", "copies")) of each key"
        default: kind
        }
    }

    /// How far it is, for people: `62 %`.
    var percentText: String { "\(Int(percent.rounded(.down))) %" }

    /// How long it will take, for people; nil while nobody knows.
    var timeLeftText: String? {
        secondsLeft.map { Int((1_000 * min($0, 1e9)).rounded(.up)).roughText }
    }

    /// Which members it waits for, for people; nil when for none.
    var waitsText: String? {
        guard !waitsFor.isEmpty else { return nil }
        return "waits for " + waitsFor.map { ForeignText.shown($0) }.joined(separator: ", ")
    }

    private var shownNode: String { node.map { ForeignText.shown($0) } ?? "?" }
}

extension MemberSnapshot {
    /// Whether a down member answers again.
    ///
    /// It does as another process than the one that fell silent, or knowing the epoch in which it
    /// is down. One that was just paused or killed, and has not been silent for long, is neither.
    fileprivate func isHeardAgain(_ member: Member, in epoch: RingEpoch) -> Bool {
        guard contact == .reachable, process != .paused, let report else { return false }
        return report.incarnation != member.incarnation || report.epoch >= epoch.number
    }
}

extension EndedChange {
    /// What it was, for people.
    var words: String {
        let shown = ForeignText.shown(name)
        return switch kind {
        case .join: "\(shown) joins"
        case .leave: "\(shown) leaves"
        case .evict: "\(shown) is evicted"
        case .rebalance: "rebalance"
        case .replicas(let count): "\(count.of("copy", "copies")) of each key"
        }
    }
}

extension Int {
    /// Milliseconds as a time left: at least `1 s`, and no finer than anybody can know.
    fileprivate var roughText: String { Swift.max(1_000, self + 999).durationText }
}
