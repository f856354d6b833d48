import Terminal

extension Model {
    /// Rows that one step of the wheel scrolls.
    private static let wheelRows = 3

    mutating func onMouse(_ event: MouseEvent) -> [Effect] {
        if overlay != nil { return onMouseOverOverlay(event) }
        let layout = Layout(self)
        if screen == .keys {
            guard layout.keysList.contains(event.x, event.y) else {
                if layout.keysValue.contains(event.x, event.y) { scrollValue(event) }
                return []
            }
            return onMouseOverKeys(event, layout.keysList)
        }
        if screen == .caches {
            onMouseOverCaches(event, layout.cachesNodes)
            return []
        }
        if screen == .bench { return onMouseOverBench(event, layout) }
        guard
            let (panel, area) = layout.panels.first(where: { $0.value.contains(event.x, event.y) })
        else { return [] }
        switch event.kind {
        case .click:
            focus(panel)
            select(panel, row: event.y - area.y - 1 - panel.headingRows)
        case .wheelUp: scroll(panel, by: -Self.wheelRows)
        case .wheelDown: scroll(panel, by: Self.wheelRows)
        }
        return []
    }

    private mutating func select(_ panel: Panel, row: Int) {
        guard row >= 0 else { return }
        switch panel {
        case .nodes:
            if nodes.top + row < count(of: panel) { nodes.selected = nodes.top + row }
        case .replication:
            let lines = ReplicationLine.lines(shownRows, from: replication.top, height: row + 1)
            if lines.indices.contains(row), case .row(let index) = lines[row] {
                replication.selected = index
            }
        case .events:
            if events.top + row < count(of: panel) {
                events.selected = events.top + row
                followsEvents = events.selected == 0
            }
        case .ring, .traffic: break
        }
    }

    private mutating func scroll(_ panel: Panel, by rows: Int) {
        let count = count(of: panel)
        switch panel {
        case .nodes: nodes.scroll(by: rows, count: count)
        case .replication: replication.scroll(by: rows, count: count)
        case .events:
            events.scroll(by: rows, count: count)
            followsEvents = events.selected == 0
        case .ring, .traffic: break
        }
    }

    private mutating func scrollValue(_ event: MouseEvent) {
        switch event.kind {
        case .click: keys.focus = .value
        case .wheelUp: keys.valueScroll = max(0, keys.valueScroll - Self.wheelRows)
        case .wheelDown: keys.valueScroll += Self.wheelRows
        }
    }

    private mutating func onMouseOverKeys(_ event: MouseEvent, _ area: Rect) -> [Effect] {
        switch event.kind {
        case .click:
            keys.focus = .list
            let row = keys.list.top + event.y - area.y - 1
            if row >= keys.list.top, row < keys.keys.count { keys.list.selected = row }
        case .wheelUp: keys.list.scroll(by: -Self.wheelRows, count: keys.keys.count)
        case .wheelDown: keys.list.scroll(by: Self.wheelRows, count: keys.keys.count)
        }
        return followSelection()
    }

    private mutating func onMouseOverCaches(_ event: MouseEvent, _ area: Rect) {
        guard area.contains(event.x, event.y) else { return }
        let count = cacheRows.count
        switch event.kind {
        case .click:
            // Below the frame and the heading.
            let row = caches.list.top + event.y - area.y - 2
            if row >= caches.list.top, row < count { caches.list.selected = row }
        case .wheelUp: caches.list.scroll(by: -Self.wheelRows, count: count)
        case .wheelDown: caches.list.scroll(by: Self.wheelRows, count: count)
        }
    }

    private mutating func onMouseOverBench(_ event: MouseEvent, _ layout: Layout) -> [Effect] {
        if event.kind == .click {
            let row = event.y - layout.benchForm.y - 1
            guard bench.run == nil, layout.benchForm.contains(event.x, event.y),
                bench.fields.indices.contains(row)
            else { return [] }
            bench.field = bench.fields[row]
            return []
        }
        let last = max(0, (bench.table?.rows.count ?? 0) - 1)
        let step = event.kind == .wheelUp ? -Self.wheelRows : Self.wheelRows
        bench.top = max(0, min(bench.top + step, last))
        return []
    }

    private mutating func onMouseOverOverlay(_ event: MouseEvent) -> [Effect] {
        switch event.kind {
        case .click:
            guard case .dialog(let dialog) = overlay,
                let button = DialogView.button(at: (event.x, event.y), dialog, size)
            else { return [] }
            overlay = nil
            return answer(dialog.buttons[button].answer)
        case .wheelUp: return perform(.move(.up))
        case .wheelDown: return perform(.move(.down))
        }
    }
}

extension Model.Panel {
    /// Rows between the frame and the first line of the list.
    var headingRows: Int {
        switch self {
        case .nodes, .replication: 1
        case .ring, .traffic, .events: 0
        }
    }
}
