/// The look of a cell.
public struct Style: Sendable, Hashable {
    /// Attributes besides colour.
    public struct Attributes: OptionSet, Sendable, Hashable {
        /// The bits, as the shim takes them.
        public let rawValue: UInt8

        /// Makes attributes from their bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Heavier, or brighter.
        public static let bold = Attributes(rawValue: 1)
        /// Fainter.
        public static let dim = Attributes(rawValue: 2)
        /// Underlined.
        public static let underline = Attributes(rawValue: 4)
        /// Foreground and background exchanged.
        public static let reverse = Attributes(rawValue: 8)
        /// Blinking.
        public static let blink = Attributes(rawValue: 16)
    }

    /// The colour of the character.
    public var foreground: Color
    /// The colour behind it.
    public var background: Color
    /// The rest.
    public var attributes: Attributes

    /// Makes a style; the terminal's own look by default.
    public init(
        _ foreground: Color = .standard, on background: Color = .standard,
        _ attributes: Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// The terminal's own look.
    public static let standard = Style()

    /// This style with more attributes.
    public func adding(_ more: Attributes) -> Style {
        var style = self
        style.attributes.formUnion(more)
        return style
    }

    /// This style laid over another: what it leaves to the terminal comes from below.
    public func over(_ below: Style) -> Style {
        Style(
            foreground == .standard ? below.foreground : foreground,
            on: background == .standard ? below.background : background,
            attributes.union(below.attributes))
    }
}
