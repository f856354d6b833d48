import Ring

/// What a new epoch means for people.
struct EpochNews {
    struct Item {
        let level: EventReport.Level
        let node: String
        let text: String
    }

    let items: [Item]

    init(from old: RingEpoch, to new: RingEpoch) {
        let moved = EpochNews.slotsWithNewHome(old, new)
        var items: [Item] = []
        for member in new.members {
            let before = old.member(number: member.number)
            if before?.state != member.state {
                let tail = member.canBeHome ? "" : "; \(moved) slots have a new home"
                items.append(
                    Item(
                        level: member.canBeHome ? .info : .error, node: member.name,
                        text: "epoch \(new.number): \(member.name) \(member.state.rawValue)\(tail)"
                    ))
            } else if before?.incarnation != member.incarnation {
                items.append(
                    Item(
                        level: .info, node: member.name,
                        text: "epoch \(new.number): \(member.name) has restarted "
                            + "(incarnation \(member.incarnation))"))
            }
        }
        if items.isEmpty {
            items.append(Item(level: .info, node: "", text: "epoch \(new.number)"))
        }
        self.items = items
    }

    private static func slotsWithNewHome(_ old: RingEpoch, _ new: RingEpoch) -> Int {
        new.arcs.reduce(0) { count, arc in
            old.home(of: arc.first) == arc.present.home ? count : count + arc.slotCount
        }
    }
}
