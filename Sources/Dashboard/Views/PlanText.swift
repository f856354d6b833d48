import Ring
import Terminal

/// The lines of a plan: what each node gets from whom, what it carries before and after, what is
/// copied in all, and what to know before committing to it.
struct PlanText {
    private(set) var lines: [Dialog.Line] = []
    private let plan: ChangePlan
    private let isASCII: Bool
    /// Whether there is room for bytes and keys of each node.
    private let isWide: Bool

    private var arrow: String { isASCII ? "->" : "→" }
    private var nothing: String { isASCII ? "-" : "–" }

    init(_ plan: ChangePlan, _ wish: ChangeWish, isASCII: Bool, width: Int) {
        self.plan = plan
        self.isASCII = isASCII
        isWide = width >= 96
        lines.append(Dialog.Line(wish.meaning))
        if !plan.loads.isEmpty { addTable(width) }
        addTotal()
        if !plan.warnings.isEmpty { lines.append("") }
        for warning in plan.warnings {
            lines += Painter.fold("! " + ForeignText.shown(warning), width: width)
                .map { Dialog.Line($0, .stateSuspect) }
        }
    }

    private mutating func addTable(_ width: Int) {
        lines.append("")
        let byKeys = plan.loads.contains { $0.homeKeys.before + $0.homeKeys.after > 0 }
        var heading = "NODE".fitted(7) + spanHeading(byKeys ? "HOME KEYS" : "HOME SLOTS")
        if isWide { heading += spanHeading("ALL COPIES") }
        heading += "GETS".fitted(isWide ? 33 : 21) + "FROM"
        lines.append(Dialog.Line(heading, .muted))
        for load in plan.loads {
            var line = ForeignText.shown(load.node).fitted(7, isASCII: isASCII)
            line += span(byKeys ? load.homeKeys : load.homeSlots) { $0.fitting(7) }
            if isWide { line += span(load.copyBytes) { $0.bytesText } }
            lines.append(Dialog.Line((line + gets(load.node)).cut(to: width, isASCII: isASCII)))
        }
    }

    private func spanHeading(_ title: String) -> String { title.fitted(23) }

    private func span(_ span: ChangePlan.Span, _ text: (Int) -> String) -> String {
        let before = span.before == 0 ? nothing : text(span.before)
        guard span.before != span.after else { return before.fitted(8, isRight: true) + blanks(15) }
        let after = span.after == 0 ? nothing : text(span.after)
        return before.fitted(8, isRight: true) + " \(arrow) "
            + after.fitted(8, isRight: true) + blanks(6 - arrow.columns + 1 - 2)
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    private func gets(_ node: String) -> String {
        let moves = plan.moves.filter { $0.to == node }
        guard !moves.isEmpty else { return nothing }
        let slots = moves.reduce(0) { $0 + $1.amount.slots }
        let keys = moves.reduce(0) { $0 + $1.amount.keys }
        let bytes = moves.reduce(0) { $0 + $1.amount.bytes }
        let from = moves.map { $0.from.map { ForeignText.shown($0) } ?? "nobody" }
        let amount =
            isWide
            ? "\(slots.of("slot")) \(keys.of("key")) \(bytes.bytesText)"
            : "\(slots.of("slot")) \(bytes.bytesText)"
        return amount.fitted(isWide ? 33 : 21, isASCII: isASCII) + from.joined(separator: " ")
    }

    private mutating func addTotal() {
        guard plan.total.slots > 0 else { return }
        lines.append("")
        let copies = plan.total.slots.of("copy of a slot is", "copies of slots are")
        lines.append(
            "\(copies) made: \(plan.total.keys.of("key")), \(plan.total.bytes.bytesText)")
        var second = "the least possible is \(plan.least.bytes.bytesText)"
        if let seconds = plan.seconds, seconds > 0 {
            second += "; move-rate lets it take \((1_000 * seconds).durationText) or more"
        }
        lines.append(Dialog.Line(second, .muted))
    }
}

extension ChangeWish {
    /// What it does, in a line.
    fileprivate var meaning: String {
        switch self {
        case .join: "A new node is started here; it gets its share of the slots and then serves."
        case .leave: "It hands its slots over while it serves, then its process ends by itself."
        case .evict: "It loses its place; others make the copies it held. Its data do not return."
        case .rebalance: "Tokens move until all nodes carry the same."
        case .set("replicas", let count): "Every key gets \(ForeignText.shown(count)) copies."
        case .cancel, .set: words
        }
    }
}
