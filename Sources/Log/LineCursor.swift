import Bytes

/// Reads the pieces of one line, strictly in the order in which they are written.
struct LineCursor {
    private let base: UnsafeRawPointer
    private let end: Int
    /// Where it is, in bytes from the start of the line.
    private(set) var index = 0

    /// Checks how the line ends, and its checksum.
    ///
    /// - Parameters:
    ///   - line: a line without its line feed.
    ///   - checkingSum: false to read a line in spite of a wrong checksum.
    /// - Throws: why the line cannot be trusted.
    @inline(__always)
    init(_ line: UnsafeRawBufferPointer, checkingSum: Bool = true) throws(RecordFailure) {
        guard let base = line.baseAddress, line.count > closingCount else {
            throw RecordFailure(.incomplete, offset: line.count)
        }
        self.base = base
        end = line.count - closingCount
        let closing = base + end
        guard LineCursor.matches(closing, ",\"c\":\""), LineCursor.matches(closing + 22, "\"}")
        else { throw LineCursor.failure(ofUnclosed: line) }
        guard checkingSum else { return }
        let sum = hexadecimalDigits(
            Checksum.xxh64(UnsafeRawBufferPointer(start: base, count: end)))
        let high = UInt64(littleEndian: (closing + 6).loadUnaligned(as: UInt64.self))
        let low = UInt64(littleEndian: (closing + 14).loadUnaligned(as: UInt64.self))
        guard high == sum.high, low == sum.low else {
            throw RecordFailure(.checksum, offset: end)
        }
    }

    private static func failure(ofUnclosed line: UnsafeRawBufferPointer) -> RecordFailure {
        let last = line.count - 1
        return RecordFailure(line[last] == 0x0D ? .carriageReturn : .incomplete, offset: last)
    }

    @inline(__always)
    private static func matches(_ place: UnsafeRawPointer, _ literal: StaticString) -> Bool {
        var index = 0
        while index < literal.utf8CodeUnitCount {
            if place.load(fromByteOffset: index, as: UInt8.self) != literal.utf8Start[index] {
                return false
            }
            index &+= 1
        }
        return true
    }

    /// Whether all is read.
    var isAtEnd: Bool { index == end }

    /// Reads the literal if it comes next.
    @inline(__always)
    mutating func take(_ literal: StaticString) -> Bool {
        guard end &- index >= literal.utf8CodeUnitCount,
            LineCursor.matches(base + index, literal)
        else { return false }
        index &+= literal.utf8CodeUnitCount
        return true
    }

    /// Reads the literal, which must come next.
    @inline(__always)
    mutating func expect(_ literal: StaticString) throws(RecordFailure) {
        guard take(literal) else { throw RecordFailure(.syntax, offset: index) }
    }

    /// Reads a number: decimal digits without a leading zero, below 2^53.
    @inline(__always)
    mutating func number() throws(RecordFailure) -> Int {
        let start = index
        var value = 0
        while index < end {
            let digit = base.load(fromByteOffset: index, as: UInt8.self) &- 48
            guard digit < 10 else { break }
            // 16 digits cannot overflow; more are never below 2^53.
            guard index &- start < 16 else { throw RecordFailure(.number, offset: start) }
            value = value &* 10 &+ Int(digit)
            index &+= 1
        }
        let digits = index &- start
        guard digits > 0, value < RecordLimits.numberMax,
            digits == 1 || base.load(fromByteOffset: start, as: UInt8.self) != 48
        else { throw RecordFailure(.number, offset: start) }
        return value
    }

    /// Reads the rest of a JSON string, whose opening quotation mark is read.
    ///
    /// - Parameter scratch: where the text goes when it has escapes; cleared by the caller.
    /// - Returns: the bytes, in the line or in the scratch memory.
    /// - Throws: where the string has no end, or an escape sequence that is never written.
    @inline(__always)
    mutating func text(_ scratch: OutputBuffer) throws(RecordFailure) -> UnsafeRawBufferPointer {
        let start = index
        var hasEscapes = false
        while true {
            index = stop(from: index)
            guard index < end else { throw RecordFailure(.syntax, offset: index) }
            if base.load(fromByteOffset: index, as: UInt8.self) == 0x22 { break }
            // A reverse solidus: what follows it is no end of the string.
            hasEscapes = true
            index &+= 2
            guard index < end else { throw RecordFailure(.syntax, offset: end) }
        }
        let inside = UnsafeRawBufferPointer(start: base + start, count: index &- start)
        index &+= 1
        return hasEscapes ? try unescaped(inside, start, scratch) : inside
    }

    /// The place of the next quotation mark or reverse solidus; the end when there is none.
    @inline(__always)
    private func stop(from start: Int) -> Int {
        var place = start
        while place &+ 8 <= end {
            let word = UInt64(littleEndian: (base + place).loadUnaligned(as: UInt64.self))
            let stops =
                JSONText.marks(word, equalTo: 0x22) | JSONText.marks(word, equalTo: 0x5C)
            if stops != 0 { return place &+ stops.trailingZeroBitCount / 8 }
            place &+= 8
        }
        while place < end {
            let byte = base.load(fromByteOffset: place, as: UInt8.self)
            if byte == 0x22 || byte == 0x5C { return place }
            place &+= 1
        }
        return end
    }

    @inline(never)
    private func unescaped(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ scratch: OutputBuffer
    ) throws(RecordFailure) -> UnsafeRawBufferPointer {
        do {
            scratch.advance(try JSONText.readEscaped(text, to: scratch.reserve(text.count)))
            return scratch.bytes
        } catch {
            throw RecordFailure(error.reason, offset: start + error.offset)
        }
    }

    /// Reads the rest of a JSON string that holds base64, whose opening quotation mark is read.
    @inline(never)
    mutating func base64(_ scratch: OutputBuffer) throws(RecordFailure) -> UnsafeRawBufferPointer {
        let start = index
        let close = stop(from: start)
        let inside = UnsafeRawBufferPointer(start: base + start, count: close - start)
        index = close
        try expect("\"")
        guard let count = Base64.read(inside, to: scratch.reserve(inside.count)) else {
            throw RecordFailure(.base64, offset: start)
        }
        scratch.advance(count)
        return scratch.bytes
    }
}
