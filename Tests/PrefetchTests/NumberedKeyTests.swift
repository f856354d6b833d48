import Testing

@testable import Prefetch

@Suite struct NumberedKeyTests {
    private func with<T>(_ key: String, _ body: (NumberedKey?) -> T) -> T {
        Array(key.utf8).withUnsafeBytes { body(NumberedKey($0)) }
    }

    private func other(_ key: String, _ number: Int, width: Int = 0) -> String? {
        with(key) { $0?.with(number, width: width) }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("the number of a key is its last one")
    func lastNumber() {
        #expect(with("user:41") { $0?.number } == 41)
        #expect(with("user:41:name") { $0?.number } == 41)
        #expect(with("a1b22c333d") { $0?.number } == 333)
        #expect(with("7") { $0?.number } == 7)
        #expect(with("name") { $0 == nil })
        #expect(with("") { $0 == nil })
    }

    @Test("another number takes the place of the digits, with leading zeros where wanted")
    func replacing() {
        #expect(other("user:41:name", 42) == "user:42:name")
        #expect(other("user:9", 10) == "user:10")
        #expect(other("user:10", 9) == "user:9")
        #expect(other("user:0041", 42, width: 4) == "user:0042")
        #expect(other("user:0999", 1000, width: 4) == "user:1000")
        #expect(other("user:1", 0) == "user:0")
        #expect(other("user:1", -1) == nil)
    }

    @Test("of more than 18 digits the last 18 are the number, and none of more is guessed")
    func longNumbers() {
        let digits = "1234567890123456789012345"
        #expect(with(digits) { $0?.number } == 890_123_456_789_012_345)
        #expect(other(digits, 890_123_456_789_012_346) == "1234567890123456789012346")
        #expect(other("k999999999999999999", NumberedKey.numberEnd) == nil)
        #expect(other("k1", .max) == nil)
    }

    @Test("keys share a stem when only their number differs")
    func stems() {
        func stem(_ key: String) -> UInt64? { with(key) { $0?.stem } }
        #expect(stem("user:41:name") == stem("user:7:name"))
        #expect(stem("user:41:name") != stem("user:41:mail"))
        #expect(stem("user:41") != stem("41user:"))
        #expect(stem("a1b") != stem("ab1"))
    }

    @Test(
        "a run keeps its width across a number that needs no zeros, and loses it to a shorter one")
    func widths() {
        var width = NumberWidth()
        for (key, digits) in [("k10", 0), ("k0999", 4), ("k1000", 4), ("k10000", 4), ("k7", 0)] {
            with(key) { if let key = $0 { width.learn(from: key) } }
            #expect(width.digits == digits, "\(key)")
        }
    }

    @Test("fingerprints tell apart keys that differ in one byte, in length, or in zeros at the end")
    func fingerprints() {
        let keys: [[UInt8]] = [
            [], [0], [0, 0], [1], Array("abcdefgh".utf8), Array("abcdefgh\0".utf8),
            Array("abcdefgi".utf8), Array("abcdefghijklmnop".utf8),
        ]
        let values = keys.map { key in key.withUnsafeBytes { Fingerprint.of($0) } }
        #expect(Set(values).count == keys.count)
    }
}
