/// The length of the base64 of so many bytes, padding included.
func base64Count(_ bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

/// Base64 with the standard alphabet and padding, as RFC 4648 section 4 has it.
enum Base64 {
    /// Writes the base64 of `bytes`, ``base64Count(_:)`` of its length.
    static func write(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>) {
        var place = place
        var index = 0
        while index + 3 <= bytes.count {
            let group =
                UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
                | UInt32(bytes[index + 2])
            put(group, 4, place)
            place += 4
            index += 3
        }
        let rest = bytes.count - index
        guard rest > 0 else { return }
        var group = UInt32(bytes[index]) << 16
        if rest == 2 { group |= UInt32(bytes[index + 1]) << 8 }
        put(group, rest + 1, place)
        place[3] = UInt8(ascii: "=")
        if rest == 1 { place[2] = UInt8(ascii: "=") }
    }

    private static func put(_ group: UInt32, _ count: Int, _ place: UnsafeMutablePointer<UInt8>) {
        for index in 0..<count {
            place[index] = digit(UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * index)) & 63)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: value + 65
        case 26..<52: value + 71
        case 52..<62: value - 4
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    /// Reads base64 and writes the bytes that it stands for, at most three for each four.
    ///
    /// - Returns: how many bytes; nil when ``write(_:to:)`` would not have written this text.
    static func read(_ text: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>) -> Int?
    {
        guard text.count % 4 == 0 else { return nil }
        var padding = 0
        if text.count > 0, text[text.count - 1] == UInt8(ascii: "=") {
            padding = text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
        }
        let digits = text.count - padding
        var written = 0
        var index = 0
        while index + 4 <= digits {
            guard let group = group(text, index, 4) else { return nil }
            place[written] = UInt8(truncatingIfNeeded: group >> 16)
            place[written + 1] = UInt8(truncatingIfNeeded: group >> 8)
            place[written + 2] = UInt8(truncatingIfNeeded: group)
            written += 3
            index += 4
        }
        guard padding > 0 else { return written }
        // The bits of the last digit that stand for no byte are zero.
        guard let last = group(text, index, 4 - padding),
            last & (padding == 1 ? 0xFF : 0xFFFF) == 0
        else { return nil }
        place[written] = UInt8(truncatingIfNeeded: last >> 16)
        if padding == 1 { place[written + 1] = UInt8(truncatingIfNeeded: last >> 8) }
        return written + 3 - padding
    }

    private static func group(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UInt32?
    {
        var group: UInt32 = 0
        for index in 0..<count {
            guard let value = value(text[start + index]) else { return nil }
            group |= UInt32(value) << UInt32(18 - 6 * index)
        }
        return group
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 65...90: digit - 65
        case 97...122: digit - 71
        case 48...57: digit + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
