extension Chart {
    /// Sizes in pixels.
    enum Size {
        static let panelWidth = 400.0
        static let panelHeight = 250.0
        static let margin = 20.0
        static let legendLine = 20.0
        /// About the width of a character of the legend.
        static let character = 7.0
    }

    /// Colours that people with any colour vision tell apart (Okabe and Ito, 2008).
    static let colors = [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8A8A00",
    ]

    /// The colour of a series' name.
    func color(of name: String) -> String {
        Self.colors[(legend.firstIndex(of: name) ?? 0) % Self.colors.count]
    }

    /// The picture as one SVG document.
    public func svg() -> String {
        let columns = Double(rows.map(\.count).max() ?? 1)
        let width = 2 * Size.margin + max(1, columns) * Size.panelWidth
        let legendRows = legendRows(within: width - 2 * Size.margin)
        let top = Size.margin + (subtitle.isEmpty ? 34 : 54)
        let panelsTop = top + Double(legendRows.count) * Size.legendLine + 8
        let height = panelsTop + Double(rows.count) * Size.panelHeight + Size.margin
        var text = SVGText()
        text.element("rect", ["width": "100%", "height": "100%", "fill": "#ffffff"])
        text.text(
            title,
            ["x": SVGText.number(Size.margin), "y": "36", "font-size": "18", "font-weight": "600"])
        if !subtitle.isEmpty {
            text.text(
                subtitle, ["x": SVGText.number(Size.margin), "y": "56", "fill": "#555555"])
        }
        for (line, entries) in legendRows.enumerated() {
            draw(entries, top: top + Double(line) * Size.legendLine, in: &text)
        }
        for (row, panels) in rows.enumerated() {
            for (column, panel) in panels.enumerated() {
                let x = Size.margin + Double(column) * Size.panelWidth
                let y = panelsTop + Double(row) * Size.panelHeight
                let place = "\(SVGText.number(x)) \(SVGText.number(y))"
                text.beginGroup(["transform": "translate(\(place))"])
                PanelDrawing(panel, color: color).draw(in: &text)
                text.endGroup()
            }
        }
        let size = "\(SVGText.number(width)) \(SVGText.number(height))"
        let head =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" "
            + "width=\"\(SVGText.number(width))\" height=\"\(SVGText.number(height))\" "
            + "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\" "
            + "font-size=\"12\" fill=\"#222222\" role=\"img\">"
        let name = "<title>\(SVGText.escaped(title))</title>"
        return ([head, name] + text.lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private struct Entry {
        var name: String
        var x: Double
    }

    private func legendRows(within width: Double) -> [[Entry]] {
        var rows: [[Entry]] = []
        var x = width
        for name in legend {
            let size = 34 + Double(name.count) * Size.character
            if x + size > width {
                rows.append([])
                x = 0
            }
            rows[rows.count - 1].append(Entry(name: name, x: x))
            x += size
        }
        return rows
    }

    private func draw(_ entries: [Entry], top: Double, in text: inout SVGText) {
        for entry in entries {
            let x = Size.margin + entry.x
            text.element(
                "rect",
                [
                    "x": SVGText.number(x), "y": SVGText.number(top), "width": "12",
                    "height": "12", "rx": "2", "fill": color(of: entry.name),
                ])
            text.text(
                entry.name, ["x": SVGText.number(x + 18), "y": SVGText.number(top + 10)])
        }
    }
}
