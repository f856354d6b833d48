import Client
import Ring
import Terminal

/// What views and dialogs look up in an epoch.
extension RingEpoch {
    /// The arc of a slot; nil for a number that is no slot.
    func arc(at slot: Int) -> Arc? {
        (0..<Slots.count).contains(slot) ? arc(of: slot) : nil
    }

    /// A member's name, or its number while it has none.
    func name(_ number: Int) -> String {
        let found = member(number: number) ?? former.first { $0.number == number }
        return found.map { ForeignText.shown($0.name) } ?? "#\(number)"
    }

    /// Every token with its owner, ascending.
    var tokens: [(slot: Int, member: Member)] {
        members.flatMap { member in member.tokens.map { ($0, member) } }.sorted { $0.0 < $1.0 }
    }

    /// The successors of a slot: its replica set without the home.
    func successors(_ era: Era) -> [Int] {
        era.replicas.filter { $0 != era.home }
    }
}

extension Slots {
    /// The slot of a key.
    static func slot(ofBytes key: [UInt8]) -> Int {
        key.withUnsafeBytes { slot(of: $0) }
    }
}

/// What ending a node's process does to the slots it holds.
struct Impact: Equatable {
    /// Slots that it is home of.
    var homeSlots = 0
    /// Slots that will have fewer copies.
    var thinned = 0
    /// Slots that will have less than a majority.
    var lost = 0

    init(of number: Int, in epoch: RingEpoch, status: ClusterStatus) {
        let serving = Set(status.nodes.filter(\.isServing).map(\.number))
        for arc in epoch.arcs where arc.present.replicas.contains(number) {
            let set = arc.present.replicas
            if arc.present.home == number { homeSlots += arc.slotCount }
            thinned += arc.slotCount
            let left = set.filter { serving.contains($0) && $0 != number }.count
            if left < arc.present.majority { lost += arc.slotCount }
        }
    }
}

extension Model {
    /// Where a key is or would be, for people: `slot 15,880 → n3 n4 n5`.
    func whereabouts(_ key: [UInt8]) -> String {
        let slot = Slots.slot(ofBytes: key)
        let arrow = isASCII ? "->" : "→"
        guard let epoch, let era = epoch.arc(at: slot)?.present else {
            return "slot \(slot.grouped)"
        }
        let home = era.home.map(epoch.name) ?? "no home"
        let others = epoch.successors(era).map(epoch.name)
        return "slot \(slot.grouped) \(arrow) " + ([home] + others).joined(separator: " ")
    }

    /// The nodes that the list shows.
    var shownNodes: [NodeStatus] {
        guard let status else { return [] }
        guard let filter = nodes.filter, !filter.isEmpty else { return status.nodes }
        return status.nodes.filter {
            $0.name.contains(filter) || $0.state.rawValue.contains(filter)
        }
    }

    var selectedNode: NodeStatus? {
        let shown = shownNodes
        return shown.indices.contains(nodes.selected) ? shown[nodes.selected] : nil
    }

    /// The node that node keys act on: the one that is shown, else the selected one.
    var targetNode: NodeStatus? {
        guard case .details(.node(let number), _) = overlay else { return selectedNode }
        return status?.nodes.first { $0.number == number }
    }

    /// The events that the list shows, newest first.
    var shownEvents: [EventReport] {
        let all = (known?.snapshot.events ?? []).reversed()
        guard let filter = events.filter, !filter.isEmpty else { return Array(all) }
        return all.filter { $0.text.contains(filter) || $0.node.contains(filter) }
    }

    /// The list of the panel that has the focus.
    func count(of panel: Panel) -> Int {
        switch panel {
        case .nodes: shownNodes.count
        case .replication: shownRows.count
        case .events: shownEvents.count
        case .ring, .traffic: 0
        }
    }
}
