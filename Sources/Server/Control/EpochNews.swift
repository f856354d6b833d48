import Ring

/// What a new epoch means for people.
struct EpochNews {
    struct Item {
        let level: EventReport.Level
        let node: String
        let text: String
    }

    let items: [Item]

    /// What the epoch changes, as far as it is news: a node that is down in it comes late.
    init(from old: RingEpoch, to new: RingEpoch, me: Int) {
        guard new.member(number: me)?.canBeHome == true else {
            items = []
            return
        }
        let moved = EpochNews.slotsWithNewHome(old, new)
        var items: [Item] = []
        for member in new.members {
            let before = old.member(number: member.number)
            if before?.state != member.state {
                let tail =
                    member.canBeHome ? "" : "; \(EpochNews.grouped(moved)) slots have a new home"
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
        self.items = items
    }

    private static func grouped(_ number: Int) -> String {
        number < 1_000
            ? "\(number)" : "\(number / 1_000)," + "\(1_000 + number % 1_000)".dropFirst()
    }

    private static func slotsWithNewHome(_ old: RingEpoch, _ new: RingEpoch) -> Int {
        new.arcs.reduce(0) { count, arc in
            old.home(of: arc.first) == arc.present.home ? count : count + arc.slotCount
        }
    }
}
