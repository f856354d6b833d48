import FoundationEssentials

/// Colours a word or two of a report, where that is wanted.
struct Paint {
    private let isOn: Bool

    /// Decides once: as told, else by whether a person reads it and `NO_COLOR` is not set.
    init(_ color: OutputOptions.Color) {
        switch color {
        case .auto:
            let environment = ProcessInfo.processInfo.environment
            let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
            isOn = StandardOutput.isTerminal && !isRefused && environment["TERM"] != "dumb"
        case .never: isOn = false
        case .always, .truecolor, .palette256, .palette16: isOn = true
        }
    }

    func good(_ text: String) -> String { painted(text, "32") }
    func warning(_ text: String) -> String { painted(text, "33") }
    func bad(_ text: String) -> String { painted(text, "1;31") }

    private func painted(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
