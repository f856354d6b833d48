import Terminal

/// A picture being drawn, with the looks to draw it in.
struct Painter {
    var grid: Grid
    let theme: ResolvedTheme
    let isASCII: Bool
    let owners: OwnerMarks

    init(size: Size, theme: ResolvedTheme, isASCII: Bool, owners: OwnerMarks = OwnerMarks()) {
        self.owners = owners
        self.theme = theme
        self.isASCII = isASCII
        grid = Grid(size: size, style: theme[.fg])
    }

    /// Writes text and returns the column behind it.
    @discardableResult
    mutating func text(
        _ text: String, _ x: Int, _ y: Int, _ role: ThemeRole = .fg, in clip: Rect
    ) -> Int {
        grid.write(text, x: x, y: y, theme[role], clip: clip)
    }

    /// Writes text in a style and returns the column behind it.
    @discardableResult
    mutating func text(
        _ text: String, _ x: Int, _ y: Int, style: Style, in clip: Rect
    ) -> Int {
        grid.write(text, x: x, y: y, style, clip: clip)
    }

    /// Writes text that ends before a column.
    mutating func textRight(
        _ text: String, endingAt x: Int, _ y: Int, _ role: ThemeRole = .fg, in clip: Rect
    ) {
        grid.write(text, x: max(clip.x, x - text.columns), y: y, theme[role], clip: clip)
    }

    /// Writes text in the middle of a rectangle's row, cut to fit.
    mutating func textCentered(
        _ text: String, _ y: Int, _ role: ThemeRole = .fg, in clip: Rect
    ) {
        let text = text.cut(to: clip.width, isASCII: isASCII)
        grid.write(
            text, x: clip.x + (clip.width - text.columns) / 2, y: y, theme[role], clip: clip)
    }

    /// The lines of a frame: corners from the top left, clockwise, then horizontal and vertical.
    private var frame: [Unicode.Scalar] {
        isASCII ? ["+", "+", "+", "+", "-", "|"] : ["╭", "╮", "╯", "╰", "─", "│"]
    }

    /// Draws a frame with a title, and a note at the right of its upper edge; returns its inside.
    mutating func box(
        _ area: Rect, title: String, note: String = "", isFocused: Bool,
        border: ThemeRole? = nil
    ) -> Rect {
        guard area.width >= 2, area.height >= 2 else { return area.inset(1, 1) }
        let style = theme[border ?? (isFocused ? .borderFocus : .border)]
        let right = area.maxX - 1
        let bottom = area.maxY - 1
        for x in area.x...right {
            grid.set(x, area.y, frame[4], style)
            grid.set(x, bottom, frame[4], style)
        }
        for y in area.y...bottom {
            grid.set(area.x, y, frame[5], style)
            grid.set(right, y, frame[5], style)
        }
        grid.set(area.x, area.y, frame[0], style)
        grid.set(right, area.y, frame[1], style)
        grid.set(right, bottom, frame[2], style)
        grid.set(area.x, bottom, frame[3], style)
        let edge = Rect(x: area.x + 2, y: area.y, width: area.width - 4, height: 1)
        let titleRole: ThemeRole = isFocused ? border ?? .borderFocus : .title
        let end = text(
            " " + title.cut(to: edge.width - 2, isASCII: isASCII) + " ", edge.x, area.y,
            titleRole, in: edge)
        if !note.isEmpty, end + note.columns + 3 <= edge.maxX {
            textRight(" " + note + " ", endingAt: edge.maxX, area.y, .muted, in: edge)
        }
        return area.inset(1, 1)
    }

    /// Marks a row as selected, keeping the colours of what stands in it readable.
    mutating func select(_ row: Rect, isFocused: Bool) {
        let style = theme[isFocused ? .selection : .selectionUnfocused]
        grid.restyle(row) { below in
            isFocused ? style : style.over(below)
        }
    }

    /// Marks where a row holds what the filter asks for.
    mutating func highlight(_ filter: String?, in row: Rect) {
        guard let filter, !filter.isEmpty else { return }
        let wanted = Array(ForeignText.shown(filter).unicodeScalars)
        guard row.width >= wanted.count else { return }
        for x in row.x...row.maxX - wanted.count
        where wanted.indices.allSatisfy({ grid[x + $0, row.y].scalar == wanted[$0] }) {
            grid.restyle(Rect(x: x, y: row.y, width: wanted.count, height: 1)) { [theme] below in
                theme[.searchMatch].over(below)
            }
        }
    }

    /// A scroll bar in the right edge of a panel; nothing when all rows are in view.
    mutating func scrollBar(_ area: Rect, top: Int, page: Int, count: Int, isFocused: Bool) {
        guard count > page, page > 0, area.height > 2 else { return }
        let rows = area.height - 2
        let length = max(1, rows * page / count)
        let start = (rows - length) * top / max(1, count - page)
        for row in start..<min(rows, start + length) {
            grid.set(
                area.maxX - 1, area.y + 1 + row, isASCII ? "#" : "┃",
                theme[isFocused ? .borderFocus : .border])
        }
    }

    /// A list's visible rows: which, and where each goes.
    func rows(_ area: Rect, _ state: ListState, count: Int) -> [(index: Int, area: Rect)] {
        let shown = max(0, min(area.height, count - state.top))
        return (0..<shown).map { row in
            (state.top + row, Rect(x: area.x, y: area.y + row, width: area.width, height: 1))
        }
    }

    /// Clears a rectangle for what lies over the screen.
    mutating func clear(_ area: Rect) {
        grid.fill(area, " ", theme[.fg])
    }

    /// The glyph of an owner, so that colour is never the only sign.
    func glyph(_ number: Int) -> Unicode.Scalar { owners.glyph(number, isASCII: isASCII) }

    /// The look of an owner.
    func ownerStyle(_ number: Int) -> Style { theme[owners.role(number)] }

    var dash: String { isASCII ? "-" : "–" }
    var arrow: String { isASCII ? "->" : "→" }
}
