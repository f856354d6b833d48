extension Unicode.Scalar {
    /// The columns that a terminal gives it: 1 or 2; nil for what must never reach a terminal.
    ///
    /// Nil are controls, format characters (bidi overrides, zero-width joiners, tags), combining
    /// marks, surrogates, private and unassigned code points, and line separators: they are
    /// escaped instead, so that a cell is exactly one scalar and foreign text cannot move it.
    public var columnWidth: Int? {
        if value < 0x7F { return value >= 0x20 ? 1 : nil }
        if value < 0xA0 { return nil }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
            return nil
        default: break
        }
        // Conjoining vowels and finals join the syllable before them; the filler shows nothing.
        if (0x1160...0x11FF).contains(value) || value == 0x3164 || value == 0xFFA0 { return nil }
        // Letters of these scripts run right to left, and some terminals reorder their lines.
        if (0x0590...0x08FF).contains(value) || (0xFB1D...0xFDFF).contains(value)
            || (0xFE70...0xFEFE).contains(value) || (0x10800...0x10FFF).contains(value)
            || (0x1E800...0x1EFFF).contains(value)
        {
            return nil
        }
        return isWide ? 2 : 1
    }

    /// East Asian wide and fullwidth characters and those with emoji presentation.
    private var isWide: Bool {
        guard value >= 0x1100 else { return false }
        if properties.isEmojiPresentation { return true }
        return Self.wide.contains { $0.contains(value) }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
        0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
        0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
    ]
}
