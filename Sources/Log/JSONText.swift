/// The inside of JSON strings: what needs an escape, what is no text at all, and both ways.
///
/// Escaped are the quotation mark, the reverse solidus and the control characters below 0x20, each
/// in its shortest form: all that RFC 8259 demands and nothing more.
enum JSONText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Marks (bit 7) the bytes that equal `byte`, and perhaps bytes above the first that does.
    @inline(__always)
    static func marks(_ word: UInt64, equalTo byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highs
    }

    /// Whether some of eight bytes is not plain ASCII text that stands for itself.
    @inline(__always)
    private static func needsCare(_ word: UInt64) -> Bool {
        let controls = (word &- ones &* 0x20) & ~word
        let special = marks(word, equalTo: 0x22) | marks(word, equalTo: 0x5C)
        return (controls | special | word) & highs != 0
    }

    /// Copies bytes as long as they stand for themselves, up to seven bytes early at the end.
    ///
    /// - Parameters:
    ///   - bytes: what to copy.
    ///   - place: room for all of it.
    /// - Returns: whether all of it was copied; if not, what was written means nothing.
    @inline(__always)
    static func copyPlain(
        _ bytes: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        guard let source = bytes.baseAddress else { return true }
        let target = UnsafeMutableRawPointer(place)
        let count = bytes.count
        var index = 0
        while index &+ 8 <= count {
            let word = (source + index).loadUnaligned(as: UInt64.self)
            if needsCare(word) { return false }
            (target + index).storeBytes(of: word, as: UInt64.self)
            index &+= 8
        }
        while index < count {
            let byte = source.load(fromByteOffset: index, as: UInt8.self)
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { return false }
            place[index] = byte
            index &+= 1
        }
        return true
    }

    /// The length of the text with its escapes; nil when the bytes are not valid UTF-8.
    static func escapedCount(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let source = bytes.baseAddress else { return 0 }
        var extra = 0
        var index = 0
        while index < bytes.count {
            if index &+ 8 <= bytes.count,
                !needsCare((source + index).loadUnaligned(as: UInt64.self))
            {
                index &+= 8
                continue
            }
            let byte = bytes[index]
            if byte < 0x80 {
                extra &+= escapeCount(byte) &- 1
                index &+= 1
            } else {
                guard let length = sequenceCount(bytes, index) else { return nil }
                index &+= length
            }
        }
        return bytes.count &+ extra
    }

    /// How many bytes an ASCII byte takes in a JSON string: 1, 2 or 6.
    private static func escapeCount(_ byte: UInt8) -> Int {
        switch byte {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case 0..<0x20: 6
        default: 1
        }
    }

    /// The length of the UTF-8 sequence of two to four bytes at `index`; nil when it is not valid.
    ///
    /// Refuses what the Unicode standard's table 3-7 leaves out: overlong forms, surrogates and
    /// what lies above U+10FFFF.
    private static func sequenceCount(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int? {
        func follows(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + distance < bytes.count && range.contains(bytes[index + distance])
        }
        switch bytes[index] {
        case 0xC2...0xDF: return follows(1) ? 2 : nil
        case 0xE0: return follows(1, 0xA0...0xBF) && follows(2) ? 3 : nil
        case 0xED: return follows(1, 0x80...0x9F) && follows(2) ? 3 : nil
        case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : nil
        case 0xF0: return follows(1, 0x90...0xBF) && follows(2) && follows(3) ? 4 : nil
        case 0xF4: return follows(1, 0x80...0x8F) && follows(2) && follows(3) ? 4 : nil
        case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : nil
        default: return nil
        }
    }

    /// Writes text with its escapes.
    ///
    /// - Parameters:
    ///   - bytes: valid UTF-8.
    ///   - place: room for ``escapedCount(_:)`` bytes.
    static func writeEscaped(
        _ bytes: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>
    ) {
        var place = place
        for byte in bytes {
            switch escapeCount(byte) {
            case 1:
                place[0] = byte
                place += 1
            case 2:
                place[0] = 0x5C
                place[1] = letter(byte)
                place += 2
            default:
                place[0] = 0x5C
                place[1] = UInt8(ascii: "u")
                place[2] = UInt8(ascii: "0")
                place[3] = UInt8(ascii: "0")
                place[4] = hexadecimal(byte >> 4)
                place[5] = hexadecimal(byte & 15)
                place += 6
            }
        }
    }

    private static func letter(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: byte
        }
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 48 + nibble : 87 + nibble
    }

    /// Undoes ``writeEscaped(_:to:)``.
    ///
    /// - Parameters:
    ///   - text: the inside of a JSON string.
    ///   - place: room for as many bytes as the text has.
    /// - Returns: how many bytes were written.
    /// - Throws: the place in the text of an escape sequence that is never written.
    static func readEscaped(
        _ text: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>
    ) throws(RecordFailure) -> Int {
        var written = 0
        var index = 0
        while index < text.count {
            if text[index] != 0x5C {
                place[written] = text[index]
                index += 1
            } else if index + 1 < text.count, let byte = byte(letter: text[index + 1]) {
                place[written] = byte
                index += 2
            } else if index + 6 <= text.count, let byte = control(text, index + 1) {
                place[written] = byte
                index += 6
            } else {
                throw RecordFailure(.escape, offset: index)
            }
            written += 1
        }
        return written
    }

    private static func byte(letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        case 0x22, 0x5C: letter
        default: nil
        }
    }

    /// The control character that `u00XY` at `index` stands for, when it is written that way.
    private static func control(_ text: UnsafeRawBufferPointer, _ index: Int) -> UInt8? {
        guard text[index] == UInt8(ascii: "u"), text[index + 1] == 48, text[index + 2] == 48,
            text[index + 3] == 48 || text[index + 3] == 49
        else { return nil }
        let digit = text[index + 4]
        let low: UInt8
        switch digit {
        case 48...57: low = digit - 48
        case 97...102: low = digit - 87
        default: return nil
        }
        let byte = (text[index + 3] - 48) << 4 | low
        return escapeCount(byte) == 6 ? byte : nil
    }
}
