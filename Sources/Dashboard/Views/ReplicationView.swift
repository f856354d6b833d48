import Client
import Ring
import Terminal

extension Painter {
    /// The runs of slots that are not as they should be, and why.
    mutating func drawReplication(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .replication
        let shown = model.shownRuns
        let under = model.status?.slots.underReplicated ?? 0
        let note = under > 0 ? "\(under.grouped) of \(Slots.count.grouped) under" : ""
        let inside = box(
            area, title: "3 Replication" + filterText(model.replication.filter), note: note,
            isFocused: isFocused)
        guard inside.height > 0 else { return }
        guard let epoch = model.epoch, let status = model.status else { return }
        if status.attention.isEmpty {
            let check = isASCII ? "" : "✔ "
            text(
                "\(check)all \(Slots.count.grouped) slots settled, "
                    + "\(epoch.settings.replicas) copies each",
                inside.x + 1, inside.y, .replOK, in: inside)
            drawFollowing(model, epoch, status, inside)
            return
        }
        let setWidth = min(24, max(12, inside.width - 40))
        text(
            " " + "SLOTS".fitted(13) + "HAVE/WANT  " + "REPLICAS".fitted(setWidth) + " WHY",
            inside.x, inside.y, .muted, in: inside)
        let list = Rect(
            x: inside.x, y: inside.y + 1, width: inside.width, height: inside.height - 1)
        var state = model.replication
        state.settle(count: shown.count, page: list.height)
        for (index, row) in rows(list, state, count: shown.count) {
            drawRun(shown[index], epoch, row, setWidth)
            highlight(model.replication.filter, in: row)
            if index == state.selected, isFocused { select(row, isFocused: true) }
        }
        scrollBar(
            area, top: state.top, page: list.height, count: shown.count, isFocused: isFocused)
    }

    private mutating func drawRun(_ run: SlotRun, _ epoch: RingEpoch, _ row: Rect, _ width: Int) {
        let range = run.first == run.last ? "\(run.first)" : "\(run.first)\(dash)\(run.last)"
        let role: ThemeRole = run.isUnavailable ? .stateDown : .replUnder
        var x = text(" " + range.fitted(13, isASCII: isASCII), row.x, row.y, .fg, in: row)
        x = text("   \(run.level.count)/\(run.wanted)".fitted(11), x, row.y, role, in: row)
        let set = run.replicas.map { number in
            let name = epoch.name(number)
            return run.level.contains(number) ? name : "[\(name)]"
        }
        x = text(
            set.joined(separator: " ").fitted(width, isASCII: isASCII) + " ", x, row.y, .fg,
            in: row)
        text(
            why(run, epoch).cut(to: max(0, row.maxX - x - 1), isASCII: isASCII), x, row.y, role,
            in: row)
    }

    /// How the successors of each home follow it, while nothing else needs the room.
    private mutating func drawFollowing(
        _ model: Model, _ epoch: RingEpoch, _ status: ClusterStatus, _ inside: Rect
    ) {
        guard inside.height > 3 else { return }
        let top = inside.y + 2
        text(
            "   " + "HOME".fitted(8) + "SLOTS".fitted(8, isRight: true) + "   SUCCESSORS, LAG",
            inside.x, top, .muted, in: inside)
        for (index, node) in status.nodes.enumerated() {
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

    /// Why a run is in the list.
    private func why(_ run: SlotRun, _ epoch: RingEpoch) -> String {
        var reasons: [String] = []
        if run.isUnavailable { reasons.append("no majority") }
        if !run.absent.isEmpty {
            reasons.append(run.absent.map(epoch.name).joined(separator: " ") + " down")
        }
        let behind = run.replicas.filter { !run.level.contains($0) && !run.absent.contains($0) }
        if !behind.isEmpty {
            reasons.append(behind.map(epoch.name).joined(separator: " ") + " catching up")
        }
        if !run.isSettled, !run.isUnavailable { reasons.append("settling") }
        if reasons.isEmpty {
            reasons.append("\(run.replicas.count.of("node")) for \(run.wanted) copies")
        }
        return reasons.joined(separator: ", ")
    }
}
