/// Dots, two across and four down in each cell, that become braille characters.
public struct BrailleCanvas: Sendable {
    /// Cells.
    public let size: Size
    private var patterns: [UInt8]

    /// Makes a canvas without dots.
    public init(size: Size) {
        self.size = size
        patterns = [UInt8](repeating: 0, count: size.width * size.height)
    }

    /// The bit of a dot in its cell, by column and row within the cell.
    public static func bit(_ column: Int, _ row: Int) -> UInt8 {
        row == 3 ? (column == 0 ? 0x40 : 0x80) : UInt8(1 << (row + 3 * column))
    }

    /// Sets a dot; outside of the canvas nothing happens.
    public mutating func set(_ x: Int, _ y: Int) {
        guard x >= 0, y >= 0, x < 2 * size.width, y < 4 * size.height else { return }
        patterns[(y / 4) * size.width + x / 2] |= Self.bit(x % 2, y % 4)
    }

    /// The dots of one cell; 0 is empty.
    public func pattern(_ column: Int, _ row: Int) -> UInt8 {
        patterns[row * size.width + column]
    }

    /// The braille character of a pattern.
    public static func scalar(_ pattern: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(0x2800 + UInt32(pattern)) ?? " "
    }

    /// Visits the dots of a straight line, both ends included.
    public static func line(
        _ from: (x: Int, y: Int), _ to: (x: Int, y: Int), _ visit: (Int, Int) -> Void
    ) {
        let steps = max(abs(to.x - from.x), abs(to.y - from.y))
        guard steps > 0 else { return visit(from.x, from.y) }
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            visit(
                from.x + Int((Double(to.x - from.x) * share).rounded()),
                from.y + Int((Double(to.y - from.y) * share).rounded()))
        }
    }
}
