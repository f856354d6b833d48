import Ring

/// A plan for people.
struct PlanText {
    let plan: ChangePlan
    let paint: Paint

    init(_ plan: ChangePlan, _ paint: Paint) {
        self.plan = plan
        self.paint = paint
    }

    var text: String {
        ([title] + (plan.moves.isEmpty ? [] : [moves, total]) + [loads] + warnings)
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var title: String {
        let what = ChangeWords.plan(kind: plan.kind, node: plan.node, replicas: plan.replicas.after)
        return "plan from epoch \(plan.epoch): \(what)"
    }

    private var moves: String {
        var table = Columns("TO", "FROM", "SLOTS", "KEYS", "SIZE")
        for move in plan.moves {
            table.add(
                move.to, move.from ?? "–", Shown.number(move.amount.slots),
                Shown.number(move.amount.keys), Shown.size(move.amount.bytes))
        }
        return table.text
    }

    private var total: String {
        let time = plan.seconds.map { ", at least \(Shown.time(seconds: $0)) by move-rate" } ?? ""
        return "copied in all: \(amount(plan.total)); the least possible: \(amount(plan.least))"
            + time
    }

    private func amount(_ amount: ChangePlan.Amount) -> String {
        "\(Shown.number(amount.slots)) slots, \(Shown.number(amount.keys)) keys, "
            + Shown.size(amount.bytes)
    }

    private var loads: String {
        guard !plan.loads.isEmpty else { return "" }
        var table = Columns("NODE", "HOME SLOTS", "HOME KEYS", "COPIES OF SLOTS", "SIZE OF COPIES")
        for load in plan.loads {
            table.add(
                load.node, span(load.homeSlots, Shown.number), span(load.homeKeys, Shown.number),
                span(load.copySlots, Shown.number), span(load.copyBytes, Shown.size))
        }
        return table.text
    }

    private func span(_ span: ChangePlan.Span, _ shown: (Int) -> String) -> String {
        span.before == span.after
            ? shown(span.before) : "\(shown(span.before)) → \(shown(span.after))"
    }

    private var warnings: [String] { plan.warnings.map { paint.warning("! \($0)") } }
}

/// Changes of the ring in words.
enum ChangeWords {
    /// As a plan says it: `n4 joins`.
    static func plan(kind: String, node: String?, replicas: Int) -> String {
        let node = node ?? "a node"
        return switch kind {
        case "join": "\(node) joins"
        case "leave": "\(node) leaves"
        case "evict": "\(node) is evicted"
        case "rebalance": "the nodes share the slots evenly"
        case "replicas": replicas == 1 ? "1 copy of each key" : "\(replicas) copies of each key"
        default: kind
        }
    }

    /// In a table of changes: `replicas 5`, `join n4`, `rebalance`.
    static func brief(kind: String, node: String?, replicas: Int? = nil) -> String {
        ([kind, node] + [replicas.map(String.init)]).compactMap(\.self).joined(separator: " ")
    }
}

extension Shown {
    /// Seconds in units that fit: `9 s`, `3 min 20 s`, `2 h 5 min`.
    static func time(seconds: Int) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(number(seconds / 3_600)) h \(seconds / 60 % 60) min"
    }
}
