import Ring

/// What a new epoch means for people.
struct EpochNews {
    struct Item {
        let level: EventReport.Level
        let node: String
        var text: String
        /// Whether it can be the reason for new homes.
        fileprivate var isReason = false
    }

    let items: [Item]

    /// What the epoch changes, as far as it is news: a node that is down in it comes late.
    init(from old: RingEpoch, to new: RingEpoch, me: Int) {
        guard new.member(number: me)?.canBeHome == true else {
            items = []
            return
        }
        let changes = EpochNews.changed(from: old, to: new)
        var items =
            EpochNews.ofEnded(new, after: old) + EpochNews.ofBegun(new, after: old)
            + EpochNews.ofMembers(from: old, to: new, besides: changes)
            + EpochNews.ofSettings(from: old, to: new)
        if let first = items.firstIndex(where: \.isReason) {
            items[first].text += EpochNews.newHomes(old, new)
        }
        self.items = items
    }

    /// The members whose news are those of a change that began, ended or came into the queue.
    private static func changed(from old: RingEpoch, to new: RingEpoch) -> Set<Int> {
        let ended = new.queue.ended.filter { ended in
            // Who is back in time is told of like anybody else who is back.
            let isBack =
                if case .evict = ended.kind { ended.outcome == .cancelled } else { false }
            return ended.epoch > old.number && !isBack
        }.compactMap(\.kind.member)
        let begun = new.queue.waiting.filter { change in
            change.id > old.queue.lastChange
                || change.id == new.queue.active?.id && change.id != old.queue.active?.id
        }
        return Set(ended + begun.compactMap(\.kind.member))
    }

    private static func ofMembers(
        from old: RingEpoch, to new: RingEpoch, besides told: Set<Int>
    ) -> [Item] {
        new.members.compactMap { member in
            let before = old.member(number: member.number)
            let text: String
            if before?.state != member.state {
                guard member.state == .down || !told.contains(member.number) else { return nil }
                text = "\(member.name) \(member.state.rawValue)"
            } else if before?.incarnation != member.incarnation {
                text = "\(member.name) has restarted (incarnation \(member.incarnation))"
            } else {
                return nil
            }
            return Item(
                level: member.state == .down ? .error : .info, node: member.name,
                text: "epoch \(new.number): \(text)", isReason: true)
        }
    }

    /// Settings that have another value; the number of copies is a change of the ring.
    private static func ofSettings(from old: RingEpoch, to new: RingEpoch) -> [Item] {
        ClusterSettings.names.compactMap { name in
            let before = value(of: name, in: old.settings)
            let after = value(of: name, in: new.settings)
            guard before != after else { return nil }
            return Item(
                level: .info, node: "",
                text: "epoch \(new.number): \(name) is \(after), was \(before)")
        }
    }

    /// A setting's value with its unit: `12M`, `60s`.
    private static func value(of name: String, in settings: ClusterSettings) -> String {
        guard let value = settings.value(ofSetting: name), !value.isEmpty else { return "empty" }
        guard let unit = ClusterSettings.unit(ofSetting: name), let number = Int(value) else {
            return value
        }
        return unit.shown(number) + (name == "move-rate" ? " a second" : "")
    }

    /// Changes of the ring that are over.
    private static func ofEnded(_ new: RingEpoch, after old: RingEpoch) -> [Item] {
        new.queue.ended.filter { $0.epoch > old.number }.map { ended in
            let what = words(ended.kind, name: ended.name)
            let end = ended.reason.isEmpty ? "" : ": \(ended.reason)"
            return Item(
                level: ended.outcome == .failed ? .error : .info, node: ended.name,
                text: "epoch \(ended.epoch): change \(ended.id) (\(what)) "
                    + "\(ended.outcome.rawValue)\(end)", isReason: ended.outcome == .done)
        }
    }

    /// Changes of the ring that are under way now or wait now.
    private static func ofBegun(_ new: RingEpoch, after old: RingEpoch) -> [Item] {
        new.queue.waiting.compactMap { change in
            let isActive = change.id == new.queue.active?.id
            guard isActive ? change.id != old.queue.active?.id : change.id > old.queue.lastChange
            else { return nil }
            let name = change.kind.member.flatMap { new.member(number: $0)?.name } ?? ""
            var text =
                "epoch \(new.number): change \(change.id) (\(words(change.kind, name: name)))"
            if isActive {
                let slots = zip(new.arcs, new.learners).reduce(0) { sum, pair in
                    sum + pair.0.slotCount * pair.1.count
                }
                text += " under way, \(grouped(slots)) copies of slots to make"
            } else {
                text += " waits behind change \(new.queue.active?.id ?? 0)"
            }
            return Item(level: .info, node: name, text: text)
        }
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
