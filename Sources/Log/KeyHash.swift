/// A fast hash of keys: 64 by 64 bit products, folded, of the key's words and two secrets.
///
/// With secret words it spreads keys over a table so that no client can choose keys that collide.
/// With the fixed words of ``common`` it is equal on all nodes, for what nodes compare.
/// Source: the construction of wyhash and its descendants.
struct KeyHash {
    let first: UInt64
    let second: UInt64

    /// The same on every node, for ever: digests and scan positions depend on it.
    static let common = KeyHash(first: 0xA076_1D64_78BD_642F, second: 0xE703_7ED1_A0B4_28DB)

    init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// Makes a hash whose secret words come from a random seed.
    init(seed: UInt64) {
        first = KeyHash.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
        second = KeyHash.mix(seed &+ 0x3C6E_F372_FE94_F82A)
    }

    @inline(__always)
    func callAsFunction(_ key: UnsafeRawBufferPointer) -> UInt64 {
        let count = key.count
        guard let base = key.baseAddress, count > 0 else {
            return KeyHash.fold(first, second)
        }
        var state = second
        let left: UInt64
        let right: UInt64
        if count >= 8 {
            var place = base
            var rest = count
            while rest > 16 {
                state = KeyHash.fold(word(place) ^ first, word(place + 8) ^ state)
                place += 16
                rest &-= 16
            }
            // The last 16 bytes may overlap what was taken; below 16 both halves overlap.
            left = count >= 16 ? word(base + (count &- 16)) : word(base)
            right = word(base + (count &- 8))
        } else if count >= 4 {
            left = half(base)
            right = half(base + (count &- 4))
        } else {
            left =
                UInt64(key[0]) << 16 | UInt64(key[count &>> 1]) << 8 | UInt64(key[count &- 1])
            right = 0
        }
        let length = UInt64(truncatingIfNeeded: count)
        return KeyHash.fold(first ^ length, KeyHash.fold(left ^ first, right ^ state))
    }

    @inline(__always)
    private func word(_ place: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    private func half(_ place: UnsafeRawPointer) -> UInt64 {
        UInt64(UInt32(littleEndian: place.loadUnaligned(as: UInt32.self)))
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// A one-to-one scrambling of 64 bits.
    ///
    /// Source: the finalizer of SplitMix64.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
