import Ring
import Terminal

extension Painter {
    /// The Caches screen: the mechanisms in force, what they do on each node, and over time.
    mutating func drawCaches(_ model: Model, _ layout: Layout) {
        drawMechanisms(model, layout.cachesTop)
        drawCacheNodes(model, layout.cachesNodes)
        guard layout.cachesCurves.count == 2 else { return }
        let row = model.selectedCacheRow
        drawHitRate(model, row, layout.cachesCurves[0])
        drawCurve(model, row, layout.cachesCurves[1])
    }

    // MARK: Mechanisms

    private mutating func drawMechanisms(_ model: Model, _ area: Rect) {
        let inside = box(area, title: "7 Caches", isFocused: false)
        guard let settings = model.epoch?.settings else {
            text("the ring is not known yet", inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        let coherence = Mechanism(
            name: "coherence", value: settings.coherence.rawValue,
            words: settings.coherence.words(settings), key: "c",
            isOn: settings.coherence != .off,
            behind: model.nodesBehind(settings.coherence, \.coherence))
        let prefetching = Mechanism(
            name: "prefetching", value: settings.prefetching.rawValue,
            words: settings.isGuessing
                ? settings.prefetching.words : "waits: without a coherence no copy is kept",
            key: "p", isOn: settings.prefetching != .off,
            behind: model.nodesBehind(settings.prefetching, \.prefetching))
        drawMechanism(coherence, model, inside, inside.y)
        drawMechanism(prefetching, model, inside, inside.y + 1)
        let rules = settings.coherenceRules.map { "\($0.prefix) \($0.coherence.rawValue)" }
        label("prefixes", inside, inside.y + 2)
        let listed =
            rules.isEmpty
            ? "none; :config coherence-prefixes \"user:=update a:=ttl\" sets some"
            : rules.joined(separator: ", ")
        text(
            listed.cut(to: inside.width - 17, isASCII: isASCII), inside.x + 16, inside.y + 2,
            rules.isEmpty ? .muted : .fg, in: inside)
        label("reader", inside, inside.y + 3)
        let (words, role) = readerText(model)
        text(
            words.cut(to: inside.width - 17, isASCII: isASCII), inside.x + 16, inside.y + 3, role,
            in: inside)
    }

    private struct Mechanism {
        var name: String
        var value: String
        var words: String
        var key: String
        var isOn: Bool
        var behind: [String]
    }

    private mutating func label(_ name: String, _ inside: Rect, _ y: Int) {
        text(name, inside.x + 3, y, .title, in: inside)
    }

    private mutating func drawMechanism(
        _ mechanism: Mechanism, _ model: Model, _ inside: Rect, _ y: Int
    ) {
        if !model.isReadOnly { text(mechanism.key, inside.x + 1, y, .keybarKey, in: inside) }
        label(mechanism.name, inside, y)
        let x = text(
            mechanism.value.fitted(11) + " ", inside.x + 16, y,
            mechanism.isOn ? .replOK : .fg, in: inside)
        var words = mechanism.words
        var role = ThemeRole.muted
        if !mechanism.behind.isEmpty {
            words =
                "not yet in force on "
                + mechanism.behind.map { ForeignText.shown($0) }
                .joined(separator: " ")
            role = .stateSuspect
        }
        text(words.cut(to: inside.maxX - x - 1, isASCII: isASCII), x, y, role, in: inside)
    }

    /// What the reader does, or how it is started.
    private func readerText(_ model: Model) -> (String, ThemeRole) {
        guard let reader = model.caches.reader else {
            return ("none; r reads a key 200 times a second through the selected node", .muted)
        }
        let key = ForeignText.shown(reader.wish.key, columnsMax: 30).cut(to: 30, isASCII: isASCII)
        let node = ForeignText.shown(reader.wish.node)
        var text = "\(key) through \(node)"
        if let epoch = model.epoch, let member = epoch.member(named: reader.wish.node) {
            let part = epoch.shortRole(of: member.number, for: reader.wish.key)
            text += " (\(part))"
        }
        guard let news = reader.news else { return (text + " begins", .fg) }
        text += "  \(news.perSecond.text(0))/s"
        if let microseconds = news.microseconds {
            text += " in \((microseconds / 1_000).text(2)) ms"
        }
        guard news.errors > 0 else { return (text + "  r stops it", .fg) }
        let why = news.problem.map { ": " + ForeignText.shown($0) } ?? ""
        return (text + "  \(news.errors.of("error"))\(why)", .stateDown)
    }

    // MARK: Nodes

    private mutating func drawCacheNodes(_ model: Model, _ area: Rect) {
        let rows = model.cacheRows
        let bound = model.epoch.map { "up to \($0.settings.cacheBytes.bytesText) of copies each" }
        let inside = box(area, title: "Nodes", note: bound ?? "", isFocused: true)
        guard inside.height > 0 else { return }
        guard !rows.isEmpty else {
            text("no node has answered yet", inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        let isPrefetching = model.epoch?.settings.prefetching != .off
        let columns = CacheColumns(
            width: inside.width, isPrefetching: isPrefetching, isASCII: isASCII)
        text(columns.heading, inside.x, inside.y, .muted, in: inside)
        let list = Rect(
            x: inside.x, y: inside.y + 1, width: inside.width, height: inside.height - 1)
        var state = model.caches.list
        state.settle(count: rows.count, page: list.height)
        let seconds = model.cacheHistory.recentSeconds
        for (index, place) in self.rows(list, state, count: rows.count) {
            drawCacheRow(rows[index], columns, seconds, place)
            if index == state.selected {
                grid.set(place.x, place.y, isASCII ? ">" : "▌", theme[.borderFocus])
                select(
                    Rect(x: place.x + 1, y: place.y, width: place.width - 1, height: 1),
                    isFocused: true)
            }
        }
        scrollBar(area, top: state.top, page: list.height, count: rows.count, isFocused: true)
    }

    private mutating func drawCacheRow(
        _ row: CacheRow, _ columns: CacheColumns, _ seconds: Double, _ place: Rect
    ) {
        if let number = row.number {
            grid.set(place.x + 1, place.y, glyph(number), ownerStyle(number).adding(.bold))
        }
        var x = text(
            ForeignText.shown(row.name).fitted(columns.name, isASCII: isASCII) + " ", place.x + 3,
            place.y, row.number == nil ? .title : .fg, in: place)
        for column in columns.shown {
            if column.figure == .share {
                drawShare(row, x, place.y, column.width)
            } else {
                let shown = row.isServing ? column.figure.text(of: row, seconds) : nil
                text(
                    (shown ?? dash).fitted(column.width, isRight: true, isASCII: isASCII), x,
                    place.y, .fg, in: place)
            }
            x += column.width + 1
        }
    }

    /// A bar of how full the copies' memory is.
    private mutating func drawShare(_ row: CacheRow, _ x: Int, _ y: Int, _ width: Int) {
        let share = row.levels.bytesMax > 0 ? row.levels.bytes / row.levels.bytesMax : 0
        // Less than a hundredth is as good as empty.
        let least = share >= 0.01 ? 1 : 0
        let filled = max(least, min(width, Int((share * Double(width)).rounded())))
        for column in 0..<width {
            let isOn = row.isServing && column < filled
            let on: Unicode.Scalar = isASCII ? "#" : "▇"
            let off: Unicode.Scalar = isASCII ? "." : "░"
            grid.set(x + column, y, isOn ? on : off, theme[isOn ? .graphLow : .muted])
        }
    }
}

extension ClusterSettings {
    /// Whether prefetching, if it is on, has copies to fill.
    fileprivate var isGuessing: Bool { prefetching == .off || isAnyCached }
}

extension RingEpoch {
    /// What a node is to a key, in a word or two.
    func shortRole(of node: Int, for key: [UInt8]) -> String {
        guard let era = arc(at: Slots.slot(ofBytes: key))?.present else { return "" }
        if era.home == node { return "its home" }
        return era.replicas.contains(node) ? "a successor" : "no replica"
    }
}
