import Ring

extension Model {
    mutating func onKeysScreen(_ action: Action) -> [Effect] {
        switch action {
        case .mainScreen:
            if keys.focus == .value {
                keys.focus = .list
                return []
            }
            if keys.list.filter != nil {
                keys.list.filter = nil
                return searchKeys()
            }
            screen = .main
        case .nextPanel, .previousPanel, .enter:
            keys.focus = keys.focus == .list ? .value : .list
        case .valueMode:
            keys.mode = keys.mode.next
            keys.valueScroll = 0
        case .refresh: return searchKeys()
        case .move(let move):
            if keys.focus == .value {
                guard case .found(let value)? = keys.detail?.value else { return [] }
                let area = Layout(self).keysValue
                let lines = ValueText.lines(value, keys.mode, width: area.width - 4).count
                keys.valueScroll = move.scrolled(
                    keys.valueScroll, lines: lines, page: max(1, area.height - 2))
                return []
            }
            keys.list.apply(move, count: keys.keys.count)
            return followSelection()
        default: break
        }
        return []
    }

    /// Begins at the first page.
    mutating func searchKeys() -> [Effect] {
        keys.restart()
        keys.detail = nil
        keys.refreshedAt = now
        keys.trace = KeysTrace(live)
        return scan(cursor: "0")
    }

    private mutating func scan(cursor: String) -> [Effect] {
        let request = beginQuietly()
        keys.scanRequest = request
        return [.scan(request, cursor: cursor, pattern: keys.pattern)]
    }

    mutating func onScanned(
        _ request: Int, _ result: Result<KeyPage, AccessFailure>
    ) -> [Effect] {
        if keys.refresh?.request == request { return onRefreshed(result) }
        // An answer to an earlier search says nothing about this one.
        guard keys.scanRequest == request else { return [] }
        keys.scanRequest = nil
        switch result {
        case .success(let page): keys.take(page)
        case .failure(let failure): keys.problem = failure.text
        }
        keys.list.settle(count: keys.keys.count, page: keys.list.page)
        return followSelection()
    }

    // MARK: Following what others write

    /// Reads the list and the selected key anew once something was written; told of each snapshot.
    mutating func refreshKeys() -> [Effect] {
        guard screen == .keys, !isFrozen, keys.isStarted, keys.scanRequest == nil else { return [] }
        guard keys.refresh == nil else { return scanAnew() }
        let trace = KeysTrace(live)
        guard let trace, trace != keys.trace,
            now - keys.refreshedAt >= KeysRefresh.intervalMilliseconds
        else { return [] }
        keys.trace = trace
        keys.refreshedAt = now
        keys.refresh = KeysRefresh(at: now)
        return scanAnew() + rereadDetail()
    }

    /// Asks for the next page, unless one is out or there were enough in this second.
    private mutating func scanAnew() -> [Effect] {
        guard keys.refresh?.mayAsk(at: now) == true, let cursor = keys.refresh?.cursor else {
            return []
        }
        let request = beginQuietly()
        keys.refresh?.request = request
        return [.scan(request, cursor: cursor, pattern: keys.pattern)]
    }

    private mutating func onRefreshed(_ result: Result<KeyPage, AccessFailure>) -> [Effect] {
        guard var refresh = keys.refresh else { return [] }
        switch result {
        case .failure(let failure):
            keys.problem = failure.text
            // The next second tries again.
            keys.refresh = nil
            keys.trace = nil
            return []
        case .success(let page):
            refresh.take(page)
            guard refresh.covers(keys) else {
                keys.refresh = refresh
                return scanAnew()
            }
            keys.refresh = nil
            keys.take(refresh)
            return followSelection()
        }
    }

    /// Asks for the selected key again; what is known of it stays until the answers are there.
    private mutating func rereadDetail() -> [Effect] {
        guard let detail = keys.detail, detail.isComplete else { return [] }
        let value = beginQuietly()
        let placement = beginQuietly()
        keys.detail?.valueRequest = value
        keys.detail?.placementRequest = placement
        return [.perform(value, .get(key: detail.key)), .inspect(placement, key: detail.key)]
    }

    // MARK: The selected key

    /// Gets what the view needs: the next page near the end of the list, and the selected key.
    mutating func followSelection() -> [Effect] {
        var effects: [Effect] = []
        let isNearEnd = keys.list.selected + KeysModel.aheadCount >= keys.keys.count
        if keys.hasMore, keys.scanRequest == nil, isNearEnd, keys.problem == nil {
            keys.refresh = nil
            effects += scan(cursor: keys.cursor)
        }
        guard let key = keys.selectedKey else {
            keys.detail = nil
            return effects
        }
        selectedKey = key
        token = nil
        if keys.detail?.key == key { return effects }
        // One key at a time: while answers are out, the newest selection waits.
        if let detail = keys.detail, !detail.isComplete { return effects }
        return effects + loadDetail(key)
    }

    private mutating func loadDetail(_ key: [UInt8]) -> [Effect] {
        var detail = KeyDetail(key: key)
        let value = beginQuietly()
        let placement = beginQuietly()
        detail.valueRequest = value
        detail.placementRequest = placement
        keys.detail = detail
        keys.valueScroll = 0
        return [.perform(value, .get(key: key)), .inspect(placement, key: key)]
    }

    /// Reads the selected key again after a write to it.
    mutating func refreshDetail(of key: [UInt8]) -> [Effect] {
        guard screen == .keys, keys.selectedKey == key else { return [] }
        return loadDetail(key)
    }

    mutating func onInspected(
        _ request: Int, _ key: [UInt8], _ placements: [KeyPlacement]
    ) -> [Effect] {
        guard keys.detail?.placementRequest == request else { return [] }
        keys.detail?.placementRequest = nil
        keys.detail?.placements = placements
        return followSelection()
    }

    /// Takes the value that the detail waits for; nil when the answer was for something else.
    mutating func onDetailValue(_ request: Int, _ outcome: KeyOutcome) -> [Effect]? {
        guard let key = keys.detail?.key, keys.detail?.valueRequest == request else { return nil }
        keys.detail?.valueRequest = nil
        switch outcome {
        case .found(let value, _):
            keys.detail?.value = .found(value)
            checkUndo(request, key, found: value)
        case .written: keys.detail?.value = .missing("no value was answered")
        case .refused(let why):
            keys.detail?.value = .missing(why)
            checkUndo(request, key, found: nil)
        case .notDone(let why), .unknown(let why): keys.detail?.value = .missing(why)
        }
        return followSelection()
    }
}
