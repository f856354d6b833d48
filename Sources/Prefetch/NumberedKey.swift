/// A key with a number in it: its last one, with what stands before and behind.
///
/// `user:0041:name` is the number 41, four digits wide, between `user:` and `:name`. Of more than
/// ``digitsMax`` digits the last ones are the number.
struct NumberedKey {
    /// The most digits of a number, so that it never overflows.
    static let digitsMax = 18
    /// The largest number, exclusive.
    static let numberEnd = 1_000_000_000_000_000_000

    /// The whole key.
    let bytes: UnsafeRawBufferPointer
    /// Where the number's digits stand.
    let digits: Range<Int>
    /// The number.
    let number: Int
    /// Fingerprint of what stands before and behind.
    let stem: UInt64

    /// Whether the digits begin with a zero that a bare number would not have.
    var isPadded: Bool { digits.count > 1 && bytes[digits.lowerBound] == UInt8(ascii: "0") }

    /// Finds the last number; nil when the key has none.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var end = bytes.count
        while end > 0, !Self.isDigit(bytes[end &- 1]) { end &-= 1 }
        guard end > 0 else { return nil }
        var start = end
        while start > 0, end &- start < Self.digitsMax, Self.isDigit(bytes[start &- 1]) {
            start &-= 1
        }
        var number = 0
        for index in start..<end { number = number &* 10 &+ Int(bytes[index] &- 48) }
        var stem = Fingerprint.empty
        stem.add(UnsafeRawBufferPointer(rebasing: bytes[..<start]))
        stem.add(UnsafeRawBufferPointer(rebasing: bytes[end...]))
        self.bytes = bytes
        self.digits = start..<end
        self.number = number
        self.stem = stem.value
    }

    /// The same key with another number.
    ///
    /// - Parameters:
    ///   - number: the other number.
    ///   - width: digits to fill up to with leading zeros; 0 for a bare number.
    /// - Returns: nil when the number is negative or has too many digits.
    func with(_ number: Int, width: Int) -> [UInt8]? {
        guard number >= 0, number < Self.numberEnd else { return nil }
        var digitCount = 1
        var rest = number / 10
        while rest > 0 {
            digitCount &+= 1
            rest /= 10
        }
        digitCount = max(digitCount, min(width, Self.digitsMax))
        let count = bytes.count &- digits.count &+ digitCount
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(buffer)
            target.copyBytes(from: bytes[..<digits.lowerBound])
            var place = digits.lowerBound &+ digitCount
            UnsafeMutableRawBufferPointer(rebasing: target[place...])
                .copyBytes(from: bytes[digits.upperBound...])
            var rest = number
            while place > digits.lowerBound {
                place &-= 1
                buffer[place] = UInt8(48 &+ rest % 10)
                rest /= 10
            }
            initialized = count
        }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
}

/// How wide the numbers of a run are written.
///
/// `0999` shows that its run has four digits; `1000` behind it does not, and must not end that.
struct NumberWidth: Equatable {
    /// Digits to fill up to; 0 for bare numbers.
    private(set) var digits = 0

    /// Learns from a key of the run.
    @inline(__always)
    mutating func learn(from key: NumberedKey) {
        if key.isPadded {
            digits = key.digits.count
        } else if key.digits.count < digits {
            digits = 0
        }
    }
}
