/// What people should know before they commit to a change.
struct PlanWarnings {
    let plan: ChangePlan
    let sum: PlanSum
    let facts: SlotFacts

    /// How far above the mean a member's share of the keys may lie without a word.
    private static let shareMax = 1.25
    /// So few keys for each member say nothing about its load.
    private static let keysMin = 100

    private var target: RingTarget { sum.target }
    /// Members that will hold copies.
    private var holders: [Member] { target.members.filter(\.isEligible) }

    /// The warnings, the gravest first.
    var texts: [String] {
        [majorities, copies, resilience, sources].compactMap { $0 } + downMembers + heavyHomes
            + [unknown, waiting, paused, nothing].compactMap { $0 }
    }

    private var majorities: String? {
        guard sum.slotsWithoutMajority > 0 else { return nil }
        return "\(slots(sum.slotsWithoutMajority)) would have no majority of their copies up and "
            + "could not be served"
    }

    private var copies: String? {
        guard holders.count < target.replicas else { return nil }
        let nodes = holders.count == 1 ? "1 node holds 1" : "\(holders.count) nodes hold no more"
        return "\(target.replicas) copies need \(target.replicas) nodes: \(nodes)"
    }

    private var resilience: String? {
        switch min(target.replicas, holders.count) {
        case 1: "with one copy of each key, a lost disk loses its keys"
        case 2 where holders.count == 2:
            "a ring of 2 survives no failure: a majority of 2 copies is both"
        case 2: "2 copies survive no failure: a majority of 2 is both"
        default: nil
        }
    }

    private var sources: String? {
        guard sum.slotsWithoutSource > 0 else { return nil }
        return "\(slots(sum.slotsWithoutSource)) have no home that could copy them; the change "
            + "waits until they have one"
    }

    private var downMembers: [String] {
        holders.filter { $0.state == .down }.map { member in
            "\(member.name) is down: its slots have a copy less until it is back or evicted"
        }
    }

    /// Members that will be home of far more keys than the mean; of slots while there are few keys.
    private var heavyHomes: [String] {
        let serving = holders.filter(\.canBeHome)
        guard serving.count > 1 else { return [] }
        let byKeys = facts.keys >= Self.keysMin * serving.count
        let loads = plan.loads.map { ($0.node, byKeys ? $0.homeKeys.after : $0.homeSlots.after) }
        let total = loads.reduce(0) { $0 + $1.1 }
        return loads.compactMap { node, load in
            let share = Double(load) / Double(max(total, 1))
            guard share * Double(serving.count) > Self.shareMax else { return nil }
            return "\(node) is home of \(percent(share)) of all \(byKeys ? "keys" : "slots"), the "
                + "mean is \(percent(1 / Double(serving.count)))"
        }
    }

    private var unknown: String? {
        guard facts.unknownSlots > 0 else { return nil }
        return "nobody tells what \(slots(facts.unknownSlots)) hold: they count as empty here"
    }

    private var waiting: String? {
        guard let last = plan.waitsBehind.last else { return nil }
        let number = plan.waitsBehind.count
        let changes = number == 1 ? "change \(last)" : "\(number) changes, the last is \(last)"
        return "it waits behind \(changes); what it moves is computed anew when its turn comes"
    }

    private var paused: String? {
        sum.ring.settings.areMovesPaused
            ? "copying is paused (moves-paused yes): nothing moves until it is resumed" : nil
    }

    private var nothing: String? { plan.moves.isEmpty ? "nothing has to be copied" : nil }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private func slots(_ count: Int) -> String { count == 1 ? "1 slot" : "\(count) slots" }
}
