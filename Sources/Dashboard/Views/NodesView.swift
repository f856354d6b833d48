import Client
import Terminal

extension Painter {
    /// The nodes with their load.
    mutating func drawNodes(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .nodes
        let shown = model.shownNodes
        let inside = box(
            area, title: "2 Nodes" + filterText(model.nodes.filter),
            note: "\(shown.count)", isFocused: isFocused)
        guard inside.height > 0 else { return }
        guard !shown.isEmpty else {
            text(
                model.status == nil ? "no node has answered yet" : "no node fits the filter",
                inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        let columns = NodeColumns(width: inside.width, isASCII: isASCII)
        text(columns.heading, inside.x, inside.y, .muted, in: inside)
        let list = Rect(
            x: inside.x, y: inside.y + 1, width: inside.width, height: inside.height - 1)
        var state = model.nodes
        state.settle(count: shown.count, page: list.height)
        for (index, row) in rows(list, state, count: shown.count) {
            drawNode(shown[index], model, row, columns)
            highlight(model.nodes.filter, in: row)
            if index == state.selected {
                grid.set(
                    row.x, row.y, isASCII ? ">" : "▌", theme[isFocused ? .borderFocus : .accent])
                if isFocused {
                    select(
                        Rect(x: row.x + 1, y: row.y, width: row.width - 1, height: 1),
                        isFocused: true)
                }
            }
        }
        drawGone(model, below: list.y + shown.count, list)
        scrollBar(
            area, top: state.top, page: list.height, count: shown.count, isFocused: isFocused)
    }

    /// Members that are out, while slots are still being settled without them.
    private mutating func drawGone(_ model: Model, below: Int, _ list: Rect) {
        guard let former = model.status?.former else { return }
        for (index, member) in former.enumerated() where below + index < list.maxY {
            let row = Rect(x: list.x, y: below + index, width: list.width, height: 1)
            grid.set(row.x + 1, row.y, glyph(member.number), theme[.muted])
            text(
                "\(ForeignText.shown(member.name)) :\(member.port)  "
                    + (member.state?.rawValue.uppercased() ?? "GONE")
                    + ", its slots are being settled without it",
                row.x + 3, row.y, .muted, in: row)
        }
    }

    private mutating func drawNode(
        _ node: NodeStatus, _ model: Model, _ row: Rect, _ columns: NodeColumns
    ) {
        grid.set(row.x + 1, row.y, glyph(node.number), ownerStyle(node.number).adding(.bold))
        let name = ForeignText.shown(node.name)
        let isPaused = node.process == "paused"
        let state = node.stateText
        let total = max(1, model.status?.cluster.keys ?? 0)
        let share = Double(node.homeKeys ?? 0) / Double(total)
        let role = node.stateRole
        let isServing = node.isServing
        func number(_ value: Int?, _ width: Int) -> String {
            isServing ? value?.fitting(width) ?? dash : dash
        }
        var x = row.x + 3
        x = text(
            "\(name) :\(node.port)".fitted(columns.name, isASCII: isASCII) + " ", x, row.y, .fg,
            in: row)
        x = text(
            (isPaused && node.state != .down ? "paused" : state).fitted(
                columns.state, isASCII: isASCII) + " ", x, row.y,
            role, in: row)
        if let note = model.progressNote(of: node, bar: { bar($0, width: 8) }) {
            text(
                note.cut(to: max(0, row.maxX - x - 1), isASCII: isASCII), x + 1, row.y, role,
                in: row)
            return
        }
        for column in columns.numbers {
            let shown: String =
                switch column.kind {
                case .home: number(node.homeKeys, column.width)
                case .replica: number(node.replicaKeys, column.width)
                case .share: isServing ? (100 * share).text(1) : dash
                case .bar: ""
                case .rate:
                    number(node.operationsPerSecond.map { Int(min($0, 1e12)) }, column.width)
                case .lag: number(node.lagRecords, column.width)
                case .pid: node.process == "exited" ? dash : node.pid.map(String.init) ?? dash
                }
            if column.kind == .bar {
                drawBar(
                    share * Double(max(1, model.status?.nodes.count ?? 1)) / 1.25,
                    x, row.y, column.width, row)
            } else {
                let lagging = column.kind == .lag && (node.lagRecords ?? 0) > 0
                text(
                    shown.fitted(column.width, isRight: true, isASCII: isASCII), x, row.y,
                    lagging ? .replUnder : .fg, in: row)
            }
            x += column.width + 1
        }
    }

    /// A bar of a share, where four fifths are an even load.
    private mutating func drawBar(
        _ share: Double, _ x: Int, _ y: Int, _ width: Int, _ clip: Rect
    ) {
        let filled = max(0, min(width, Int((share * Double(width)).rounded())))
        let on: Unicode.Scalar = isASCII ? "#" : "▇"
        let off: Unicode.Scalar = isASCII ? "." : "░"
        let role: ThemeRole = share > 1 ? .graphHigh : share > 0.9 ? .graphMid : .graphLow
        for column in 0..<width {
            let isOn = column < filled
            grid.set(x + column, y, isOn ? on : off, theme[isOn ? role : .muted])
        }
    }

    func filterText(_ filter: String?) -> String {
        guard let filter, !filter.isEmpty else { return "" }
        return " /" + ForeignText.shown(filter)
    }
}

/// The columns of the node list that fit.
private struct NodeColumns {
    enum Kind {
        case home, replica, share, bar, rate, lag, pid
    }

    struct Column {
        var kind: Kind
        var title: String
        var width: Int
    }

    let name: Int
    let state = 7
    let numbers: [Column]
    private let isASCII: Bool

    init(width: Int, isASCII: Bool) {
        self.isASCII = isASCII
        var columns: [Column] = []
        // Those that are wanted most come first; the order on the screen is another.
        let wanted: [Column] = [
            Column(kind: .home, title: "HOME", width: 7),
            Column(kind: .replica, title: "REPLICA", width: 7),
            Column(kind: .rate, title: "OPS/S", width: 5),
            Column(kind: .lag, title: "LAG", width: 4),
            Column(kind: .pid, title: "PID", width: 7),
            Column(kind: .share, title: "HOME%", width: 5),
            Column(kind: .bar, title: "LOAD", width: 5),
        ]
        let order: [Kind] = [.home, .replica, .share, .bar, .rate, .lag, .pid]
        let nameMin = 8
        var left = width - 3 - nameMin - 1 - state - 1
        for column in wanted where left >= column.width + 1 {
            columns.append(column)
            left -= column.width + 1
        }
        name = nameMin + max(0, min(left, 12))
        numbers = order.compactMap { kind in columns.first { $0.kind == kind } }
    }

    var heading: String {
        "   " + "NODE".fitted(name) + " " + "STATE".fitted(state) + " "
            + numbers.map { $0.title.fitted($0.width, isRight: true, isASCII: isASCII) }
            .joined(separator: " ")
    }
}

extension Model {
    /// What there is to say of a member that serves nothing, in the place of its figures.
    fileprivate func progressNote(of node: NodeStatus, bar: (Double) -> String) -> String? {
        switch node.state {
        case .joining:
            guard let change = changes.change(of: node.name) else { return nil }
            guard change.state != .waiting else { return "waits for its turn" }
            let left = change.timeLeftText.map { "  \($0) left" } ?? ""
            let pause = change.state == .paused ? "  paused" : left
            return "gets copies  \(bar(change.percent)) \(change.percentText)\(pause)"
        case .down:
            if let share = changes.returning[node.number] {
                return "returns  \(bar(100 * share)) \(Int(100 * share)) % level"
            }
            let paused = node.process == "paused" ? "paused" : nil
            let parts = [paused, eviction(of: node.number)].compactMap(\.self)
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        case .up, .leaving: return nil
        }
    }
}

extension NodeStatus {
    /// States of the epoch in capitals, this viewer's opinions in small letters.
    var stateText: String {
        if state == .up || state == .leaving {
            if contact == "suspect" { return "suspect" }
            if contact == "unreachable" { return "silent" }
        }
        return state.rawValue.uppercased()
    }

    var stateRole: ThemeRole {
        if process == "paused", state != .down { return .stateSuspect }
        if state == .up || state == .leaving, contact != "reachable" { return .stateSuspect }
        switch state {
        case .up: return .stateUp
        case .down: return .stateDown
        case .joining: return .stateJoining
        case .leaving: return .stateLeaving
        }
    }
}
