import Bytes

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let carriageReturn = UInt8(ascii: "\r")
private let lineFeed = UInt8(ascii: "\n")

extension RequestParserState {
    /// What has become of a line that announces a length.
    enum Length {
        case value(Int)
        case unfinished
        case invalid
        case tooLong
    }

    /// Parses until one request is complete, passing over what asks for nothing.
    ///
    /// - Parameters:
    ///   - bytes: the caller's bytes.
    ///   - end: how many there are.
    /// - Returns: what it has come to.
    mutating func parseRequest(
        _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> RequestParser.Step {
        while true {
            if missing > 0 { return parseArguments(bytes, end) }
            guard position < end else { return .needMore(hint: 1) }
            let marker = bytes[position]
            if marker == UInt8(ascii: "*") {
                if let step = parseCount(bytes, end) { return step }
            } else if marker == 0 {
                passOver(1)
            } else if let step = parseInline(bytes, end) {
                return step
            }
        }
    }

    /// Leaves out bytes between two requests.
    mutating func passOver(_ count: Int) {
        position += count
        start = position
        searched = position
    }

    /// Reads `*3\r\n`; nil when parsing can go on.
    private mutating func parseCount(
        _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> RequestParser.Step? {
        switch parseLength(bytes, end) {
        case .unfinished: return .needMore(hint: 1)
        case .invalid: return .failure(.invalidMultibulkLength)
        case .tooLong: return .failure(.multibulkCountTooLong)
        case .value(let count):
            if count > limits.argumentsMax {
                let known = limits.isAuthenticated || count > Int(Int32.max)
                return .failure(known ? .invalidMultibulkLength : .unauthenticatedMultibulkLength)
            }
            if count <= 0 {
                passOver(0)
            } else {
                missing = count
            }
            return nil
        }
    }

    private mutating func parseArguments(
        _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> RequestParser.Step {
        while missing > 0 {
            if bulkBytes < 0, let step = parseBulkLength(bytes, end) { return step }
            let available = end &- position
            guard available >= bulkBytes &+ 2 else {
                return .needMore(hint: bulkBytes &+ 2 &- available)
            }
            let behind = position &+ bulkBytes
            guard bytes[behind] == carriageReturn && bytes[behind &+ 1] == lineFeed else {
                return .failure(.invalidBulkLength)
            }
            appendRange(offset: position &- start, count: bulkBytes)
            position = behind &+ 2
            bulkBytes = -1
            missing &-= 1
        }
        return completeRequest(isInline: false)
    }

    /// Reads `$5\r\n`; nil when parsing can go on.
    @inline(__always)
    private mutating func parseBulkLength(
        _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> RequestParser.Step? {
        guard position < end else { return .needMore(hint: 1) }
        guard bytes[position] == UInt8(ascii: "$") else {
            return .failure(.expectedBulk(got: bytes[position]))
        }
        switch parseLength(bytes, end) {
        case .unfinished: return .needMore(hint: 1)
        case .invalid: return .failure(.invalidBulkLength)
        case .tooLong: return .failure(.bulkCountTooLong)
        case .value(let count):
            guard count >= 0 && count <= limits.bulkBytesMax else { return refuseBulk(count) }
            // The limit is below 4 GiB, so that every offset fits a range.
            let left = totalBytesMax &- (position &- start) &- 2
            guard count <= left else { return .failure(.requestTooLong) }
            bulkBytes = count
            return nil
        }
    }

    private var totalBytesMax: Int { min(limits.totalBytesMax, Int(UInt32.max)) }

    private func refuseBulk(_ count: Int) -> RequestParser.Step {
        let isUnauthenticated =
            count >= 0 && count <= RequestLimits().bulkBytesMax && !limits.isAuthenticated
        return .failure(isUnauthenticated ? .unauthenticatedBulkLength : .invalidBulkLength)
    }

    /// Reads the number of a line that begins at `position`, and goes behind the line.
    @inline(__always)
    private mutating func parseLength(_ bytes: UnsafePointer<UInt8>, _ end: Int) -> Length {
        // Nearly every length is one to three digits that are all there.
        var index = position &+ 1
        var value = 0
        let digitsEnd = min(end, index &+ 9)
        while index < digitsEnd {
            let digit = bytes[index] &- 48
            guard digit < 10 else { break }
            value = value &* 10 &+ Int(digit)
            index &+= 1
        }
        let hasDigits = index > position &+ 1
        let hasLeadingZero = hasDigits && bytes[position &+ 1] == 48 && index > position &+ 2
        if hasDigits && !hasLeadingZero && index &+ 1 < end
            && bytes[index] == carriageReturn && bytes[index &+ 1] == lineFeed
        {
            position = index &+ 2
            searched = position
            return .value(value)
        }
        return parseUnusualLength(bytes, end)
    }

    /// The same for signs, many digits, and lines that have not come whole.
    @inline(never)
    private mutating func parseUnusualLength(
        _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> Length {
        guard let lineEnd = findLineEnd(carriageReturn, bytes, end) else {
            return isLineTooLong(end) ? .tooLong : .unfinished
        }
        guard lineEnd + 1 < end else { return .unfinished }
        let text = UnsafeRawBufferPointer(
            start: bytes + position + 1, count: lineEnd - position - 1)
        guard bytes[lineEnd + 1] == lineFeed, let value = parseDecimal(text) else {
            return .invalid
        }
        position = lineEnd + 2
        searched = position
        return .value(value)
    }

    // MARK: Lines

    /// The offset of the byte that ends the line at `position`, when it has come.
    ///
    /// As in Redis, a line that holds a NUL never ends, until it is too long.
    mutating func findLineEnd(
        _ terminator: UInt8, _ bytes: UnsafePointer<UInt8>, _ end: Int
    ) -> Int? {
        let searchEnd = min(end, position + limits.inlineBytesMax + 1)
        searched = max(searched, position)
        while searched < searchEnd {
            let byte = bytes[searched]
            if byte == terminator { return searched }
            if byte == 0 { return nil }
            searched += 1
        }
        return nil
    }

    /// Whether a line without an end has taken all the bytes that a line may have.
    func isLineTooLong(_ end: Int) -> Bool { end - position > limits.inlineBytesMax }
}
