import Terminal

extension Painter {
    /// The Bench screen: a form, how far it has come, and what came of it as table and plot.
    mutating func drawBench(_ model: Model, _ layout: Layout) {
        drawBenchForm(model.bench, layout.benchForm)
        drawBenchProgress(model, layout.benchProgress)
        drawBenchTable(model.bench, layout.benchTable)
        if layout.benchPlot.height > 2 { drawBenchPlot(model.bench, layout.benchPlot) }
    }

    private mutating func drawBenchForm(_ bench: BenchModel, _ area: Rect) {
        let isFocused = bench.run == nil
        let inside = box(area, title: "8 Bench", isFocused: isFocused)
        for (index, field) in bench.fields.enumerated() {
            let row = Rect(x: inside.x, y: inside.y + index, width: inside.width, height: 1)
            guard row.y < inside.maxY else { return }
            let (label, value) = bench.text(of: field)
            let isSelected = isFocused && field == bench.field
            text(label, row.x + 1, row.y, isSelected ? .accent : .title, in: row)
            let marks = isASCII ? ("<", ">") : ("◀", "▶")
            if isSelected { text(marks.0, row.x + 12, row.y, .keybarKey, in: row) }
            let x = text(
                value.cut(to: row.width - 17, isASCII: isASCII), row.x + 14, row.y,
                isSelected ? .accent : .fg, in: row)
            if isSelected { text(marks.1, x + 1, row.y, .keybarKey, in: row) }
        }
    }

    // MARK: Progress

    private mutating func drawBenchProgress(_ model: Model, _ area: Rect) {
        guard let run = model.bench.run else { return drawBenchHints(model, area) }
        let inside = box(area, title: run.isStopping ? "Stopping" : "Running", isFocused: true)
        let news = run.news
        let share = max(0, min(1, news?.share ?? 0))
        let percent = "\(Int(100 * share)) %"
        let bar = Rect(
            x: inside.x + 1, y: inside.y, width: max(0, inside.width - 8), height: 1)
        let filled = Int((share * Double(bar.width)).rounded())
        for column in 0..<bar.width {
            let isOn = column < filled
            let on: Unicode.Scalar = isASCII ? "#" : "▇"
            let off: Unicode.Scalar = isASCII ? "." : "░"
            grid.set(bar.x + column, bar.y, isOn ? on : off, theme[isOn ? .graphLow : .muted])
        }
        textRight(percent, endingAt: inside.maxX - 1, bar.y, .fg, in: inside)
        let stage = ForeignText.shown(news?.stage ?? "connecting")
        text(
            stage.cut(to: inside.width - 2, isASCII: isASCII), inside.x + 1, inside.y + 1, .fg,
            in: inside)
        let rate = news?.perSecond.map { "\($0.text(0)) operations/s" }
        let left = news?.secondsLeft.map { seconds in
            "about \(Int(max(0, min(seconds, 1e9)) * 1_000).durationText) left"
        }
        let figures = [rate, left].compactMap(\.self).joined(separator: "  ")
        text(figures, inside.x + 1, inside.y + 2, .muted, in: inside)
        let graph = Rect(
            x: inside.x + 1, y: inside.y + 3, width: inside.width - 2,
            height: inside.height - 3)
        drawGraph(run.rates, graph, isLoad: false)
    }

    private mutating func drawBenchHints(_ model: Model, _ area: Rect) {
        let inside = box(area, title: "What it does", isFocused: false)
        let wish = model.bench.wish
        var lines = ["As much load as the cluster bears."]
        if wish.measure == .operations {
            lines = ["Insertion, retrieval, update and", "deletion, as fast as answers come."]
        }
        if wish.switchesMechanisms {
            lines += [
                "\(wish.cellCount) cells, each from empty caches on.", "Settings are put back.",
            ]
        }
        lines.append("Keys bench:* are deleted after it.")
        lines.append(model.isReadOnly ? "Read-only: no bench." : "Enter starts it; it asks first.")
        for (row, line) in lines.enumerated() {
            text(
                line.cut(to: inside.width - 2, isASCII: isASCII), inside.x + 1, inside.y + row,
                .muted, in: inside)
        }
    }

    // MARK: Results

    private mutating func drawBenchTable(_ bench: BenchModel, _ area: Rect) {
        let title = bench.table.map { ForeignText.shown($0.title) } ?? "Results"
        let note = bench.run != nil ? "so far" : bench.table?.failure != nil ? "ended early" : ""
        let inside = box(area, title: title, note: note, isFocused: false)
        guard let table = bench.table else {
            text("nothing was measured yet", inside.x + 1, inside.y, .muted, in: inside)
            return
        }
        let columns = BenchColumns(table, width: inside.width, chosen: bench.column)
        let heading = columns.headingCells
        var x = inside.x + 2 + columns.name
        for (index, cell) in heading.enumerated() {
            let isPlotted = columns.shown[index] == bench.column
            text(
                cell.fitted(columns.widths[index], isRight: true, isASCII: isASCII), x, inside.y,
                isPlotted ? .accent : .muted, in: inside)
            x += columns.widths[index] + 1
        }
        let notes = notes(of: table)
        let page = max(1, inside.height - 1 - min(notes.count, 2))
        let top = max(0, min(bench.top, table.rows.count - page))
        for (line, row) in table.rows.dropFirst(top).prefix(page).enumerated() {
            let y = inside.y + 1 + line
            guard y < inside.maxY else { break }
            text(
                ForeignText.shown(row.name).fitted(columns.name, isASCII: isASCII), inside.x + 1,
                y, .title, in: inside)
            var x = inside.x + 2 + columns.name
            for (index, column) in columns.shown.enumerated() {
                text(
                    columns.cell(row, column, dash)
                        .fitted(columns.widths[index], isRight: true, isASCII: isASCII),
                    x, y, column == bench.column ? .accent : .fg, in: inside)
                x += columns.widths[index] + 1
            }
        }
        for (index, note) in notes.prefix(2).enumerated() {
            let y = inside.maxY - min(notes.count, 2) + index
            text(
                note.text.cut(to: inside.width - 2, isASCII: isASCII), inside.x + 1, y, note.role,
                in: inside)
        }
        scrollBar(area, top: top, page: page, count: table.rows.count, isFocused: false)
    }

    private func notes(of table: BenchTable) -> [Dialog.Line] {
        var lines: [Dialog.Line] = []
        if let failure = table.failure {
            lines.append(
                Dialog.Line("ended early: \(ForeignText.shown(failure))", .stateDown))
        }
        return lines + table.notes.map { Dialog.Line(ForeignText.shown($0), .muted) }
    }

    /// A bar for each row, of the chosen column.
    private mutating func drawBenchPlot(_ bench: BenchModel, _ area: Rect) {
        guard let table = bench.table, table.columns.indices.contains(bench.column) else {
            _ = box(area, title: "Plot", isFocused: false)
            return
        }
        let column = table.columns[bench.column]
        let inside = box(
            area, title: "\(column.title), \(column.unit)", note: "Tab another column",
            isFocused: false)
        let figures = BenchColumns(table, width: inside.width, chosen: bench.column)
        let values = table.rows.map { row in
            row.figures.indices.contains(bench.column) ? row.figures[bench.column] : nil
        }
        let peak = max(values.compactMap(\.self).max() ?? 0, 1e-9)
        let valueWidth = table.rows.map { figures.cell($0, bench.column, dash).columns }.max() ?? 1
        let bar = Rect(
            x: inside.x + 2 + figures.name, y: inside.y,
            width: max(0, inside.width - figures.name - valueWidth - 4), height: inside.height)
        let top = max(0, min(bench.top, table.rows.count - inside.height))
        for (line, row) in table.rows.dropFirst(top).prefix(inside.height).enumerated() {
            let y = inside.y + line
            text(
                ForeignText.shown(row.name).fitted(figures.name, isASCII: isASCII), inside.x + 1,
                y, .title, in: inside)
            let value = values[top + line]
            let end = drawBar(
                (value ?? 0) / peak, Rect(x: bar.x, y: y, width: bar.width, height: 1))
            text(figures.cell(row, bench.column, dash), end + 1, y, .fg, in: inside)
        }
    }

    /// A bar with eighths of a column at its end; returns the column behind it.
    private mutating func drawBar(_ share: Double, _ area: Rect) -> Int {
        let share = share.isFinite ? max(0, min(1, share)) : 0
        let eighths = Int((share * Double(8 * area.width)).rounded())
        let parts: [Unicode.Scalar] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        for column in 0..<(eighths / 8) {
            grid.set(area.x + column, area.y, isASCII ? "#" : "█", theme[.graphLow])
        }
        let rest = eighths % 8
        guard rest > 0 else { return area.x + eighths / 8 }
        grid.set(
            area.x + eighths / 8, area.y, isASCII ? "#" : parts[rest - 1], theme[.graphLow])
        return area.x + eighths / 8 + 1
    }
}

/// The columns of a bench's table that fit; the plotted one always does.
struct BenchColumns {
    let name: Int
    /// Indices of the columns.
    let shown: [Int]
    let widths: [Int]
    private let table: BenchTable

    init(_ table: BenchTable, width: Int, chosen: Int) {
        self.table = table
        name = min(max(table.rows.map { $0.name.columns }.max() ?? 8, 8), 24)
        let needed = table.columns.indices.map { index in
            let cells = table.rows.map { Self.text($0, index, table, "-").columns }
            return max(table.columns[index].title.columns, cells.max() ?? 1)
        }
        var left = width - 3 - name
        var fitting: [Int] = []
        let order = [chosen] + table.columns.indices.filter { $0 != chosen }
        for index in order where table.columns.indices.contains(index) {
            guard needed[index] + 1 <= left else { continue }
            fitting.append(index)
            left -= needed[index] + 1
        }
        shown = fitting.sorted()
        widths = shown.map { needed[$0] }
    }

    var headingCells: [String] { shown.map { table.columns[$0].title } }

    /// A row's figure as text.
    func cell(_ row: BenchTable.Row, _ column: Int, _ none: String) -> String {
        Self.text(row, column, table, none)
    }

    private static func text(
        _ row: BenchTable.Row, _ column: Int, _ table: BenchTable, _ none: String
    ) -> String {
        guard row.figures.indices.contains(column), let figure = row.figures[column] else {
            return none
        }
        return figure.text(table.columns[column].digits)
    }
}
