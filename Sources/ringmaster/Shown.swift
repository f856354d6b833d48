import FoundationEssentials

/// Values as people are shown them.
enum Shown {
    /// Bytes as text in which nothing can steer a terminal: printable ASCII and letters of UTF-8 as
    /// they are, the rest as `\xHH`.
    static func text(_ bytes: [UInt8], limit: Int = 200) -> String {
        var shown = ""
        guard let text = String(validating: bytes.prefix(limit), as: UTF8.self) else {
            for byte in bytes.prefix(limit) {
                let isPlain = isPlain(UnicodeScalar(byte)) && byte < 128
                shown += isPlain ? String(UnicodeScalar(byte)) : hexadecimal(byte)
            }
            return shown + (bytes.count > limit ? "…" : "")
        }
        for scalar in text.unicodeScalars {
            if isPlain(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                for byte in String(scalar).utf8 { shown += hexadecimal(byte) }
            }
        }
        return shown + (bytes.count > limit ? "…" : "")
    }

    /// A number with commas between its thousands.
    static func number(_ value: Int) -> String {
        let digits = "\(value.magnitude)"
        var shown = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { shown += "," }
            shown.append(digit)
        }
        return shown
    }

    /// Bytes in a unit that fits.
    static func size(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1_024 { return unit == "B" ? "\(bytes) B" : "\(rounded(value)) \(unit)" }
            value /= 1_024
        }
        return "\(rounded(value)) TiB"
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func isPlain(_ scalar: UnicodeScalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 32 && scalar.value < 127 && scalar != "\\" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
            .nonspacingMark, .enclosingMark, .spacingMark, .surrogate:
            return false
        default: return true
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = Array("0123456789abcdef")
        return "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
}

/// Rows of words in columns; numbers stand to the right.
struct Columns {
    private var rows: [[String]] = []

    init(_ titles: String...) { rows = [titles] }

    mutating func add(_ words: String...) { rows.append(words) }

    /// The lines, without blanks at their ends.
    var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let isNumeric = (0..<count).map { column in
            rows.dropFirst().allSatisfy { column < $0.count && Self.isNumber($0[column]) }
        }
        return rows.map { row in
            var line = ""
            for (column, word) in row.enumerated() {
                let blank = String(repeating: " ", count: widths[column] - word.count)
                line += (column > 0 ? "  " : "") + (isNumeric[column] ? blank + word : word + blank)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    private static func isNumber(_ word: String) -> Bool {
        word == "–" || word.utf8.allSatisfy { (48...57).contains($0) || "-,.".utf8.contains($0) }
    }
}

/// JSON as the commands print it.
enum JSONText {
    /// One value over several lines, or one line.
    static func of(_ value: some Encodable, isOneLine: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
