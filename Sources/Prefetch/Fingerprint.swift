/// 64 bits that stand for some bytes.
///
/// Predictors compare fingerprints instead of keys: two keys that share one spoil a guess and
/// nothing else. Words are mixed by folding a 128-bit product, as in wyhash.
struct Fingerprint {
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let start: UInt64 = 0xD6E8_FEB8_6659_FD93

    /// What the bytes so far come to.
    private(set) var value = Self.start

    /// The fingerprint of no bytes yet.
    static var empty: Self { Self() }

    /// The fingerprint of some bytes.
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var fingerprint = empty
        fingerprint.add(bytes)
        return fingerprint.value
    }

    /// Takes in more bytes and where they end.
    @inline(__always)
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while bytes.count &- offset >= 8 {
            mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        // The count in the top byte tells a tail of zeros from none.
        var tail = UInt64(bytes.count &- offset &+ 1) << 56
        var shift: UInt64 = 0
        while offset < bytes.count {
            tail |= UInt64(bytes[offset]) << shift
            shift &+= 8
            offset &+= 1
        }
        mix(tail)
    }

    @inline(__always)
    private mutating func mix(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: Self.factor)
        value = (product.high ^ product.low) &+ Self.start
    }
}
