import Terminal

/// A value as lines for the screen.
enum ValueText {
    /// Bytes that are shown; of more, the beginning.
    static let bytesMax = 64 * 1024
    /// Lines that are made.
    static let linesMax = 4_000

    static func lines(_ value: [UInt8], _ mode: ValueMode, width: Int) -> [String] {
        let shown = value.prefix(bytesMax)
        var lines: [String] =
            switch mode {
            case .text: text(shown, width)
            case .hex: hex(shown, width)
            case .json: JSONText.pretty(value).map { text($0[...], width) } ?? notJSON(shown, width)
            }
        if value.count > bytesMax || lines.count > linesMax {
            lines = Array(lines.prefix(linesMax))
            lines.append("(and more: \(value.count.bytesText) in all)")
        }
        return lines
    }

    private static func notJSON(_ bytes: ArraySlice<UInt8>, _ width: Int) -> [String] {
        ["(not JSON)"] + text(bytes, width)
    }

    /// Text with its own line ends, folded at the width; all else escaped.
    static func text(_ bytes: ArraySlice<UInt8>, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var columns = 0
        for unit in ForeignText.units(bytes) {
            if unit == .scalar("\n") {
                lines.append(line)
                line = ""
                columns = 0
                continue
            }
            // A backslash alone is no danger in a value, and text with many is easier to read so.
            let piece = unit == .scalar("\\") ? "\\" : unit.shown
            let extent = piece.columns
            if columns + extent > width, columns > 0 {
                lines.append(line)
                line = ""
                columns = 0
                if lines.count > linesMax { return lines }
            }
            line += piece
            columns += extent
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }

    /// Offset, bytes and ASCII, 8 or 16 bytes a line.
    static func hex(_ bytes: ArraySlice<UInt8>, _ width: Int) -> [String] {
        let perLine = width >= 76 ? 16 : width >= 42 ? 8 : 4
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: perLine) {
            let row = bytes.dropFirst(start).prefix(perLine)
            let offset = hexadecimal(start, 6)
            let digits = row.map { hexadecimal(Int($0), 2) }.joined(separator: " ")
            let ascii = row.map { byte in
                (0x20..<0x7F).contains(byte) ? String(Character(Unicode.Scalar(byte))) : "."
            }
            lines.append(offset + "  " + digits.fitted(3 * perLine) + " " + ascii.joined())
        }
        return lines.isEmpty ? ["(empty)"] : lines
    }

    private static func hexadecimal(_ value: Int, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
