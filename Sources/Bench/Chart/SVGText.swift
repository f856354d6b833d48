/// Writes SVG elements, one to a line.
struct SVGText {
    private(set) var lines: [String] = []

    /// Adds an element without content.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        lines.append("<\(name)\(Self.text(attributes))/>")
    }

    /// Adds a line of text; it may hold any characters.
    mutating func text(_ content: String, _ attributes: KeyValuePairs<String, String>) {
        lines.append("<text\(Self.text(attributes))>\(Self.escaped(content))</text>")
    }

    /// Begins a group, which ``endGroup()`` ends.
    mutating func beginGroup(_ attributes: KeyValuePairs<String, String>) {
        lines.append("<g\(Self.text(attributes))>")
    }

    /// Ends the group begun last.
    mutating func endGroup() { lines.append("</g>") }

    /// A coordinate with at most two places behind the point.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let scaled = Int((min(max(value, -1e12), 1e12) * 100).rounded())
        let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = scaled < 0 ? "-" : ""
        if part == 0 { return "\(sign)\(whole)" }
        let digits = part % 10 == 0 ? "\(part / 10)" : part < 10 ? "0\(part)" : "\(part)"
        return "\(sign)\(whole).\(digits)"
    }

    /// Text as XML takes it; characters that XML forbids become a replacement character.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += " "
            case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func text(_ attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
    }
}
