import Ring

extension Model {
    mutating func onMainScreen(_ action: Action) -> [Effect] {
        switch action {
        case .panel(let panel): focus(panel)
        case .nextPanel: focus(panel.next)
        case .previousPanel: focus(panel.previous)
        case .zoom: isZoomed.toggle()
        case .tokenLeft: walk(by: -1)
        case .tokenRight: walk(by: 1)
        case .move(let move): moveSelection(move)
        case .enter: open()
        case .back: return goBack()
        default: break
        }
        return []
    }

    mutating func focus(_ panel: Panel) {
        self.panel = panel
        if panel != .ring { middle = panel }
    }

    /// Goes one step out: of the filter, of the zoom, of what is selected on the ring.
    private mutating func goBack() -> [Effect] {
        let filter: String? =
            switch panel {
            case .nodes: nodes.filter
            case .replication: replication.filter
            case .events: events.filter
            case .ring, .traffic: nil
            }
        if filter != nil { return applyFilter(nil) }
        if isZoomed {
            isZoomed = false
        } else if panel == .events, !followsEvents {
            followsEvents = true
            settleLists()
        } else if token != nil {
            token = nil
        } else if selectedKey != nil {
            selectedKey = nil
        } else {
            toast = nil
        }
        return []
    }

    /// Walks the tokens of the ring; the selected node is then the token's owner.
    private mutating func walk(by step: Int) {
        guard let tokens = epoch?.tokens, !tokens.isEmpty else { return }
        let start = token ?? selectedKey.map { Slots.slot(ofBytes: $0) }
        let index: Int
        if let start, let at = tokens.firstIndex(where: { $0.slot >= start }) {
            let isOnToken = tokens[at].slot == start
            // From between two tokens the first step goes to the owner's token.
            index = isOnToken || step < 0 ? at + step : at
        } else {
            index = step > 0 ? 0 : tokens.count - 1
        }
        let wrapped = (index + tokens.count) % tokens.count
        token = tokens[wrapped].slot
        let owner = tokens[wrapped].member.number
        if let row = shownNodes.firstIndex(where: { $0.number == owner }) { nodes.selected = row }
    }

    private mutating func moveSelection(_ move: Action.Move) {
        let count = count(of: panel)
        switch panel {
        case .nodes: nodes.apply(move, count: count)
        case .replication: replication.apply(move, count: count)
        case .events:
            events.apply(move, count: count)
            followsEvents = events.selected == 0
        case .ring, .traffic: break
        }
    }

    private mutating func open() {
        switch panel {
        case .ring:
            let slot = token ?? selectedKey.map { Slots.slot(ofBytes: $0) }
            guard let slot else {
                return tell(.note, "walk to a token first, with the arrows left and right")
            }
            overlay = .details(.arc(slot: slot), scroll: 0)
        case .nodes:
            if let node = selectedNode { overlay = .details(.node(number: node.number), scroll: 0) }
        case .replication:
            let rows = shownRows
            if rows.indices.contains(replication.selected) { open(rows[replication.selected]) }
        case .events:
            let shown = shownEvents
            if shown.indices.contains(events.selected) {
                let event = shown[events.selected]
                overlay = .details(
                    .text(
                        title: "Event \(event.sequence) of \(event.node)", lines: [event.text]),
                    scroll: 0)
            }
        case .traffic: isZoomed.toggle()
        }
    }

    private mutating func open(_ row: ReplicationRow) {
        switch row {
        case .change, .failed: overlay = .details(.moves, scroll: 0)
        case .group(let group):
            guard let first = group.runs.first else { return }
            overlay = .details(.group(slot: first.first), scroll: 0)
        case .home(let node): overlay = .details(.node(number: node.number), scroll: 0)
        }
    }
}

extension Model.Panel {
    var next: Model.Panel { Self(rawValue: rawValue % 5 + 1) ?? .ring }
    var previous: Model.Panel { Self(rawValue: (rawValue + 3) % 5 + 1) ?? .ring }
}

extension ListState {
    mutating func apply(_ move: Action.Move, count: Int) {
        switch move {
        case .up: self.move(by: -1, count: count)
        case .down: self.move(by: 1, count: count)
        case .pageUp: self.move(by: -page, count: count)
        case .pageDown: self.move(by: page, count: count)
        case .top: self.move(by: -selected, count: count)
        case .bottom: self.move(by: count, count: count)
        }
    }
}

extension Action.Move {
    /// A scroll position after the move, among so many lines of which a page is in view.
    func scrolled(_ scroll: Int, lines: Int, page: Int) -> Int {
        max(0, min(scrolled(scroll, page: page), lines - page))
    }

    /// A scroll position after the move; the view limits it at the end.
    func scrolled(_ scroll: Int, page: Int) -> Int {
        switch self {
        case .up: max(0, scroll - 1)
        case .down: scroll + 1
        case .pageUp: max(0, scroll - page)
        case .pageDown: scroll + page
        case .top: 0
        case .bottom: Int(Int32.max)
        }
    }
}
