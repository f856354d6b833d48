import Ring
import Terminal

extension Painter {
    /// The hit rate over time, with the names of the mechanisms where they came in force.
    mutating func drawHitRate(_ model: Model, _ row: CacheRow?, _ area: Rect) {
        let history = model.cacheHistory
        let recent = history.recent(of: row?.number)
        let seconds = graphSeconds(area.width - 2 - Self.axisWidth)
        let inside = box(
            area, title: "Hit rate, \(name(of: row)): \(recent.hitRate.percentText(dash))",
            note: "\(min(seconds, CacheHistory.secondsMax)) s", isFocused: false)
        guard inside.height > 1 else { return }
        let curve = Rect(
            x: inside.x, y: inside.y, width: inside.width, height: inside.height - 1)
        let values = history.curve(of: row?.number, seconds: seconds, \.hitRate)
        drawCurve(values, curve, peak: 1, top: "100 %", bottom: "0 %")
        let names = history.mechanisms.map(\.name)
        drawMarks(
            names,
            Rect(
                x: inside.x + Self.axisWidth, y: inside.maxY - 1,
                width: inside.width - Self.axisWidth, height: 1))
    }

    /// The curve that is chosen for the other half.
    mutating func drawCurve(_ model: Model, _ row: CacheRow?, _ area: Rect) {
        let history = model.cacheHistory
        let chosen = model.caches.curve
        let seconds = graphSeconds(area.width - 2 - Self.axisWidth)
        let values = history.curve(of: row?.number, seconds: seconds, chosen.figure)
        let present = chosen.figure(history.recent(of: row?.number)).map(chosen.text) ?? dash
        let inside = box(
            area, title: "\(chosen.title), \(name(of: row)): \(present)", note: "Tab another",
            isFocused: false)
        guard inside.height > 1 else { return }
        let peak = chosen.peak ?? Self.roundPeak(values.compactMap(\.self).max() ?? 0)
        let curve = Rect(
            x: inside.x, y: inside.y, width: inside.width, height: inside.height - 1)
        drawCurve(values, curve, peak: peak, top: chosen.text(peak), bottom: "0")
        textRight("now", endingAt: inside.maxX, inside.maxY - 1, .muted, in: inside)
    }

    private static let axisWidth = 7

    private func name(of row: CacheRow?) -> String {
        guard let row, row.number != nil else { return "all nodes" }
        return ForeignText.shown(row.name)
    }

    private mutating func drawCurve(
        _ values: [Double?], _ area: Rect, peak: Double, top: String, bottom: String
    ) {
        let edge = area.x + Self.axisWidth - 1
        textRight(top, endingAt: edge, area.y, .muted, in: area)
        textRight(bottom, endingAt: edge, area.maxY - 1, .muted, in: area)
        let graph = Rect(
            x: area.x + Self.axisWidth, y: area.y, width: area.width - Self.axisWidth,
            height: area.height)
        drawGraph(values.map { $0 ?? 0 }, graph, peak: peak, isLoad: false)
    }

    /// Writes a name below the column in which it began to hold, cut where the next one begins.
    ///
    /// The newest is written whole, at the left of its mark where there is no room at the right:
    /// people have just chosen it.
    private mutating func drawMarks(_ names: [String], _ row: Rect) {
        let perColumn = isASCII ? 1 : 2
        let shown = Array(names.suffix(row.width * perColumn))
        let starts = shown.indices.filter { $0 == 0 || shown[$0] != shown[$0 - 1] }
        func column(_ index: Int) -> Int { row.maxX - 1 - (shown.count - 1 - index) / perColumn }
        guard let last = starts.last else { return }
        let newest = shown[last]
        let fits = column(last) + 1 + newest.columns <= row.maxX
        let newestStart = fits ? column(last) : max(row.x, column(last) - newest.columns)
        let bar = isASCII ? "|" : "│"
        for (start, next) in zip(starts, starts.dropFirst()) {
            let room = min(column(next), newestStart) - column(start) - 1
            // Two letters of a name say nothing.
            let name = room < min(3, shown[start].columns) ? "" : String(shown[start].prefix(room))
            text(bar + name, column(start), row.y, .muted, in: row)
        }
        let mark = fits ? bar + newest : newest + (isASCII ? "|" : "┤")
        text(mark, newestStart, row.y, .accent, in: row)
    }

    /// A number to end an axis with: 1, 2 or 5 times a power of ten, at least the value.
    static func roundPeak(_ value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 1 }
        var power = 1e-3
        while power < 1e15 {
            for step in [1.0, 2.0, 5.0] where step * power >= value { return step * power }
            power *= 10
        }
        return value
    }
}

extension CacheHistory.Mechanisms {
    /// Both in few letters; what is off goes without saying beside the other.
    var name: String {
        if prefetching == .off { return coherence.rawValue }
        return "\(coherence.rawValue)+\(prefetching.rawValue)"
    }
}

extension CachesModel.Curve {
    var title: String {
        switch self {
        case .messagesPerRead: "Messages per read"
        case .messagesPerWrite: "Messages per write"
        case .accuracy: "Guesses used"
        case .reads: "Reads that may be cached"
        }
    }

    /// What the axis ends with; nil goes by the largest value.
    var peak: Double? { self == .accuracy ? 1 : nil }

    /// The figure of some seconds.
    func figure(_ counts: CacheCounts) -> Double? {
        switch self {
        case .messagesPerRead: counts.messagesPerRead
        case .messagesPerWrite: counts.messagesPerWrite
        case .accuracy: counts.accuracy
        case .reads: counts.reads
        }
    }

    /// A value with its unit.
    func text(_ value: Double) -> String {
        switch self {
        case .messagesPerRead, .messagesPerWrite: value.text(value < 10 ? 2 : 0)
        case .accuracy: "\((100 * value).text(0)) %"
        case .reads: CacheColumns.Figure.limited(value.rounded()).fitting(6)
        }
    }
}
