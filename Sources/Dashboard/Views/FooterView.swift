import Terminal

extension Painter {
    /// The line for what happened or is being entered, and the bar of keys.
    mutating func drawFooter(_ model: Model, _ layout: Layout) {
        if let rule = layout.ruleRow {
            grid.fill(
                Rect(x: 0, y: rule, width: grid.size.width, height: 1), isASCII ? "-" : "─",
                theme[.border])
        }
        let message = Rect(x: 0, y: layout.messageRow, width: grid.size.width, height: 1)
        if let prompt = model.prompt {
            drawPrompt(prompt, message)
        } else {
            drawMessage(model, message)
        }
        drawBar(model, Rect(x: 0, y: layout.barRow, width: grid.size.width, height: 1))
    }

    private mutating func drawMessage(_ model: Model, _ row: Rect) {
        let patience = Running.patienceMilliseconds
        if let operation = model.running.first(where: { model.now - $0.began >= patience }) {
            let seconds = Double(model.now - operation.began) / 1_000
            let dots = isASCII ? "..." : "…"
            text(
                " \(operation.text) \(dots) \(seconds.text(1)) s", 0, row.y, .stateSuspect, in: row)
            return
        }
        guard let toast = model.toast else { return }
        let (mark, role): (String, ThemeRole) =
            switch toast.kind {
            case .done: (isASCII ? "ok" : "✔", .replOK)
            case .note: (isASCII ? "-" : "·", .muted)
            case .problem: (isASCII ? "!!" : "✘", .stateDown)
            }
        let hint = toast.canUndo && model.undo != nil ? "z undo" : ""
        let x = text(" \(mark) ", 0, row.y, role, in: row)
        let room = max(0, row.width - x - hint.columns - 2)
        text(
            toast.text.cut(to: room, isASCII: isASCII), x, row.y,
            toast.kind == .problem ? .stateDown : .fg, in: row)
        if !hint.isEmpty { textRight(hint, endingAt: row.maxX - 1, row.y, .keybarKey, in: row) }
    }

    private mutating func drawPrompt(_ prompt: Prompt, _ row: Rect) {
        let x = text(prompt.purpose == .command ? " :" : " /", 0, row.y, .accent, in: row)
        let window = prompt.editor.window(width: row.width - x - 1)
        text(window.text, x, row.y, .fg, in: row)
        grid.cursor = Grid.Position(x: min(row.maxX - 1, x + window.cursor), y: row.y)
        guard !prompt.offers.isEmpty, row.y > 1 else { return }
        drawOffers(prompt.offers.map { ForeignText.shown($0) }, above: row)
    }

    /// What the completion offers, in columns; what does not fit is counted.
    private mutating func drawOffers(_ offers: [String], above row: Rect) {
        let widest = offers.map(\.columns).max() ?? 0
        let cell = max(1, min(widest, row.width / 2 - 2)) + 2
        let perLine = max(1, (row.width - 2) / cell)
        let height = min((offers.count + perLine - 1) / perLine, row.y - 1, 8)
        let area = Rect(x: 0, y: row.y - height, width: row.width, height: height)
        grid.fill(area, " ", theme[.fg])
        let room = perLine * height
        let shown = offers.count <= room ? offers.count : room - 1
        for index in 0..<min(offers.count, room) {
            let offer =
                index < shown
                ? offers[index].cut(to: cell - 2, isASCII: isASCII)
                : "+\(offers.count - shown) more"
            text(
                offer, 1 + index % perLine * cell, area.y + index / perLine, .muted, in: area)
        }
    }

    /// The keys that work here, as many as fit, from the same table that dispatches.
    private mutating func drawBar(_ model: Model, _ row: Rect) {
        var x = 1
        for entry in model.barEntries(width: row.width) {
            x = text(entry.key, x, row.y, .keybarKey, in: row)
            x = text(" " + entry.label, x, row.y, .keybarLabel, in: row) + 2
        }
    }
}

extension Model {
    /// What the bar says in so many columns: what matters most is chosen first, then all of it is
    /// put in that order, with leaving at the end.
    func barEntries(width: Int) -> [(key: String, label: String)] {
        var taken: Set<Key> = []
        let bindings = contexts.flatMap { KeyTable.bindings($0) }.filter { binding in
            // The nearest context that knows a key has it.
            guard let key = binding.keys.first, taken.insert(key).inserted else { return false }
            return barLabel(binding) != nil && isPossible(binding.action)
        }
        let ranked = bindings.enumerated().sorted {
            (rank($0.element.action), $0.offset) < (rank($1.element.action), $1.offset)
        }.map(\.element)
        var entries: [(key: String, label: String)] = []
        var last: (key: String, label: String)?
        var left = width - 1
        for binding in ranked {
            guard let key = binding.keys.first, let label = barLabel(binding) else { continue }
            let entry = (key: key.barLabel(isASCII: isASCII), label: label)
            let columns = entry.key.columns + label.columns + 3
            // Of a group that does not fit whole, nothing.
            guard columns <= left, isLarge || rank(binding.action) < 8 else { continue }
            left -= columns
            if binding.action == .quit { last = entry } else { entries.append(entry) }
        }
        return entries + (last.map { [$0] } ?? [])
    }

    /// Whether keys and nodes are not what the screen is about.
    private var isAboutLoad: Bool { screen == .caches || screen == .bench }

    /// Whether it is about the selected node.
    private var isAboutNode: Bool {
        if case .details(.node, _) = overlay { return true }
        return panel == .nodes && screen == .main
    }

    private func rank(_ action: Action) -> Int {
        switch action {
        case .help, .quit: 0
        case .node, .leaveNode, .evictNode: isAboutNode ? 1 : 8
        case .zoom where isZoomed: 1
        case .moves: 1
        case .joinNode: isAboutLoad ? 6 : 3
        case .createKey, .viewKey, .editKey, .deleteKey: isAboutLoad ? 6 : 2
        case .chooseCoherence, .choosePrefetching, .reader, .startBench, .valueNext: 1
        case .cancel where screen == .bench && overlay == nil: 1
        case .keysScreen, .mainScreen: 3
        case .nextPanel, .valueMode, .cachesScreen, .benchScreen, .filter: 4
        case .enter: 5
        case .tokenRight, .command: 6
        default: 7
        }
    }
}

extension Key {
    /// A short name for the bar.
    func barLabel(isASCII: Bool) -> String {
        switch self {
        case .left: isASCII ? "<- ->" : "◀ ▶"
        case .right: isASCII ? "<- ->" : "◀ ▶"
        case .up: isASCII ? "Up/Down" : "↑↓"
        default: label
        }
    }
}
