import Client
import Ring
import Terminal

extension Painter {
    /// What is copied for changes of the ring, and the slots that are not as they should be.
    mutating func drawReplication(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .replication
        let shown = model.shownRows
        let under = model.status?.slots.underReplicated ?? 0
        let note = under > 0 ? "\(under.grouped) of \(Slots.count.grouped) under" : ""
        let inside = box(
            area, title: "3 Replication" + filterText(model.replication.filter), note: note,
            isFocused: isFocused)
        guard inside.height > 0 else { return }
        guard let epoch = model.epoch, let status = model.status else { return }
        let isFiltered = model.replication.filter != nil
        guard !shown.isEmpty || isFiltered else {
            let check = isASCII ? "" : "✔ "
            text(
                "\(check)all \(Slots.count.grouped) slots settled, "
                    + "\(epoch.settings.replicas) copies each",
                inside.x + 1, inside.y, .replOK, in: inside)
            drawFollowing(model, epoch, status, from: inside.y + 2, inside)
            return
        }
        let columns = ReplicationColumns(width: inside.width)
        text(columns.heading, inside.x, inside.y, .muted, in: inside)
        let list = Rect(
            x: inside.x, y: inside.y + 1, width: inside.width, height: inside.height - 1)
        var state = model.replication
        state.settle(count: shown.count, page: list.height)
        for (index, row) in rows(list, state, count: shown.count) {
            draw(shown[index], model, row, columns)
            highlight(model.replication.filter, in: row)
            if index == state.selected, isFocused { select(row, isFocused: true) }
        }
        scrollBar(
            area, top: state.top, page: list.height, count: shown.count, isFocused: isFocused)
        drawFollowing(model, epoch, status, from: list.y + shown.count + 1, inside)
    }

    private mutating func draw(
        _ row: ReplicationRow, _ model: Model, _ area: Rect, _ columns: ReplicationColumns
    ) {
        switch row {
        case .change(let change): drawChange(change, area, columns)
        case .failed(let ended):
            let reason = "FAILED: " + ForeignText.shown(ended.reason)
            drawRow("", "", ended.words, reason, .stateDown, area, columns)
        case .group(let group):
            let role: ThemeRole = group.reason.isUnavailable ? .stateDown : .replUnder
            drawRow(
                group.slotCount.grouped, "\(group.level)/\(group.reason.wanted)",
                model.ranges(group), model.why(group), role, area, columns)
        }
    }

    private mutating func drawChange(
        _ change: ChangeStatus, _ area: Rect, _ columns: ReplicationColumns
    ) {
        let slots = change.slots > 0 ? change.slots.grouped : ""
        switch change.state {
        case .waiting:
            drawRow(slots, arrow, change.words, "waits", .muted, area, columns)
        case .paused:
            let why = "paused at \(change.percentText) \(bar(change.percent, width: 6))"
            drawRow(slots, arrow, change.words, why, .stateSuspect, area, columns)
        case .copying:
            let left = (change.waitsText ?? change.timeLeftText).map { " " + $0 } ?? ""
            let why = "moving \(change.percentText) \(bar(change.percent, width: 6))\(left)"
            drawRow(slots, arrow, change.words, why, .replMoving, area, columns)
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

    /// How the successors of each home follow it, while nothing else needs the room.
    private mutating func drawFollowing(
        _ model: Model, _ epoch: RingEpoch, _ status: ClusterStatus, from top: Int, _ inside: Rect
    ) {
        guard top + 1 < inside.maxY else { return }
        text(
            "   " + "HOME".fitted(8) + "SLOTS".fitted(8, isRight: true) + "   SUCCESSORS, LAG",
            inside.x, top, .muted, in: inside)
        let homes = status.nodes.filter { $0.homeSlots > 0 }
        for (index, node) in homes.enumerated() {
            let row = Rect(x: inside.x, y: top + 1 + index, width: inside.width, height: 1)
            guard row.y < inside.maxY else { return }
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
}

/// The widths of the Replication panel's columns.
private struct ReplicationColumns {
    /// Which slots, or what changes.
    let what: Int

    init(width: Int) {
        what = max(14, min(24, (width - 20) / 3))
    }

    var heading: String { "   SLOTS  COPIES  " + "WHAT".fitted(what + 2) + "WHY" }
}
