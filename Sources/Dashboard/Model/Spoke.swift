import Client
import Ring

/// An operation to be drawn on the ring for a moment.
struct Spoke: Sendable, Equatable {
    /// How long it is to be seen.
    static let lifeMilliseconds = 900
    /// It fades in so many steps; between them the picture stays, which spares slow terminals.
    static let steps = 3
    /// How many are drawn at once; of more, the newest.
    static let countMax = 10

    /// The node that the client asked.
    var entry: Int
    /// The key's slot.
    var slot: Int
    var isWrite: Bool
    /// When it began, on the dashboard's clock.
    var began: Int
    /// Where on the ring it begins; nil is where the node stands.
    var start: Int?

    /// How far it has faded: 0 is fresh, ``steps`` gone.
    func step(at now: Int) -> Int {
        max(0, now - began) * Self.steps / Self.lifeMilliseconds
    }

    /// When it fades by the next step.
    func nextStep(after now: Int) -> Int {
        began + (step(at: now) + 1) * Self.lifeMilliseconds / Self.steps
    }
}

/// Finds the operations that are new since the reports before.
struct SpokeFinder: Sendable, Equatable {
    private var seen: [Int: Mark] = [:]

    private struct Mark: Sendable, Equatable {
        var incarnation: Int
        var sequence: Int
    }

    /// The new operations of a snapshot; none at first sight of a node, for they may be old.
    mutating func take(_ snapshot: ClusterSnapshot, at now: Int) -> [Spoke] {
        var spokes: [Spoke] = []
        for member in snapshot.members {
            guard let report = member.report else { continue }
            let newest = report.recent.map(\.sequence).max() ?? 0
            if let mark = seen[member.number] {
                let from = mark.incarnation == report.incarnation ? mark.sequence : 0
                for operation in report.recent
                where operation.sequence > from && (0..<Slots.count).contains(operation.slot) {
                    spokes.append(
                        Spoke(
                            entry: member.number, slot: operation.slot,
                            isWrite: operation.isWrite, began: now))
                }
                seen[member.number] = Mark(
                    incarnation: report.incarnation, sequence: max(newest, from))
            } else {
                seen[member.number] = Mark(incarnation: report.incarnation, sequence: newest)
            }
        }
        return spokes
    }
}
