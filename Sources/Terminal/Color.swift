/// A colour as the terminal is told it.
public enum Color: Sendable, Hashable {
    /// The terminal's own foreground or background.
    case standard
    /// One of 16 (0 to 15) or 256 palette entries.
    case palette(UInt8)
    /// 24 bits.
    case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// How many colours a terminal shows.
public enum ColorDepth: Int, Sendable, Comparable, CaseIterable {
    /// None: only bold, reverse and the like.
    case none
    /// The 16 that users choose themselves.
    case palette16
    /// 16, a 6 × 6 × 6 cube and 24 greys.
    case palette256
    /// 24 bits.
    case truecolor

    /// Fewer colours first.
    public static func < (left: ColorDepth, right: ColorDepth) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Color {
    /// The nearest colour that a terminal of this depth can show.
    public func reduced(to depth: ColorDepth) -> Color {
        switch (self, depth) {
        case (.standard, _), (_, .none): .standard
        case (.palette(let index), .palette16) where index > 15:
            Self.nearest(to: Self.components(of: index), in: 0..<16)
        case (.palette, _), (.rgb, .truecolor): self
        case (.rgb(let red, let green, let blue), .palette256):
            Self.nearest(to: (Int(red), Int(green), Int(blue)), in: 16..<256)
        case (.rgb(let red, let green, let blue), .palette16):
            Self.nearest(to: (Int(red), Int(green), Int(blue)), in: 0..<16)
        }
    }

    /// The usual colours of the first 16 entries; users change them, so these only guide the choice.
    private static let basic: [(Int, Int, Int)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
        (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
        (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ]

    /// The components of a palette entry, 0 to 255 each.
    static func components(of index: UInt8) -> (Int, Int, Int) {
        let index = Int(index)
        if index < 16 { return basic[index] }
        if index >= 232 {
            let grey = 8 + 10 * (index - 232)
            return (grey, grey, grey)
        }
        let cube = index - 16
        func level(_ step: Int) -> Int { step == 0 ? 0 : 55 + 40 * step }
        return (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
    }

    private static func nearest(to wanted: (Int, Int, Int), in range: Range<Int>) -> Color {
        var best = range.lowerBound
        var bestDistance = Int.max
        for index in range {
            let candidate = components(of: UInt8(index))
            let distance = distance(wanted, candidate)
            if distance < bestDistance {
                best = index
                bestDistance = distance
            }
        }
        return .palette(UInt8(best))
    }

    /// The «redmean» distance, squared: near enough to what eyes see at no cost.
    private static func distance(_ left: (Int, Int, Int), _ right: (Int, Int, Int)) -> Int {
        let red = left.0 - right.0
        let green = left.1 - right.1
        let blue = left.2 - right.2
        let mean = (left.0 + right.0) / 2
        return ((512 + mean) * red * red) / 256 + 4 * green * green
            + ((767 - mean) * blue * blue) / 256
    }
}
