import Bytes

/// Writes the pieces of one line into memory that is known to be large enough.
struct LineWriter {
    private let start: UnsafeMutablePointer<UInt8>
    private(set) var place: UnsafeMutablePointer<UInt8>

    /// Begins a line.
    init(at start: UnsafeMutablePointer<UInt8>) {
        self.start = start
        place = start
    }

    @inline(__always)
    mutating func write(_ literal: StaticString) {
        UnsafeMutableRawPointer(place).copyMemory(
            from: literal.utf8Start, byteCount: literal.utf8CodeUnitCount)
        place += literal.utf8CodeUnitCount
    }

    /// Writes a number that is 0 or more.
    @inline(__always)
    mutating func write(decimal value: Int) {
        if value < 10 {
            place.pointee = 48 &+ UInt8(truncatingIfNeeded: value)
            place += 1
            return
        }
        var rest = UInt64(truncatingIfNeeded: value)
        let digits = LineWriter.digitCount(rest)
        var index = digits
        while index > 0 {
            index &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place[index] = 48 &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        place += digits
    }

    @inline(__always)
    private static func digitCount(_ value: UInt64) -> Int {
        var digits = 1
        var bound: UInt64 = 10
        // Ends by 10^19, which a UInt64 holds.
        while value >= bound, digits < 19 {
            digits &+= 1
            bound &*= 10
        }
        return digits
    }

    /// Writes a string field: as text where that is possible and short, else as base64.
    ///
    /// - Parameters:
    ///   - bytes: what the field holds.
    ///   - text: what opens the field for text, up to the quotation mark.
    ///   - base64: what opens it for base64.
    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer, text: StaticString, base64: StaticString) {
        let before = place
        write(text)
        if JSONText.copyPlain(bytes, to: place) {
            place += bytes.count
            write("\"")
        } else {
            place = before
            writeWithCare(bytes, text: text, base64: base64)
        }
    }

    @inline(never)
    private mutating func writeWithCare(
        _ bytes: UnsafeRawBufferPointer, text: StaticString, base64: StaticString
    ) {
        let encodedCount = base64Count(bytes.count)
        if let count = JSONText.escapedCount(bytes), count <= encodedCount {
            write(text)
            JSONText.writeEscaped(bytes, to: place)
            place += count
        } else {
            write(base64)
            Base64.write(bytes, to: place)
            place += encodedCount
        }
        write("\"")
    }

    /// Ends the line: the checksum of all that was written, and the line feed.
    ///
    /// - Returns: the length of the line.
    @inline(__always)
    mutating func close() -> Int {
        let sum = Checksum.xxh64(UnsafeRawBufferPointer(start: start, count: place - start))
        write(",\"c\":\"")
        let digits = hexadecimalDigits(sum)
        let raw = UnsafeMutableRawPointer(place)
        raw.storeBytes(of: digits.high.littleEndian, as: UInt64.self)
        (raw + 8).storeBytes(of: digits.low.littleEndian, as: UInt64.self)
        place += 16
        write("\"}\n")
        return place - start
    }
}

/// What ``LineWriter/close()`` adds, without the line feed: `,"c":"`, 16 digits, `"}`.
let closingCount = 24

/// The 16 lower-case hexadecimal digits of a number, eight and eight, the first in the lowest byte.
@inline(__always)
func hexadecimalDigits(_ value: UInt64) -> (high: UInt64, low: UInt64) {
    @inline(__always)
    func spread(_ half: UInt64) -> UInt64 {
        var nibbles = (half & 0xFFFF_0000) << 16 | half & 0xFFFF
        nibbles = (nibbles & 0x0000_FF00_0000_FF00) << 8 | nibbles & 0x0000_00FF_0000_00FF
        nibbles = (nibbles & 0x00F0_00F0_00F0_00F0) << 4 | nibbles & 0x000F_000F_000F_000F
        // Bit 4 of a byte is set where its nibble is above 9; such digits begin at «a».
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39).byteSwapped
    }
    return (spread(value >> 32), spread(value & 0xFFFF_FFFF))
}
