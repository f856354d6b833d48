import Client
import Ring
import Terminal

extension Painter {
    /// Reads and writes per second over time.
    mutating func drawTraffic(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .traffic
        let inner = area.width - 2
        let labelWidth = 5
        let figuresWidth = inner >= 60 ? 35 : 10
        let graphWidth = max(0, inner - labelWidth - figuresWidth - 2)
        let seconds = min(isASCII ? graphWidth : 2 * graphWidth, TrafficHistory.secondsMax)
        let inside = box(
            area, title: "4 Traffic", note: "\(seconds) s", isFocused: isFocused)
        guard inside.height > 0 else { return }
        if inside.height > 2 { drawCacheLine(model, inside) }
        guard let rates = model.status?.traffic else {
            text("no figures yet", inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        let rows = max(1, (inside.height - 1) / 2)
        let samples = Array(model.history.samples.suffix(seconds))
        let lines: [(String, Double, Int?, Int?, [Double])] = [
            (
                "get", rates.readsPerSecond, rates.readP50Microseconds, rates.readP99Microseconds,
                samples.map(\.reads)
            ),
            (
                "set", rates.writesPerSecond, rates.writeP50Microseconds,
                rates.writeP99Microseconds, samples.map(\.writes)
            ),
        ]
        for (index, line) in lines.enumerated() {
            let y = inside.y + index * rows
            guard y < inside.maxY else { continue }
            text(line.0, inside.x + 1, y, .title, in: inside)
            let graph = Rect(
                x: inside.x + labelWidth, y: y, width: graphWidth,
                height: min(rows, inside.maxY - y))
            drawGraph(line.4, graph)
            drawFigures(line.1, line.2, line.3, graph.maxX + 1, y, figuresWidth, inside)
        }
    }

    private mutating func drawFigures(
        _ rate: Double, _ p50: Int?, _ p99: Int?, _ x: Int, _ y: Int, _ width: Int, _ clip: Rect
    ) {
        text((rate.text(0) + "/s").fitted(10, isRight: true), x, y, .fg, in: clip)
        guard width > 10 else { return }
        let times = [p50, p99].map { $0?.latencyText ?? dash }
        text(" p50 \(times[0]) p99 \(times[1])", x + 10, y, .muted, in: clip)
    }

    /// What copies and guesses do, in one line.
    private mutating func drawCacheLine(_ model: Model, _ inside: Rect) {
        let row = Rect(x: inside.x, y: inside.maxY - 1, width: inside.width, height: 1)
        guard let settings = model.epoch?.settings else { return }
        let recent = model.cacheHistory.recent(of: nil)
        var x = text("cache ", row.x + 1, row.y, .title, in: row)
        x = text(" \(settings.coherence.rawValue)", x, row.y, .fg, in: row)
        if settings.isAnyCached {
            x = text("  hit \(recent.hitRate.percentText(dash))", x, row.y, .fg, in: row)
        }
        x = text("   prefetch ", x, row.y, .title, in: row)
        x = text(" \(settings.prefetching.rawValue)", x, row.y, .fg, in: row)
        if settings.prefetching != .off {
            text("  accuracy \(recent.accuracy.percentText(dash))", x, row.y, .fg, in: row)
        }
    }
}
