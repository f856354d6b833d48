import Ring
import Terminal

extension Painter {
    /// The Keys screen: a list, the selected key's value, and where its copies are.
    mutating func drawKeys(_ model: Model, _ layout: Layout) {
        drawKeyList(model, layout.keysList)
        drawKeyValue(model, layout.keysValue)
        drawPlacement(model, layout.keysPlacement)
    }

    private mutating func drawKeyList(_ model: Model, _ area: Rect) {
        let keys = model.keys
        let read = keys.keys.count
        // The homes tell their counts a little later than the list can be read.
        let total = max(model.status?.cluster.keys ?? 0, read)
        let note =
            keys.list.filter == nil
            ? "\(read.grouped) of \(total.grouped)"
            : "\(read.grouped)\(keys.hasMore ? "+" : "") found"
        let isFocused = keys.focus == .list
        let inside = box(
            area, title: "6 Keys" + filterText(keys.list.filter), note: note,
            isFocused: isFocused)
        if let problem = keys.problem {
            text(
                ForeignText.shown(problem).cut(to: inside.width - 2, isASCII: isASCII),
                inside.x + 1, inside.maxY - 1, .stateDown, in: inside)
        }
        guard !keys.keys.isEmpty else {
            let what = keys.scanRequest != nil ? "looking" : "no key here yet; a creates one"
            text(
                keys.scanRequest == nil && keys.list.filter != nil ? "no key fits" : what,
                inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        var state = keys.list
        state.settle(count: keys.keys.count, page: inside.height)
        for (index, row) in rows(inside, state, count: keys.keys.count) {
            let key = keys.keys[index]
            let slot = Slots.slot(ofBytes: key)
            if let owner = model.epoch?.arc(at: slot)?.present.home {
                grid.set(row.x + 1, row.y, glyph(owner), ownerStyle(owner).adding(.bold))
            }
            let shown = ForeignText.shown(key, columnsMax: row.width)
            text(
                shown.cut(to: row.width - 4, isASCII: isASCII), row.x + 3, row.y, .fg, in: row)
            highlight(keys.list.filter, in: row)
            if index == state.selected { select(row, isFocused: isFocused) }
        }
        scrollBar(
            area, top: state.top, page: inside.height, count: keys.keys.count,
            isFocused: isFocused)
    }

    private mutating func drawKeyValue(_ model: Model, _ area: Rect) {
        let keys = model.keys
        var note = keys.mode.title
        if case .found(let value)? = keys.detail?.value {
            note = value.count.of("byte") + ", " + note
        }
        let key = keys.detail.map { ForeignText.shown($0.key, columnsMax: 60) }
        let inside = box(
            area, title: "Value" + (key.map { " of " + $0 } ?? ""), note: note,
            isFocused: keys.focus == .value)
        switch keys.detail?.value {
        case .found(let value):
            drawValue(
                value, keys.mode, scroll: keys.valueScroll, inside,
                isFocused: keys.focus == .value, frame: area)
        case .missing(let why):
            text(
                ForeignText.shown(why).cut(to: inside.width - 2, isASCII: isASCII), inside.x + 1,
                inside.y, .stateSuspect, in: inside)
        case .loading, nil: break
        }
    }

    /// A value in one of its ways to be looked at.
    mutating func drawValue(
        _ value: [UInt8], _ mode: ValueMode, scroll: Int, _ area: Rect, isFocused: Bool,
        frame: Rect
    ) {
        guard area.width > 8, area.height > 0 else { return }
        let lines = ValueText.lines(value, mode, width: area.width - 2)
        let top = max(0, min(scroll, lines.count - area.height))
        for (row, line) in lines.dropFirst(top).prefix(area.height).enumerated() {
            text(line, area.x + 1, area.y + row, .fg, in: area)
        }
        scrollBar(
            frame, top: top, page: area.height, count: lines.count, isFocused: isFocused)
    }

    private mutating func drawPlacement(_ model: Model, _ area: Rect) {
        let detail = model.keys.detail
        let title = detail.map { "Copies   " + model.whereabouts($0.key) } ?? "Copies"
        let inside = box(area, title: title, isFocused: false)
        guard let detail, let epoch = model.epoch, inside.height > 0 else { return }
        text(
            "  " + "NODE".fitted(6) + "ROLE".fitted(10) + "VERSION".fitted(10)
                + "BYTES".fitted(8) + "STATE",
            inside.x, inside.y, .muted, in: inside)
        let placements = detail.placements ?? []
        let home = placements.first?.report
        for (index, placement) in placements.enumerated() {
            let row = Rect(x: inside.x, y: inside.y + 1 + index, width: inside.width, height: 1)
            guard row.y < inside.maxY else { return }
            drawCopy(placement, epoch, home, row)
        }
    }

    private mutating func drawCopy(
        _ placement: KeyPlacement, _ epoch: RingEpoch, _ home: KeyReport?, _ row: Rect
    ) {
        grid.set(
            row.x, row.y, glyph(placement.member), ownerStyle(placement.member).adding(.bold))
        var x = text(
            epoch.name(placement.member).fitted(5, isASCII: isASCII) + " ", row.x + 2, row.y, .fg,
            in: row)
        guard let report = placement.report else {
            text("does not answer", x, row.y, .stateDown, in: row)
            return
        }
        x = text(
            ForeignText.shown(report.role).fitted(10, isASCII: isASCII), x, row.y,
            report.role == "home" ? .title : .fg, in: row)
        let version = report.isPresent ? "\(report.generation).\(report.position)" : dash
        x = text(version.fitted(9, isASCII: isASCII) + " ", x, row.y, .fg, in: row)
        let bytes = report.isPresent ? report.valueBytes.grouped : dash
        x = text(bytes.fitted(7, isASCII: isASCII) + " ", x, row.y, .fg, in: row)
        let (state, role) = state(of: report, home)
        text(state, x, row.y, role, in: row)
    }

    private func state(of report: KeyReport, _ home: KeyReport?) -> (String, ThemeRole) {
        guard report.isPresent else {
            return home?.isPresent == true ? ("missing", .replUnder) : ("absent", .muted)
        }
        if let home, home.generation != report.generation || home.position != report.position {
            return ("differs from the home", .replUnder)
        }
        return report.isCommitted ? ("durable", .replOK) : ("not acknowledged yet", .replUnder)
    }
}
