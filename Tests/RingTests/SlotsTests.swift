import Ring
import Testing

@Suite("Slots")
struct SlotsTests {
    /// Keys with the slots that a Redis server answered to CLUSTER KEYSLOT.
    private static let recorded: [([UInt8], Int)] = [
        (Array("".utf8), 0),
        (Array("a".utf8), 15495),
        (Array("foo".utf8), 12182),
        (Array("bar".utf8), 5061),
        (Array("hello".utf8), 866),
        (Array("123456789".utf8), 12739),
        (Array("key:000000000001".utf8), 8924),
        (Array("user:1000".utf8), 1649),
        (Array("{user1000}.following".utf8), 3443),
        (Array("{user1000}.followers".utf8), 3443),
        (Array("user1000".utf8), 3443),
        (Array("foo{}{bar}".utf8), 8363),
        (Array("foo{{bar}}zap".utf8), 4015),
        (Array("{bar".utf8), 4015),
        (Array("foo{bar}{zap}".utf8), 5061),
        (Array("bar}".utf8), 6624),
        (Array("{}".utf8), 15257),
        (Array("{}bar".utf8), 6479),
        (Array("}{".utf8), 12793),
        (Array("}foo{bar}".utf8), 5061),
        (Array("foo{bar".utf8), 15278),
        (Array("foo}bar{zap".utf8), 4495),
        (Array("{".utf8), 4092),
        (Array("}".utf8), 12090),
        (Array("{{}".utf8), 4092),
        (Array("{{}}".utf8), 4092),
        (Array("{a}".utf8), 15495),
        (Array("x{a}y{b}z".utf8), 15495),
        ([0x00], 0),
        ([0x00, 0x00], 0),
        ([0xFF, 0xFE, 0xFD], 287),
        ([0x7B, 0x00, 0x7D], 0),
        ([0x6B, 0x7B, 0xFF, 0x80, 0x7D, 0x6B], 4727),
        ([0x0D, 0x0A], 5910),
        ([0x7B, 0x0D, 0x0A, 0x7D, 0x78], 5910),
        (Array(0...255), 16155),
        (Array(repeating: UInt8(ascii: "z"), count: 300), 10508),
        (Array(("{" + String(repeating: "t", count: 64) + "}suffix").utf8), 9566),
        (Array("schlüssel".utf8), 7677),
        (Array("{ключ}1".utf8), 10303),
        (Array("🔑".utf8), 3314),
        (Array("somekey".utf8), 11058),
        (Array("foo {bar} baz".utf8), 5061),
    ]

    @Test("a key has the slot that Redis gives it", arguments: recorded)
    func recordedSlot(key: [UInt8], slot: Int) {
        key.withUnsafeBytes { #expect(Slots.slot(of: $0) == slot) }
    }

    @Test("text has the slot of its UTF-8")
    func text() {
        #expect(Slots.slot(of: "{user1000}.following") == 3_443)
        #expect(Slots.slot(of: "") == 0)
    }

    @Test("the checksum of one byte is that of long division, for every byte and register")
    func longDivision() {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "{") {
            for first in UInt8.min...UInt8.max where first != UInt8(ascii: "{") {
                let slot = [first, byte].withUnsafeBytes { Slots.slot(of: $0) }
                #expect(slot == Self.divided([first, byte]) & 0x3FFF)
            }
        }
    }

    /// CRC16 bit by bit.
    private static func divided(_ bytes: [UInt8]) -> Int {
        var register = 0
        for byte in bytes {
            register ^= Int(byte) << 8
            for _ in 0..<8 {
                register = register & 0x8000 == 0 ? register << 1 : (register << 1) ^ 0x1021
            }
            register &= 0xFFFF
        }
        return register
    }
}
