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
        let tail = EpochNews.newHomes(old, new)
        var items = EpochNews.ofChanges(from: old, to: new, tail)
        for member in new.members {
            let before = old.member(number: member.number)
            if before?.state != member.state {
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
                            + "(incarnation \(member.incarnation))\(tail)"))
            }
        }
        self.items = items
    }

    /// Changes of the ring that began or ended.
    private static func ofChanges(
        from old: RingEpoch, to new: RingEpoch, _ tail: String
    ) -> [Item] {
        var items: [Item] = []
        for ended in new.queue.ended where ended.epoch > old.number {
            let what = words(ended.kind, name: ended.name)
            let end = ended.reason.isEmpty ? "" : ": \(ended.reason)"
            items.append(
                Item(
                    level: ended.outcome == .failed ? .error : .info, node: ended.name,
                    text: "epoch \(ended.epoch): change \(ended.id) (\(what)) "
                        + "\(ended.outcome.rawValue)\(end)\(tail)"))
        }
        if let change = new.queue.active, change.id != old.queue.active?.id {
            let name = change.kind.member.flatMap { new.member(number: $0)?.name } ?? ""
            let slots = zip(new.arcs, new.learners).reduce(0) { sum, pair in
                sum + pair.0.slotCount * pair.1.count
            }
            items.append(
                Item(
                    level: .info, node: name,
                    text: "epoch \(new.number): change \(change.id) "
                        + "(\(words(change.kind, name: name))) under way, "
                        + "\(grouped(slots)) slots to copy"))
        }
        return items
    }

    private static func words(_ kind: RingChange.Kind, name: String) -> String {
        switch kind {
        case .join: "\(name) joins"
        case .leave: "\(name) leaves"
        case .evict: "\(name) is evicted"
        case .rebalance: "rebalance"
        case .replicas(let count): "\(count) copies of each key"
        }
    }

    private static func grouped(_ number: Int) -> String {
        number < 1_000
            ? "\(number)" : "\(number / 1_000)," + "\(1_000 + number % 1_000)".dropFirst()
    }

    /// The most homes that are named.
    private static let homesMax = 6

    /// How many slots have a new home and who that is, for the end of a line; empty for none.
    private static func newHomes(_ old: RingEpoch, _ new: RingEpoch) -> String {
        var gains: [Int: Int] = [:]
        // The finer of the two cuts tells where the homes differ.
        for arc in old.arcs.count > new.arcs.count ? old.arcs : new.arcs {
            let home = new.home(of: arc.first)
            if home != old.home(of: arc.first) { gains[home ?? 0, default: 0] += arc.slotCount }
        }
        guard !gains.isEmpty else { return "" }
        let most = gains.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let named = most.prefix(homesMax).map { number, slots in
            "\(new.member(number: number)?.name ?? "nobody") \(grouped(slots))"
        }
        let total = gains.values.reduce(0, +)
        return "; \(grouped(total)) slots have a new home: \(named.joined(separator: ", "))"
            + (most.count > homesMax ? " …" : "")
    }
}
