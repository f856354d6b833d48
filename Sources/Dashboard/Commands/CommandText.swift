/// A line of the `:` command line, cut into words as a shell cuts it.
///
/// Blanks part words; `'…'` keeps everything, `"…"` keeps all but `\` escapes; `\n \t \r \e \\ \" \'`
/// and `\xHH` stand for bytes.
enum CommandText {
    /// Why a line cannot be cut.
    struct Problem: Error, Equatable {
        var text: String
    }

    static func words(_ line: [UInt8]) throws(Problem) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8]?
        var quote: UInt8?
        var rest = line[...]
        while let byte = rest.popFirst() {
            switch (byte, quote) {
            case (UInt8(ascii: "\\"), nil), (UInt8(ascii: "\\"), UInt8(ascii: "\"")):
                word = (word ?? []) + [try escaped(&rest)]
            case (_, .some(let open)) where byte == open: quote = nil
            case (_, .some): word = (word ?? []) + [byte]
            case (UInt8(ascii: "\""), nil), (UInt8(ascii: "'"), nil):
                quote = byte
                word = word ?? []
            case (UInt8(ascii: " "), nil), (UInt8(ascii: "\t"), nil):
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? []) + [byte]
            }
        }
        if quote != nil { throw Problem(text: "a quote is not closed") }
        if let word { words.append(word) }
        return words
    }

    private static func escaped(_ rest: inout ArraySlice<UInt8>) throws(Problem) -> UInt8 {
        guard let byte = rest.popFirst() else { throw Problem(text: "a \\ at the end of the line") }
        switch byte {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "e"): return 0x1B
        case UInt8(ascii: "x"):
            let digits = rest.prefix(2).compactMap {
                Character(Unicode.Scalar($0)).hexDigitValue
            }
            guard digits.count == 2 else {
                throw Problem(text: "\\x wants two hexadecimal digits")
            }
            rest.removeFirst(2)
            return UInt8(digits[0] << 4 | digits[1])
        default: return byte
        }
    }

    /// Writes a word so that cutting gives it back.
    static func quoted(_ word: [UInt8]) -> String {
        let plain = word.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                || [45, 46, 47, 58, 64, 95, 123, 125].contains($0)
        }
        if plain, !word.isEmpty { return String(decoding: word, as: UTF8.self) }
        var text = "\""
        for byte in word {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text += "\\" + String(Character(Unicode.Scalar(byte)))
            case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16)
                text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return text + "\""
    }
}
