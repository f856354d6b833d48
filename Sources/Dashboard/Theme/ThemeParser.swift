import Terminal

/// Something in a theme file that was not understood; the rest of the theme holds.
public struct ThemeWarning: Sendable, Equatable, CustomStringConvertible {
    /// The file, or the name of a shipped theme.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// What is wrong.
    public var text: String

    /// File, line and what is wrong, as compilers say it.
    public var description: String { "\(file):\(line): \(text)" }
}

/// Reads theme files.
///
/// A value is `FOREGROUND [on BACKGROUND] [bold] [dim] [underline] [reverse] [blink]`; up to three
/// of them, parted by `|`, serve 24-bit, 256-colour and 16-colour terminals.
struct ThemeParser {
    private let file: String
    private var palette: [String: Color] = [:]
    private(set) var warnings: [ThemeWarning] = []

    /// Parses a theme; unusual lines become warnings and their roles fall back.
    static func parse(_ bytes: [UInt8], file: String) -> (theme: Theme, warnings: [ThemeWarning]) {
        var parser = ThemeParser(file: file)
        let theme = parser.theme(SectionedText(bytes))
        return (theme, parser.warnings)
    }

    private init(file: String) {
        self.file = file
    }

    private mutating func warn(_ line: Int, _ text: String) {
        warnings.append(ThemeWarning(file: file, line: line, text: ForeignText.shown(text)))
    }

    private mutating func theme(_ text: SectionedText) -> Theme {
        var theme = Theme(name: file)
        for problem in text.problems { warn(problem.line, problem.text) }
        for entry in text.entries where entry.section == "palette" {
            if let color = color(entry.value) {
                palette[entry.key] = color
            } else {
                warn(entry.line, "palette \(entry.key): '\(entry.value)' is not a colour")
            }
        }
        for entry in text.entries {
            switch entry.section {
            case "": describe(&theme, entry)
            case "palette": break
            case "colors": assign(&theme, entry)
            default: warn(entry.line, "there is no section [\(entry.section)]")
            }
        }
        return theme
    }

    private mutating func describe(_ theme: inout Theme, _ entry: SectionedText.Entry) {
        switch entry.key {
        case "name": theme.name = ForeignText.shown(entry.value)
        case "variant":
            if let variant = Theme.Variant(rawValue: entry.value) {
                theme.variant = variant
            } else {
                warn(entry.line, "variant is dark, light or any, not '\(entry.value)'")
            }
        default: warn(entry.line, "there is no setting '\(entry.key)'")
        }
    }

    private mutating func assign(_ theme: inout Theme, _ entry: SectionedText.Entry) {
        guard let role = ThemeRole(rawValue: entry.key) else {
            return warn(entry.line, "there is no role '\(entry.key)'")
        }
        let parts = entry.value.unicodeScalars.split(
            separator: "|", omittingEmptySubsequences: false
        ).map { String($0) }
        guard parts.count <= 3 else {
            return warn(entry.line, "\(entry.key): at most three looks, parted by |")
        }
        var styles: [Style] = []
        for part in parts {
            guard let style = style(part, entry) else { return }
            styles.append(style)
        }
        theme.looks[role] = Theme.Look(
            truecolor: styles[0], palette256: styles.count > 1 ? styles[1] : nil,
            palette16: styles.count > 2 ? styles[2] : nil)
    }

    private mutating func style(_ text: String, _ entry: SectionedText.Entry) -> Style? {
        var style = Style.standard
        var words = text.unicodeScalars.split { $0 == " " || $0 == "\t" }.map { String($0) }[...]
        guard let first = words.popFirst() else {
            warn(entry.line, "\(entry.key): a colour is missing")
            return nil
        }
        guard let foreground = color(first) else {
            warn(entry.line, "\(entry.key): '\(first)' is not a colour")
            return nil
        }
        style.foreground = foreground
        if words.first == "on" {
            words.removeFirst()
            guard let word = words.popFirst(), let background = color(word) else {
                warn(entry.line, "\(entry.key): a colour is missing after 'on'")
                return nil
            }
            style.background = background
        }
        for word in words {
            guard let attribute = Self.attributes[word] else {
                warn(entry.line, "\(entry.key): '\(word)' is not an attribute")
                return nil
            }
            style.attributes.insert(attribute)
        }
        return style
    }

    private func color(_ text: String) -> Color? {
        if let named = palette[text] { return named }
        if text == "default" { return .standard }
        if let index = Self.names.firstIndex(of: text) { return .palette(UInt8(index)) }
        if text.utf8.first == UInt8(ascii: "#") { return Self.rgb(text.utf8.dropFirst()) }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt8(text).map(Color.palette)
    }

    private static func rgb(_ digits: Substring.UTF8View) -> Color? {
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 6, values.count == 6 else { return nil }
        func byte(_ index: Int) -> UInt8 { UInt8(values[index] << 4 | values[index + 1]) }
        return .rgb(red: byte(0), green: byte(2), blue: byte(4))
    }

    private static let attributes: [String: Style.Attributes] = [
        "bold": .bold, "dim": .dim, "underline": .underline, "reverse": .reverse, "blink": .blink,
    ]

    /// The 16 palette names, in order.
    private static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow",
        "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]
}
