import Terminal

extension Painter {
    /// A filled curve, newest at the right.
    ///
    /// - Parameters:
    ///   - values: oldest first; two for each column, in ASCII one.
    ///   - area: where it goes.
    ///   - peak: the value that fills the height; nil is the largest one.
    ///   - isLoad: whether what is high is shown as hot.
    mutating func drawGraph(
        _ values: [Double], _ area: Rect, peak: Double? = nil, isLoad: Bool = true
    ) {
        guard area.width > 0, area.height > 0 else { return }
        let peak = peak ?? max(values.max() ?? 0, 1)
        if isASCII {
            drawPlainGraph(values, area, peak)
            return
        }
        var canvas = BrailleCanvas(size: Size(width: area.width, height: area.height))
        let height = 4 * area.height
        // The base line is whole from the beginning, so that an idle cluster changes nothing.
        for x in 0..<2 * area.width { canvas.set(x, height - 1) }
        for (offset, value) in values.suffix(2 * area.width).reversed().enumerated()
        where value > 0 {
            let dots = max(1, min(height, Int((value / peak * Double(height)).rounded())))
            for dot in 0..<dots { canvas.set(2 * area.width - 1 - offset, height - 1 - dot) }
        }
        for row in 0..<area.height {
            let level = Double(area.height - row) / Double(area.height)
            let role: ThemeRole =
                !isLoad || area.height == 1 || level <= 0.5
                ? .graphLow : level < 0.9 ? .graphMid : .graphHigh
            for column in 0..<area.width {
                let pattern = canvas.pattern(column, row)
                guard pattern != 0 else { continue }
                grid.set(
                    area.x + column, area.y + row, BrailleCanvas.scalar(pattern), theme[role])
            }
        }
    }

    private mutating func drawPlainGraph(_ values: [Double], _ area: Rect, _ peak: Double) {
        let steps = Array(" .:-=+*#".unicodeScalars)
        for (offset, value) in values.suffix(area.width).reversed().enumerated() {
            let share = value / peak * Double(area.height)
            for row in 0..<area.height {
                let part = max(0, min(1, share - Double(area.height - 1 - row)))
                let step = Int((part * Double(steps.count - 1)).rounded(.up))
                grid.set(area.maxX - 1 - offset, area.y + row, steps[step], theme[.graphLow])
            }
        }
    }

    /// Seconds that a curve of so many columns has.
    func graphSeconds(_ columns: Int) -> Int { isASCII ? columns : 2 * columns }
}
