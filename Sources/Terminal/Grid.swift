/// One character cell.
public struct Cell: Sendable, Hashable {
    /// What stands in it; a NUL is the right half of the wide character before it.
    public var scalar: Unicode.Scalar
    /// Its look.
    public var style: Style

    /// Makes a cell.
    public init(_ scalar: Unicode.Scalar = " ", _ style: Style = .standard) {
        self.scalar = scalar
        self.style = style
    }

    /// The right half of a wide character.
    static let continuation: Unicode.Scalar = "\u{0}"
    /// Whether it is the right half of a wide character.
    public var isContinuation: Bool { scalar == Cell.continuation }
}

/// A picture of cells: what the screen shall show.
public struct Grid: Sendable, Hashable {
    /// Columns and rows.
    public let size: Size
    /// Row by row.
    public private(set) var cells: [Cell]
    /// Where the cursor stands; nil hides it.
    public var cursor: Position?

    /// A place on the screen.
    public struct Position: Sendable, Hashable {
        /// Column.
        public var x: Int
        /// Row.
        public var y: Int

        /// Makes a position.
        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// Makes a picture of blanks.
    public init(size: Size, style: Style = .standard) {
        self.size = size
        cells = [Cell](repeating: Cell(" ", style), count: size.width * size.height)
    }

    /// The whole of it.
    public var bounds: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

    /// The cell at a place, which must be within the picture.
    public subscript(_ x: Int, _ y: Int) -> Cell {
        cells[y * size.width + x]
    }

    /// Sets one narrow cell; outside of the picture nothing happens.
    public mutating func set(_ x: Int, _ y: Int, _ scalar: Unicode.Scalar, _ style: Style) {
        guard x >= 0, x < size.width, y >= 0, y < size.height else { return }
        split(x, y)
        cells[y * size.width + x] = Cell(scalar, style)
    }

    /// Changes the look of cells without their characters.
    public mutating func restyle(_ area: Rect, _ change: (Style) -> Style) {
        let area = area.intersection(bounds)
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX {
                let index = y * size.width + x
                cells[index].style = change(cells[index].style)
            }
        }
    }

    /// Fills a rectangle with one character.
    public mutating func fill(_ area: Rect, _ scalar: Unicode.Scalar = " ", _ style: Style) {
        let area = area.intersection(bounds)
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX { set(x, y, scalar, style) }
        }
    }

    /// Writes text, cut at the right edge of `clip`, and returns the column behind it.
    ///
    /// The text must be made for the screen: scalars without a width of their own become «?».
    @discardableResult
    public mutating func write(
        _ text: String, x: Int, y: Int, _ style: Style, clip: Rect
    ) -> Int {
        let clip = clip.intersection(bounds)
        var column = x
        guard y >= clip.y, y < clip.maxY else { return column }
        for scalar in text.unicodeScalars {
            let width = scalar.columnWidth ?? 1
            guard column + width <= clip.maxX else { break }
            if column >= clip.x {
                if width == 2 {
                    set(column, y, scalar, style)
                    set(column + 1, y, Cell.continuation, style)
                    cells[y * size.width + column] = Cell(scalar, style)
                } else {
                    set(column, y, scalar.columnWidth == nil ? "?" : scalar, style)
                }
            }
            column += width
        }
        return column
    }

    /// Blanks the other half of a wide character whose one half is about to be overwritten.
    private mutating func split(_ x: Int, _ y: Int) {
        let index = y * size.width + x
        if cells[index].isContinuation, x > 0 { cells[index - 1].scalar = " " }
        if x + 1 < size.width, cells[index + 1].isContinuation { cells[index + 1].scalar = " " }
    }
}

extension String {
    /// The columns that it takes on the screen, as ``Grid/write(_:x:y:_:clip:)`` draws it.
    public var columns: Int {
        unicodeScalars.reduce(0) { $0 + ($1.columnWidth ?? 1) }
    }

    /// The text cut to a width; what is cut off is told by «…», or `~` in ASCII.
    public func cut(to width: Int, isASCII: Bool = false) -> String {
        guard columns > width else { return self }
        guard width > 0 else { return "" }
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in unicodeScalars {
            let columns = scalar.columnWidth ?? 1
            guard used + columns <= width - 1 else { break }
            kept.append(scalar)
            used += columns
        }
        return String(kept) + (isASCII ? "~" : "…")
    }

    /// The text in exactly so many columns, cut or filled with blanks.
    public func fitted(_ width: Int, isRight: Bool = false, isASCII: Bool = false) -> String {
        let text = cut(to: width, isASCII: isASCII)
        let blanks = String(repeating: " ", count: max(0, width - text.columns))
        return isRight ? blanks + text : text + blanks
    }
}
