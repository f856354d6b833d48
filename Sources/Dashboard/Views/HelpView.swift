import Terminal

extension Painter {
    /// All keys and commands, those of the present panel first, from the tables that dispatch.
    mutating func drawHelp(_ model: Model, _ help: HelpState, _ screen: Rect) {
        let area = screen.centered(Size(width: min(screen.width, 84), height: screen.height))
        clear(area)
        let search = help.search.isEmpty ? "type to search" : "search: "
        let inside = box(
            area, title: "Help", note: help.search.isEmpty ? search : "", isFocused: true,
            border: .popupBorder)
        let lines = model.foundLines(help)
        let top = max(0, min(help.scroll, lines.count - inside.height))
        for (row, line) in lines.dropFirst(top).prefix(inside.height).enumerated() {
            let y = inside.y + row
            if line.isHeading {
                text(line.text, inside.x + 1, y, .title, in: inside)
            } else {
                text(line.key, inside.x + 3, y, .keybarKey, in: inside)
                text(line.text, inside.x + 25, y, .fg, in: inside)
            }
        }
        scrollBar(area, top: top, page: inside.height, count: lines.count, isFocused: true)
        guard !help.search.isEmpty else { return }
        let edge = Rect(x: area.x + 2, y: area.maxY - 1, width: area.width - 4, height: 1)
        let x = text(" search: ", edge.x, edge.y, .accent, in: edge)
        let window = help.search.window(width: max(2, edge.maxX - x - 1))
        let end = text(window.text + " ", x, edge.y, .fg, in: edge)
        grid.cursor = Grid.Position(x: min(end, x + window.cursor), y: edge.y)
    }
}

extension Model {
    struct HelpLine: Equatable {
        var key = ""
        var text: String
        var isHeading = false
    }

    /// The lines of the help that hold what is searched for.
    func foundLines(_ help: HelpState) -> [HelpLine] {
        let wanted = help.search.text.lowercased()
        guard !wanted.isEmpty else { return helpLines }
        return helpLines.filter { line in
            !line.isHeading && (line.key + " " + line.text).lowercased().contains(wanted)
        }
    }

    /// The lines of the help, the present context first.
    var helpLines: [HelpLine] {
        var here = self
        here.overlay = nil
        here.prompt = nil
        let first = here.contexts
        let rest = KeyContext.allCases.filter { !first.contains($0) }
        var lines: [HelpLine] = []
        for context in first + rest {
            let possible = KeyTable.bindings(context).filter { !isRefused($0.action) }
            guard !possible.isEmpty else { continue }
            lines.append(HelpLine(text: context.rawValue, isHeading: true))
            lines += possible.map { binding in
                HelpLine(
                    key: binding.keys.map(\.label).joined(separator: "  "), text: binding.help)
            }
            lines.append(HelpLine(text: "", isHeading: true))
        }
        lines.append(HelpLine(text: "Commands, after :", isHeading: true))
        lines += Command.verbs.map { HelpLine(key: $0.usage, text: $0.help) }
        return lines
    }

    /// Whether an action is refused as long as this dashboard runs.
    private func isRefused(_ action: Action) -> Bool {
        if isReadOnly, action.changesCluster { return true }
        switch action {
        case .node, .joinNode: return !ownsLocalNodes
        default: return false
        }
    }
}
