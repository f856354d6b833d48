/// The checksum of every line on disk and between nodes: XXH64 with seed 0.
///
/// A published function with tools of its own (`xxhsum -H64`), so that a file can be checked
/// without this program; several times faster than a table-driven CRC, and 64 bits wide.
/// Source: the XXH64 algorithm description of the xxHash project.
public enum Checksum {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The XXH64 of the bytes.
    public static func xxh64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard var place = bytes.baseAddress else { return finish(prime5) }
        let end = place + bytes.count
        var sum: UInt64
        if bytes.count >= 32 {
            sum = stripes(&place, end)
        } else {
            sum = prime5
        }
        sum &+= UInt64(truncatingIfNeeded: bytes.count)
        while end - place >= 8 {
            sum = rotate(sum ^ round(0, word(place)), 27) &* prime1 &+ prime4
            place += 8
        }
        if end - place >= 4 {
            let half = UInt64(UInt32(littleEndian: place.loadUnaligned(as: UInt32.self)))
            sum = rotate(sum ^ half &* prime1, 23) &* prime2 &+ prime3
            place += 4
        }
        while place < end {
            let byte = UInt64(place.load(as: UInt8.self))
            sum = rotate(sum ^ byte &* prime5, 11) &* prime1
            place += 1
        }
        return finish(sum)
    }

    /// Takes all whole runs of 32 bytes, at least one.
    @inline(__always)
    private static func stripes(
        _ place: inout UnsafeRawPointer, _ end: UnsafeRawPointer
    ) -> UInt64 {
        var first = prime1 &+ prime2
        var second = prime2
        var third: UInt64 = 0
        var fourth = 0 &- prime1
        repeat {
            first = round(first, word(place))
            second = round(second, word(place + 8))
            third = round(third, word(place + 16))
            fourth = round(fourth, word(place + 24))
            place += 32
        } while end - place >= 32
        var sum =
            rotate(first, 1) &+ rotate(second, 7) &+ rotate(third, 12) &+ rotate(fourth, 18)
        sum = (sum ^ round(0, first)) &* prime1 &+ prime4
        sum = (sum ^ round(0, second)) &* prime1 &+ prime4
        sum = (sum ^ round(0, third)) &* prime1 &+ prime4
        return (sum ^ round(0, fourth)) &* prime1 &+ prime4
    }

    @inline(__always)
    private static func finish(_ sum: UInt64) -> UInt64 {
        var sum = (sum ^ sum >> 33) &* prime2
        sum = (sum ^ sum >> 29) &* prime3
        return sum ^ sum >> 32
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value &<< bits | value &>> (64 &- bits)
    }

    @inline(__always)
    private static func word(_ place: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    }
}
