import Logging

/// Writes log lines in which nothing can steer the terminal of whoever reads them, although names
/// and errors in them come from files and from other nodes.
struct PrintableLog: LogHandler {
    private var inner: any LogHandler

    /// Makes a handler.
    ///
    /// - Parameter inner: writes the lines.
    init(_ inner: any LogHandler) { self.inner = inner }

    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(Self.printable(event.message.description))"
        inner.log(event: event)
    }

    /// A text with `\u{…}` for whatever is no letter, sign or blank: a line feed, an escape, what
    /// turns the direction of writing.
    static func printable(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isPrintable) else { return text }
        return text.unicodeScalars.reduce(into: "") { shown, scalar in
            shown +=
                isPrintable(scalar)
                ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
            false
        default: true
        }
    }
}
