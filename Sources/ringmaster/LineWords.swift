/// Splits a line into words as redis-cli does, on bytes.
///
/// Words stand between blanks. In double quotes `\n \r \t \b \a \\ \"` and `\xHH` are understood, in
/// single quotes only `\'`. Behind a closing quote comes a blank or the end.
struct LineWords {
    private var rest: ArraySlice<UInt8>

    /// The words of a line; nil when its quotes do not balance.
    static func split(_ line: [UInt8]) -> [[UInt8]]? {
        var splitter = LineWords(rest: line[...])
        var words: [[UInt8]] = []
        while true {
            splitter.rest = splitter.rest.drop(while: isBlank)
            if splitter.rest.isEmpty { return words }
            guard let word = splitter.word() else { return nil }
            words.append(word)
        }
    }

    private mutating func word() -> [UInt8]? {
        var word: [UInt8] = []
        while let byte = rest.first, !Self.isBlank(byte) {
            rest.removeFirst()
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let quoted = self.quoted(until: byte) else { return nil }
                guard rest.first.map(Self.isBlank) ?? true else { return nil }
                return word + quoted
            default: word.append(byte)
            }
        }
        return word
    }

    private mutating func quoted(until quote: UInt8) -> [UInt8]? {
        var word: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == quote { return word }
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                word.append(byte)
                continue
            }
            if quote == UInt8(ascii: "'") {
                if next == quote { rest.removeFirst() }
                word.append(next == quote ? next : byte)
            } else {
                rest.removeFirst()
                word.append(escaped(next))
            }
        }
        return nil
    }

    private mutating func escaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "a"): return 7
        case UInt8(ascii: "x"):
            let digits = rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == 2 else { return byte }
            rest.removeFirst(2)
            return UInt8(digits[0] * 16 + digits[1])
        default: return byte
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
