import Bytes

extension RequestParserState {
    /// Reads a command typed as a line; nil when the line asks for nothing.
    mutating func parseInline(
        _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> RequestParser.Step? {
        // A TLS record of type handshake, version 3.x: no line of text begins so.
        if bytes[position] == 0x16 {
            guard position + 1 < end else { return .needMore(hint: 1) }
            if bytes[position + 1] == 0x03 { return .failure(.tlsHello) }
        }
        guard let lineFeed = findLineEnd(UInt8(ascii: "\n"), bytes, end) else {
            return isLineTooLong(end) ? .failure(.inlineTooLong) : .needMore(hint: 1)
        }
        var count = lineFeed - position
        if count > 0 && bytes[lineFeed - 1] == UInt8(ascii: "\r") { count -= 1 }
        let line = UnsafeBufferPointer(start: bytes + position, count: count)
        passOver(lineFeed + 1 - position)
        guard splitLine(line) else { return .failure(.unbalancedQuotes) }
        if rangesCount == pendingRange { return nil }
        if isHTTP { return .failure(.httpRequest) }
        return completeRequest(isInline: true)
    }

    /// Appends the arguments of a line to the inline text; false when its quotes are unbalanced.
    private mutating func splitLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        var words = WordSplitter(line: line)
        while words.skipBlanks() {
            let offset = inlineText.count
            guard words.appendWord(to: inlineText) else { return false }
            appendRange(offset: offset, count: inlineText.count - offset)
        }
        return true
    }

    /// Whether the line just split is the first line of an HTTP request, or its host.
    ///
    /// Some web page can make a browser of someone inside send such lines to this port.
    private var isHTTP: Bool {
        let name = inlineArgument(pendingRange)
        if bytesEqualIgnoringCase(name, "post") || bytesEqualIgnoringCase(name, "host:") {
            return true
        }
        guard rangesCount - pendingRange >= 3 else { return false }
        let last = inlineArgument(rangesCount - 1)
        return last.count > 5 && bytesEqualIgnoringCase(.init(rebasing: last[..<5]), "http/")
    }

    private func inlineArgument(_ index: Int) -> UnsafeRawBufferPointer {
        let range = ranges[index]
        return inlineText.bytes(in: Int(range.offset)..<Int(range.offset) + Int(range.count))
    }
}

/// Splits a line into words as Redis does: blanks between them, `"…"` with escapes, `'…'`.
///
/// The line holds no NUL.
struct WordSplitter {
    let line: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(line: UnsafeBufferPointer<UInt8>) { self.line = line }

    /// Goes to the next word; false when there is none.
    mutating func skipBlanks() -> Bool {
        while index < line.count && Self.isBlank(line[index]) { index += 1 }
        return index < line.count
    }

    /// Appends the word at the present place; false when its quotes are unbalanced.
    mutating func appendWord(to text: OutputBuffer) -> Bool {
        while index < line.count {
            let byte = line[index]
            index += 1
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): return true
            case UInt8(ascii: "\""): return appendDoubleQuoted(to: text)
            case UInt8(ascii: "'"): return appendSingleQuoted(to: text)
            default: text.append(byte)
            }
        }
        return true
    }

    private mutating func appendDoubleQuoted(to text: OutputBuffer) -> Bool {
        while index < line.count {
            let byte = line[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return isAtWordEnd }
            if byte == UInt8(ascii: "\\") && index < line.count {
                appendEscape(to: text)
            } else {
                text.append(byte)
            }
        }
        return false
    }

    private mutating func appendSingleQuoted(to text: OutputBuffer) -> Bool {
        let quote = UInt8(ascii: "'")
        while index < line.count {
            let byte = line[index]
            index += 1
            if byte == quote { return isAtWordEnd }
            if byte == UInt8(ascii: "\\") && index < line.count && line[index] == quote {
                text.append(quote)
                index += 1
            } else {
                text.append(byte)
            }
        }
        return false
    }

    /// Appends what the characters behind a backslash stand for; there is at least one.
    private mutating func appendEscape(to text: OutputBuffer) {
        let byte = line[index]
        index += 1
        if byte == UInt8(ascii: "x") && index + 1 < line.count,
            let high = Self.hexadecimal(line[index]), let low = Self.hexadecimal(line[index + 1])
        {
            text.append(high << 4 | low)
            index += 2
            return
        }
        switch byte {
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
        case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "a"): text.append(7)
        default: text.append(byte)
        }
    }

    /// A closing quote must be followed by a blank or by nothing.
    private var isAtWordEnd: Bool { index == line.count || Self.isBlank(line[index]) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
