import Client
import Ring
import Terminal

extension Painter {
    /// What is copied for changes of the ring, and the slots that are not as they should be.
    mutating func drawReplication(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .replication
        let shown = model.shownRows
        let inside = box(
            area, title: "3 Replication" + filterText(model.replication.filter),
            note: model.status.map(replicationNote) ?? "", isFocused: isFocused)
        guard inside.height > 0, let epoch = model.epoch else { return }
        let columns = ReplicationColumns(width: inside.width, shown, model)
        if shown.allSatisfy(\.isHome), model.replication.filter == nil {
            let check = isASCII ? "" : "✔ "
            text(
                "\(check)all \(Slots.count.grouped) slots settled, "
                    + "\(epoch.settings.replicas.of("copy", "copies")) each",
                inside.x + 1, inside.y, .replOK, in: inside)
        } else {
            text(columns.heading, inside.x, inside.y, .muted, in: inside)
        }
        let list = Rect(
            x: inside.x, y: inside.y + 1, width: inside.width, height: inside.height - 1)
        var state = model.replication
        let page = ReplicationLine.page(shown, height: list.height)
        state.settle(count: shown.count, page: page)
        let lines = ReplicationLine.lines(shown, from: state.top, height: list.height)
        for (offset, line) in lines.enumerated() {
            let row = Rect(x: list.x, y: list.y + offset, width: list.width, height: 1)
            switch line {
            case .blank: break
            case .heading:
                text(
                    "   " + "HOME".fitted(8) + "SLOTS".fitted(8, isRight: true)
                        + "   SUCCESSORS, LAG", row.x, row.y, .muted, in: row)
            case .row(let index):
                draw(shown[index], model, row, columns)
                highlight(model.replication.filter, in: row)
                if index == state.selected, isFocused { select(row, isFocused: true) }
            }
        }
        scrollBar(area, top: state.top, page: page, count: shown.count, isFocused: isFocused)
    }

    /// How many slots lack copies, and how many only settle.
    private func replicationNote(_ status: ClusterStatus) -> String {
        let (lacking, settling) = (status.slots.lacking, status.slots.settling)
        let under = lacking > 0 ? "\(lacking.grouped) of \(Slots.count.grouped) under" : nil
        let moment = settling > 0 ? "\(settling.grouped) settling" : nil
        return [under, moment].compactMap(\.self).joined(separator: ", ")
    }

    private mutating func draw(
        _ row: ReplicationRow, _ model: Model, _ area: Rect, _ columns: ReplicationColumns
    ) {
        switch row {
        case .change(let change): drawChange(change, model, area, columns)
        case .failed(let ended):
            let reason = "FAILED: " + ForeignText.shown(ended.reason)
            drawRow("", "", ended.words, reason, .stateDown, area, columns)
        case .group(let group):
            let role: ThemeRole =
                group.reason.isUnavailable
                ? .stateDown : group.reason.isOnlySettling ? .replMoving : .replUnder
            drawRow(
                group.slotCount.grouped, "\(group.copies)/\(group.reason.wanted)",
                model.ranges(group), model.why(group), role, area, columns)
        case .home(let node): drawHome(node, model, area)
        }
    }

    private mutating func drawChange(
        _ change: ChangeStatus, _ model: Model, _ area: Rect, _ columns: ReplicationColumns
    ) {
        let slots = change.slots > 0 ? change.slots.grouped : ""
        let (percent, bar) = (change.percentText, bar(change.percent, width: 6))
        switch change.state {
        case .waiting:
            let why = model.waitsBehind(change) ?? "begins at once"
            drawRow(slots, dash, change.words, why, .muted, area, columns)
        case .paused:
            drawRow(
                slots, percent, change.words, "paused \(bar) P resumes", .stateSuspect, area,
                columns)
        case .copying:
            let left = change.waitsText ?? change.timeLeftText.map { "\($0) left" }
            let why = ["moving \(bar)", change.rateText, left].compactMap(\.self)
            drawRow(
                slots, percent, change.words, why.joined(separator: " "), .replMoving, area,
                columns)
        }
    }

    private mutating func drawRow(
        _ slots: String, _ have: String, _ what: String, _ why: String, _ role: ThemeRole,
        _ row: Rect, _ columns: ReplicationColumns
    ) {
        var x = text(" " + slots.fitted(7, isRight: true) + "  ", row.x, row.y, .fg, in: row)
        x = text(have.fitted(8), x, row.y, role, in: row)
        x = text(what.fitted(columns.what, isASCII: isASCII) + "  ", x, row.y, .fg, in: row)
        text(why.cut(to: max(0, row.maxX - x), isASCII: isASCII), x, row.y, role, in: row)
    }

    /// A bar of so many columns as text.
    func bar(_ percent: Double, width: Int) -> String {
        let filled = max(0, min(width, Int((percent / 100 * Double(width)).rounded())))
        let (on, off) = isASCII ? ("#", ".") : ("▇", "▁")
        return String(repeating: on, count: filled) + String(repeating: off, count: width - filled)
    }

    /// How the successors of a home follow it.
    private mutating func drawHome(_ node: NodeStatus, _ model: Model, _ row: Rect) {
        guard let epoch = model.epoch else { return }
        grid.set(row.x + 1, row.y, glyph(node.number), ownerStyle(node.number).adding(.bold))
        var x = text(
            epoch.name(node.number).fitted(8, isASCII: isASCII)
                + node.homeSlots.grouped.fitted(8, isRight: true) + "   ",
            row.x + 3, row.y, .fg, in: row)
        let report = model.known?.snapshot.member(node.number)?.report
        for follower in report?.followers ?? [] where follower.slots > 0 {
            let isLevel = follower.isConnected && follower.levelSlots == follower.slots
            x = text(epoch.name(follower.member) + " ", x, row.y, .fg, in: row)
            let lag = follower.lagRecords.fitting(5)
            x = text(
                (follower.isConnected ? lag : "no link") + "  ", x, row.y,
                isLevel && follower.lagRecords == 0 ? .replOK : .replUnder, in: row)
        }
    }
}

/// The widths of the Replication panel's columns.
private struct ReplicationColumns {
    /// Which slots, or what changes: as wide as the longest, as far as there is room for the rest.
    let what: Int

    init(width: Int, _ rows: [ReplicationRow], _ model: Model) {
        let longest = rows.map { row in
            switch row {
            case .change(let change): change.words.columns
            case .failed(let ended): ended.words.columns
            case .group(let group): model.ranges(group).columns
            case .home: 0
            }
        }.max()
        what = max(4, min(longest ?? 0, 24, (width - 18) / 2))
    }

    var heading: String { "   SLOTS  COPIES  " + "WHAT".fitted(what + 2) + "WHY" }
}
