import Client
import Terminal

extension Painter {
    /// Reads and writes per second over time.
    mutating func drawTraffic(_ model: Model, _ area: Rect) {
        let isFocused = model.screen == .main && model.panel == .traffic
        let inner = area.width - 2
        let labelWidth = 5
        let figuresWidth = inner >= 60 ? 33 : 10
        let graphWidth = max(0, inner - labelWidth - figuresWidth - 2)
        let seconds = min(isASCII ? graphWidth : 2 * graphWidth, TrafficHistory.secondsMax)
        let inside = box(
            area, title: "4 Traffic", note: "\(seconds) s", isFocused: isFocused)
        guard inside.height > 0 else { return }
        guard let rates = model.status?.traffic else {
            text("no figures yet", inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        let rows = max(1, inside.height / 2)
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
            guard y < inside.maxY else { return }
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
        guard width > 10, let p50, let p99 else { return }
        text(" p50 \(p50.latencyText) p99 \(p99.latencyText)", x + 10, y, .muted, in: clip)
    }

    /// A filled curve, newest at the right, scaled to its largest value.
    private mutating func drawGraph(_ values: [Double], _ area: Rect) {
        guard area.width > 0, area.height > 0 else { return }
        let peak = max(values.max() ?? 0, 1)
        if isASCII {
            let steps = Array(" .:-=+*#".unicodeScalars)
            for (offset, value) in values.suffix(area.width).reversed().enumerated() {
                let share = value / peak * Double(area.height)
                for row in 0..<area.height {
                    let part = max(0, min(1, share - Double(area.height - 1 - row)))
                    let step = Int((part * Double(steps.count - 1)).rounded(.up))
                    grid.set(
                        area.maxX - 1 - offset, area.y + row, steps[step], theme[.graphLow])
                }
            }
            return
        }
        var canvas = BrailleCanvas(size: Size(width: area.width, height: area.height))
        let height = 4 * area.height
        // The base line is whole from the beginning, so that an idle cluster changes nothing.
        for x in 0..<2 * area.width { canvas.set(x, height - 1) }
        for (offset, value) in values.suffix(2 * area.width).reversed().enumerated()
        where value > 0 {
            let dots = max(1, Int((value / peak * Double(height)).rounded()))
            for dot in 0..<dots { canvas.set(2 * area.width - 1 - offset, height - 1 - dot) }
        }
        for row in 0..<area.height {
            let level = Double(area.height - row) / Double(area.height)
            let role: ThemeRole =
                area.height == 1 || level <= 0.5 ? .graphLow : level < 0.9 ? .graphMid : .graphHigh
            for column in 0..<area.width {
                let pattern = canvas.pattern(column, row)
                guard pattern != 0 else { continue }
                grid.set(
                    area.x + column, area.y + row, BrailleCanvas.scalar(pattern), theme[role])
            }
        }
    }
}
