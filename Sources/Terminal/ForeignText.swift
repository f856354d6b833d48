/// Turns bytes that others chose — keys, values, names, log lines — into text that can do a
/// terminal no harm and can be told apart.
///
/// What has a width of its own stays; the rest becomes `\n`, `\e`, `\x9b`, `\u{202e}`. A backslash
/// is doubled, so that no text can pretend to be an escape.
public enum ForeignText {
    /// One piece of foreign bytes: a scalar of valid UTF-8, or a byte that is none.
    public enum Unit: Sendable, Hashable {
        /// A scalar.
        case scalar(Unicode.Scalar)
        /// A byte that is not UTF-8.
        case byte(UInt8)

        /// How it is shown.
        public var shown: String {
            switch self {
            case .scalar(let scalar): ForeignText.shown(scalar)
            case .byte(let byte): "\\x" + ForeignText.hexadecimal(UInt32(byte), digits: 2)
            }
        }

        /// Its bytes.
        public var bytes: [UInt8] {
            switch self {
            case .scalar(let scalar): Array(String(Character(scalar)).utf8)
            case .byte(let byte): [byte]
            }
        }
    }

    /// Cuts bytes into units; joining their bytes gives the same bytes again.
    public static func units(_ bytes: some Sequence<UInt8>) -> [Unit] {
        var units: [Unit] = []
        var held: [UInt8] = []
        var needed = 0
        func accept(_ byte: UInt8) -> Int? {
            switch byte {
            case 0x00...0x7F: 0
            case 0xC2...0xDF: 1
            case 0xE0...0xEF: 2
            case 0xF0...0xF4: 3
            default: nil
            }
        }
        func flush() {
            units += held.map(Unit.byte)
            held.removeAll(keepingCapacity: true)
            needed = 0
        }
        for byte in bytes {
            if needed > 0, byte & 0xC0 == 0x80 {
                held.append(byte)
                needed -= 1
                if needed == 0 {
                    if let scalar = scalar(held) {
                        units.append(.scalar(scalar))
                        held.removeAll(keepingCapacity: true)
                    } else {
                        flush()
                    }
                }
                continue
            }
            flush()
            switch accept(byte) {
            case 0: units.append(.scalar(Unicode.Scalar(byte)))
            case .some(let more):
                held.append(byte)
                needed = more
            case nil: units.append(.byte(byte))
            }
        }
        flush()
        return units
    }

    /// The scalar that a whole sequence of two to four bytes spells; nil for overlong ones,
    /// surrogates and what lies beyond Unicode.
    private static func scalar(_ bytes: [UInt8]) -> Unicode.Scalar? {
        let lead = UInt32(bytes[0]) & (0x7F >> UInt32(bytes.count))
        let value = bytes.dropFirst().reduce(lead) { $0 << 6 | UInt32($1 & 0x3F) }
        let least: UInt32 = bytes.count == 2 ? 0x80 : bytes.count == 3 ? 0x800 : 0x10000
        return value < least ? nil : Unicode.Scalar(value)
    }

    /// Shows bytes, all of them or so many of the first that `columnsMax` is not passed by much.
    ///
    /// - Parameters:
    ///   - bytes: anything at all.
    ///   - columnsMax: where the end cannot be seen, work stops.
    /// - Returns: text that is safe to write.
    public static func shown(
        _ bytes: some Collection<UInt8>, columnsMax: Int = .max
    ) -> String {
        let limit = columnsMax == .max ? bytes.count : min(bytes.count, max(0, columnsMax) * 4 + 8)
        return units(bytes.prefix(limit)).map(\.shown).joined()
    }

    /// Shows a string.
    public static func shown(_ text: String) -> String {
        text.unicodeScalars.map(shown).joined()
    }

    /// Shows one scalar.
    public static func shown(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case "\u{1B}": return "\\e"
        default: break
        }
        if scalar.columnWidth != nil { return String(Character(scalar)) }
        if scalar.value < 0x80 { return "\\x" + hexadecimal(scalar.value, digits: 2) }
        return "\\u{" + hexadecimal(scalar.value, digits: 1) + "}"
    }

    static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
