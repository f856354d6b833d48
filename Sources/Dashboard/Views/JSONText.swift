/// Indents JSON without changing what it says: numbers, strings and duplicate names stay as written.
enum JSONText {
    /// Nesting beyond this is not indented at all.
    static let depthMax = 128
    /// Bytes beyond which a value is not looked at as JSON.
    static let bytesMax = 1 << 20

    /// The indented text; nil when the bytes are not one JSON value.
    static func pretty(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count <= bytesMax else { return nil }
        var writer = Writer(rest: bytes[...])
        writer.skipBlanks()
        guard writer.value(0) else { return nil }
        writer.skipBlanks()
        return writer.rest.isEmpty ? writer.out : nil
    }

    private struct Writer {
        var rest: ArraySlice<UInt8>
        var out: [UInt8] = []

        mutating func skipBlanks() {
            while let byte = rest.first, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                rest.removeFirst()
            }
        }

        mutating func line(_ depth: Int) {
            out.append(0x0A)
            out += [UInt8](repeating: 0x20, count: 2 * depth)
        }

        mutating func value(_ depth: Int) -> Bool {
            guard depth < depthMax, let first = rest.first else { return false }
            switch first {
            case UInt8(ascii: "{"): return items(depth, close: UInt8(ascii: "}"), isObject: true)
            case UInt8(ascii: "["): return items(depth, close: UInt8(ascii: "]"), isObject: false)
            case UInt8(ascii: "\""): return string()
            case UInt8(ascii: "t"): return word("true")
            case UInt8(ascii: "f"): return word("false")
            case UInt8(ascii: "n"): return word("null")
            default: return number()
            }
        }

        mutating func items(_ depth: Int, close: UInt8, isObject: Bool) -> Bool {
            out.append(rest.removeFirst())
            skipBlanks()
            if rest.first == close {
                out.append(rest.removeFirst())
                return true
            }
            while true {
                line(depth + 1)
                if isObject {
                    guard rest.first == UInt8(ascii: "\""), string() else { return false }
                    skipBlanks()
                    guard rest.popFirst() == UInt8(ascii: ":") else { return false }
                    out += [UInt8(ascii: ":"), 0x20]
                    skipBlanks()
                }
                guard value(depth + 1) else { return false }
                skipBlanks()
                guard let next = rest.popFirst() else { return false }
                if next == close {
                    line(depth)
                    out.append(next)
                    return true
                }
                guard next == UInt8(ascii: ",") else { return false }
                out.append(next)
                skipBlanks()
            }
        }

        mutating func string() -> Bool {
            out.append(rest.removeFirst())
            while let byte = rest.popFirst() {
                out.append(byte)
                if byte == UInt8(ascii: "\"") { return true }
                if byte < 0x20 { return false }
                if byte == UInt8(ascii: "\\") {
                    guard let escaped = rest.popFirst() else { return false }
                    out.append(escaped)
                }
            }
            return false
        }

        mutating func word(_ word: StaticString) -> Bool {
            let count = word.utf8CodeUnitCount
            let expected = UnsafeBufferPointer(start: word.utf8Start, count: count)
            guard rest.prefix(count).elementsEqual(expected) else { return false }
            out += rest.prefix(count)
            rest.removeFirst(count)
            return true
        }

        mutating func number() -> Bool {
            let digits = rest.prefix { byte in
                (48...57).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
            }
            guard digits.contains(where: { (48...57).contains($0) }) else { return false }
            out += digits
            rest.removeFirst(digits.count)
            return true
        }
    }
}
