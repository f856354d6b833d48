import Client
import Terminal

extension Model {
    /// Takes one event and says what is to be done.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: the dashboard's monotonic clock in milliseconds.
    /// - Returns: the effects, in order.
    mutating func update(_ event: Event, at now: Int) -> [Effect] {
        self.now = now
        expire()
        fitLists()
        return take(event)
    }

    private mutating func take(_ event: Event) -> [Effect] {
        switch event {
        case .tick: return []
        case .resized(let size):
            self.size = size
            return []
        case .snapshot(let snapshot): return onSnapshot(snapshot)
        case .input(let input): return isUsable ? onInput(input) : onInputWithoutRoom(input)
        case .performed(let request, let what, let outcome):
            return onPerformed(request, what, outcome)
        case .scanned(let request, let result): return onScanned(request, result)
        case .inspected(let request, let key, let placements):
            return onInspected(request, key, placements)
        case .acted(let request, let result):
            finish(request)
            switch result {
            case .success(let text): tell(.done, ForeignText.shown(text))
            case .failure(let failure): tell(.problem, ForeignText.shown(failure.text))
            }
            return []
        case .untidy(let failure):
            tell(.problem, ForeignText.shown(failure.text))
            return []
        case .planned(let request, let wish, let result):
            onPlanned(request, wish, result)
            return []
        case .stoppedAll(let request, let result):
            finish(request)
            switch result {
            case .success(let text): return [.end(.stoppedAll(text))]
            case .failure(let failure):
                tell(.problem, ForeignText.shown(failure.text))
                return []
            }
        case .reader(let request, let news):
            onReader(request, news)
            return []
        case .bench(let request, let news):
            onBench(request, news)
            return []
        case .benched(let request, let result):
            onBenched(request, result)
            return []
        case .themed(let result):
            onTheme(result)
            return []
        }
    }

    /// Lets go of what has had its time.
    private mutating func expire() {
        spokes.removeAll { now - $0.began >= Spoke.lifeMilliseconds }
        if let toast, toast.kind != .problem, now - toast.began >= Toast.lifeMilliseconds {
            self.toast = nil
        }
    }

    /// When the picture changes without an event, as a time on the dashboard's clock; nil if never.
    var nextChange: Int? {
        var times: [Int] = []
        times += spokes.map { $0.nextStep(after: now) }
        if let toast, toast.kind != .problem { times.append(toast.began + Toast.lifeMilliseconds) }
        for operation in running {
            let first = operation.began + Running.patienceMilliseconds
            times.append(max(first, now + 100))
        }
        if isBlinking { times.append((now / Blink.milliseconds + 1) * Blink.milliseconds) }
        return times.min()
    }

    private mutating func onSnapshot(_ snapshot: ClusterSnapshot) -> [Effect] {
        let known = Known(snapshot, after: live)
        let selected = selectedNode?.number
        live = known
        let effects = tellEnds(in: snapshot.epoch) + refreshKeys()
        history.take(known.status?.traffic, at: snapshot.milliseconds)
        let found = spokeFinder.take(snapshot, at: now)
        guard !isFrozen else { return effects }
        spokes = Array((spokes + found).suffix(Spoke.countMax))
        if let selected, let index = shownNodes.firstIndex(where: { $0.number == selected }) {
            nodes.selected = index
        }
        settleLists()
        return effects
    }

    /// Tells each list how many of its rows are in view, so that paging goes by what is seen.
    private mutating func fitLists() {
        let layout = Layout(self)
        func page(_ panel: Panel, _ state: ListState) -> Int {
            guard let area = layout.panels[panel] else { return state.page }
            return max(1, area.height - 2 - panel.headingRows)
        }
        nodes.page = page(.nodes, nodes)
        replication.page = ReplicationLine.page(
            shownRows, height: page(.replication, replication))
        events.page = page(.events, events)
        if screen == .keys { keys.list.page = max(1, layout.keysList.height - 2) }
        if screen == .caches { caches.list.page = max(1, layout.cachesNodes.height - 3) }
    }

    /// Keeps selections within lists that have changed.
    mutating func settleLists() {
        nodes.settle(count: count(of: .nodes), page: nodes.page)
        replication.settle(count: count(of: .replication), page: replication.page)
        if followsEvents { events.selected = 0 }
        events.settle(count: count(of: .events), page: events.page)
        if screen == .caches { caches.list.settle(count: cacheRows.count, page: caches.list.page) }
    }

    /// Says something in the line for it.
    mutating func tell(_ kind: Toast.Kind, _ text: String, canUndo: Bool = false) {
        toast = Toast(kind: kind, text: text, began: now, canUndo: canUndo)
    }

    /// Gives a request its number and shows it as running.
    mutating func begin(_ text: String) -> Int {
        let request = beginQuietly()
        running.append(Running(request: request, text: text, began: now))
        return request
    }

    /// A number for a request that is not shown as running.
    mutating func beginQuietly() -> Int {
        let request = nextRequest
        nextRequest += 1
        return request
    }

    mutating func finish(_ request: Int) {
        running.removeAll { $0.request == request }
    }

    private mutating func onTheme(_ result: Result<ThemeLibrary.Found, AccessFailure>) {
        switch result {
        case .success(let found):
            theme = found.theme.resolved(depth: capabilities.depth)
            tell(.done, "theme \(found.theme.name)")
            report(found.warnings)
        case .failure(let failure): tell(.problem, failure.text)
        }
    }

    /// Warns of what was wrong in a theme file.
    mutating func report(_ warnings: [ThemeWarning]) {
        guard let first = warnings.first else { return }
        let more = warnings.count > 1 ? " (and \((warnings.count - 1).of("more warning")))" : ""
        tell(.problem, "theme: \(first)\(more)")
    }

    /// On a screen without room only leaving works.
    private mutating func onInputWithoutRoom(_ input: InputEvent) -> [Effect] {
        switch input {
        case .key(.character("q")), .key(.control("c")), .key(.function(10)): [.end(.quit)]
        case .key(.control("z")): [.suspend]
        case .key(.control("l")): [.repaint]
        default: []
        }
    }
}
