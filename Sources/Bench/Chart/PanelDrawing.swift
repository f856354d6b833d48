/// Draws one panel in a place of its own, whose origin is its upper left corner.
struct PanelDrawing {
    private let panel: ChartPanel
    private let color: (String) -> String
    private let x: ChartScale
    private let y: ChartScale

    private static let left = 58.0
    private static let right = Chart.Size.panelWidth - 14
    private static let top = 26.0
    private static let bottom = Chart.Size.panelHeight - 46
    /// Most places on a horizontal axis that are all named.
    private static let namedMax = 10
    private static let axisColor = "#666666"
    private static let gridColor = "#e4e4e4"

    init(_ panel: ChartPanel, color: @escaping (String) -> String) {
        self.panel = panel
        self.color = color
        let points = panel.series.flatMap(\.points).filter(\.isFinite)
        if case .bars(let groups) = panel.kind {
            let ends = [0, Double(max(1, groups.count))]
            x = ChartScale(
                exactly: ends[0]...ends[1], isLogarithmic: false, from: Self.left, to: Self.right)
        } else {
            x = Self.horizontal(points.map(\.x), isLogarithmic: panel.isXLogarithmic)
        }
        let heights = points.flatMap { [$0.low, $0.high] } + [panel.yTop].compactMap(\.self)
        y = ChartScale(
            heights, isLogarithmic: panel.isYLogarithmic, beginsAtZero: true, from: Self.bottom,
            to: Self.top)
    }

    /// An axis for lines: doublings and the like are its ticks themselves.
    private static func horizontal(_ values: [Double], isLogarithmic: Bool) -> ChartScale {
        let places = Set(values).sorted()
        if isLogarithmic, (2...namedMax).contains(places.count), places[0] > 0 {
            return ChartScale(
                exactly: places[0]...places[places.count - 1], isLogarithmic: true,
                ticks: places, from: left, to: right)
        }
        return ChartScale(
            values, isLogarithmic: isLogarithmic, beginsAtZero: false, from: left, to: right)
    }

    /// Draws axes, what lies between them and labels.
    func draw(in text: inout SVGText) {
        text.text(
            panel.title,
            ["x": SVGText.number(Self.left), "y": "14", "font-size": "13", "font-weight": "600"])
        drawGrid(&text)
        switch panel.kind {
        case .lines:
            for series in panel.series { drawBand(series, &text) }
            for series in panel.series { drawLine(series, &text) }
        case .bars(let groups): drawBars(groups, &text)
        }
        drawAxes(&text)
    }

    // MARK: - Axes

    private func drawGrid(_ text: inout SVGText) {
        for tick in y.ticks {
            let place = SVGText.number(y.place(tick))
            text.element(
                "line",
                [
                    "x1": SVGText.number(Self.left), "x2": SVGText.number(Self.right),
                    "y1": place, "y2": place, "stroke": Self.gridColor,
                ])
            text.text(
                ChartScale.text(tick),
                [
                    "x": SVGText.number(Self.left - 6),
                    "y": SVGText.number(y.place(tick) + 4), "text-anchor": "end",
                    "font-size": "11", "fill": Self.axisColor,
                ])
        }
    }

    private func drawAxes(_ text: inout SVGText) {
        let corners = [
            (Self.left, Self.top), (Self.left, Self.bottom), (Self.right, Self.bottom),
        ].map { "\(SVGText.number($0.0)) \(SVGText.number($0.1))" }
        let path = "M" + corners.joined(separator: "L")
        text.element("path", ["d": path, "fill": "none", "stroke": Self.axisColor])
        switch panel.kind {
        case .lines:
            for tick in x.ticks { drawName(ChartScale.text(tick), at: x.place(tick), &text) }
        case .bars(let groups):
            for (index, name) in groups.enumerated() {
                drawName(name, at: x.place(Double(index) + 0.5), &text)
            }
        }
        let middle = SVGText.number((Self.left + Self.right) / 2)
        text.text(
            panel.xLabel,
            [
                "x": middle, "y": SVGText.number(Self.bottom + 34), "text-anchor": "middle",
                "fill": "#444444",
            ])
        let height = SVGText.number((Self.top + Self.bottom) / 2)
        text.text(
            panel.yLabel,
            [
                "transform": "translate(13 \(height)) rotate(-90)", "text-anchor": "middle",
                "fill": "#444444",
            ])
    }

    private func drawName(_ name: String, at place: Double, _ text: inout SVGText) {
        text.text(
            name,
            [
                "x": SVGText.number(place), "y": SVGText.number(Self.bottom + 16),
                "text-anchor": "middle", "font-size": "11", "fill": Self.axisColor,
            ])
    }

    // MARK: - Data

    private func drawBand(_ series: ChartSeries, _ text: inout SVGText) {
        let points = series.points.filter(\.isFinite)
        guard points.contains(where: { $0.high > $0.low }) else { return }
        let upper = points.map { place($0.x, $0.high) }
        let lower = points.reversed().map { place($0.x, $0.low) }
        text.element(
            "polygon",
            [
                "points": (upper + lower).joined(separator: " "), "fill": color(series.name),
                "fill-opacity": "0.12",
            ])
    }

    private func drawLine(_ series: ChartSeries, _ text: inout SVGText) {
        let points = series.points.filter(\.isFinite)
        guard !points.isEmpty else { return }
        let color = color(series.name)
        text.element(
            "polyline",
            [
                "points": points.map { place($0.x, $0.y) }.joined(separator: " "), "fill": "none",
                "stroke": color, "stroke-width": "2", "stroke-linejoin": "round",
            ])
        for point in points {
            text.element(
                "circle",
                [
                    "cx": SVGText.number(x.place(point.x)), "cy": SVGText.number(y.place(point.y)),
                    "r": "3", "fill": color,
                ])
        }
    }

    private func drawBars(_ groups: [String], _ text: inout SVGText) {
        let slot = (x.place(1) - x.place(0)) * 0.86 / Double(max(1, panel.series.count))
        for (index, series) in panel.series.enumerated() {
            let color = color(series.name)
            for point in series.points where point.isFinite {
                let begin =
                    x.place(point.x) + (x.place(1) - x.place(0)) * 0.07 + Double(index) * slot
                let top = y.place(point.y)
                text.element(
                    "rect",
                    [
                        "x": SVGText.number(begin), "y": SVGText.number(top),
                        "width": SVGText.number(slot * 0.9),
                        "height": SVGText.number(max(0, Self.bottom - top)), "fill": color,
                    ])
                drawWhisker(point, at: begin + slot * 0.45, &text)
            }
        }
    }

    private func drawWhisker(_ point: ChartPoint, at middle: Double, _ text: inout SVGText) {
        guard point.high > point.low else { return }
        let place = SVGText.number(middle)
        text.element(
            "line",
            [
                "x1": place, "x2": place, "y1": SVGText.number(y.place(point.low)),
                "y2": SVGText.number(y.place(point.high)), "stroke": "#222222",
            ])
    }

    private func place(_ horizontal: Double, _ vertical: Double) -> String {
        "\(SVGText.number(x.place(horizontal))),\(SVGText.number(y.place(vertical)))"
    }
}
