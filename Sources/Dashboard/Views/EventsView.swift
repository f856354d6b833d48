import Ring
import Terminal

extension Painter {
    /// What happened, newest first.
    mutating func drawEvents(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .events
        let shown = model.shownEvents
        let inside = box(
            area, title: "5 Events" + filterText(model.events.filter),
            note: model.followsEvents ? "follow" : "\(shown.count)", isFocused: isFocused)
        guard !shown.isEmpty else {
            text("nothing has happened yet", inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        var state = model.events
        state.settle(count: shown.count, page: inside.height)
        for (index, row) in rows(inside, state, count: shown.count) {
            drawEvent(shown[index], model, row)
            highlight(model.events.filter, in: row)
            if index == state.selected, isFocused { select(row, isFocused: true) }
        }
        scrollBar(
            area, top: state.top, page: inside.height, count: shown.count, isFocused: isFocused)
    }

    private mutating func drawEvent(_ event: EventReport, _ model: Model, _ row: Rect) {
        let letter: String
        let role: ThemeRole
        switch event.level {
        case .info: (letter, role) = ("I", .muted)
        case .warning: (letter, role) = ("W", .stateSuspect)
        case .error: (letter, role) = ("E", .stateDown)
        }
        let time = event.milliseconds.clockText(secondsFromGMT: model.secondsFromGMT)
        var x = text(" \(time) ", row.x, row.y, .muted, in: row)
        x = text(letter + " ", x, row.y, role, in: row)
        x = text(
            ForeignText.shown(event.node).fitted(4, isASCII: isASCII) + " ", x, row.y, .title,
            in: row)
        text(
            ForeignText.shown(event.text).cut(to: max(0, row.maxX - x), isASCII: isASCII), x,
            row.y, .fg, in: row)
    }
}
