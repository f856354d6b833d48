import Testing

@testable import Terminal

@Suite("Foreign text")
struct ForeignTextTests {
    @Test(
        "what could harm a terminal is escaped",
        arguments: [
            ("a\u{1B}[31mb", "a\\e[31mb"), ("x\u{07}y", "x\\x07y"), ("\u{9B}2J", "\\u{9b}2J"),
            ("\u{202E}abc", "\\u{202e}abc"), ("a\u{200D}b", "a\\u{200d}b"),
            ("e\u{301}", "e\\u{301}"), ("1\t2\r\n", "1\\t2\\r\\n"), ("\\e", "\\\\e"),
            ("%s%n", "%s%n"), ("\u{1F600}", "\u{1F600}"), ("日本", "日本"),
        ])
    func escapes(_ raw: String, _ shown: String) {
        #expect(ForeignText.shown(raw) == shown)
        #expect(ForeignText.shown(Array(raw.utf8)) == shown)
    }

    @Test("invalid UTF-8 is shown byte by byte")
    func invalid() {
        #expect(ForeignText.shown([0x61, 0xFF, 0xC0, 0x80, 0x62]) == "a\\xff\\xc0\\x80b")
        // A surrogate, an overlong slash, and a cut sequence.
        #expect(ForeignText.shown([0xED, 0xA0, 0x80]) == "\\xed\\xa0\\x80")
        #expect(ForeignText.shown([0xE0, 0x80, 0xAF]) == "\\xe0\\x80\\xaf")
        #expect(ForeignText.shown([0xE6, 0x97]) == "\\xe6\\x97")
    }

    @Test("units give back the same bytes")
    func roundTrip() {
        for _ in 0..<500 {
            let bytes = (0..<40).map { _ in UInt8.random(in: 0...255) }
            #expect(ForeignText.units(bytes).flatMap(\.bytes) == bytes)
        }
        let text = Array("añ日😀\u{0}\u{1B}".utf8)
        #expect(ForeignText.units(text).flatMap(\.bytes) == text)
    }

    @Test("only scalars with a width of their own are shown as they are")
    func everyScalarShownHasAWidth() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 7) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for shown in ForeignText.shown(scalar).unicodeScalars {
                #expect(shown.columnWidth != nil)
            }
        }
    }

    @Test("a thousand combining marks stay in their row")
    func combining() {
        let text = "a" + String(repeating: "\u{301}", count: 1_000)
        let shown = ForeignText.shown(Array(text.utf8), columnsMax: 20)
        #expect(shown.cut(to: 20).columns == 20)
    }
}
