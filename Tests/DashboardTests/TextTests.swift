import Terminal
import Testing

@testable import Dashboard

@Suite("Text for people")
struct TextTests {
    @Test("numbers have commas, and are rounded where room is short")
    func numbers() {
        #expect(0.grouped == "0")
        #expect(16_384.grouped == "16,384")
        #expect((-1_234_567).grouped == "-1,234,567")
        #expect(Int.min.grouped == "-9,223,372,036,854,775,808")
        #expect(102_400.fitting(7) == "102,400")
        #expect(1_234_567.fitting(7) == "1.2M")
        #expect(12_345.fitting(4) == "12k")
        #expect(Int.max.fitting(3) == "?")
        #expect(1.005.text(1) == "1.0")
        #expect((-0.04).text(1) == "0.0")
        #expect(Double.infinity.text(1) == "?")
        #expect(1_536.bytesText == "1.5 KiB")
        #expect(Int.max.bytesText == "8.0 EiB")
        #expect(1.of("key") == "1 key")
    }

    @Test("times of day are local, before 1970 and at the ends of the numbers too")
    func clock() {
        #expect(0.clockText(secondsFromGMT: 0) == "00:00:00")
        #expect(86_399_999.clockText(secondsFromGMT: 0) == "23:59:59")
        #expect(0.clockText(secondsFromGMT: -3_600) == "23:00:00")
        #expect(Int.min.clockText(secondsFromGMT: -3_600).count == 8)
        #expect(Int.max.clockText(secondsFromGMT: 3_600).count == 8)
    }

    @Test("JSON is indented and otherwise left as it is")
    func json() {
        func pretty(_ text: String) -> String? {
            JSONText.pretty(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(
            pretty(#"{"a":[1,2e400],"a":"\u00e9\"","b":{}}"#) == """
                {
                  "a": [
                    1,
                    2e400
                  ],
                  "a": "\\u00e9\\"",
                  "b": {}
                }
                """)
        #expect(pretty(" true ") == "true")
        for bad in ["", "{", "{\"a\"}", "[1,]", "[1 2]", "tru", "\"a", "1 2", "{'a':1}", "-"] {
            #expect(pretty(bad) == nil, "\(bad)")
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(pretty(deep) == nil)
    }

    @Test("hex lines have offset, bytes and text")
    func hex() {
        let lines = ValueText.hex(Array("hello\u{1B}[31m world".utf8)[...], 80)
        #expect(
            lines == [
                "000000  68 65 6c 6c 6f 1b 5b 33 31 6d 20 77 6f 72 6c 64  hello.[31m world"
            ])
    }

    @Test("text is folded at the width and cut at the limit")
    func folding() {
        #expect(ValueText.text(Array("abcdef\ngh".utf8)[...], 4) == ["abcd", "ef", "gh"])
        #expect(ValueText.text([], 4) == [""])
        let huge = [UInt8](repeating: 0x61, count: 64 << 20)
        let lines = ValueText.lines(huge, .text, width: 80)
        #expect(lines.last == "(and more: 64 MiB in all)")
    }

    @Test("a line editor edits bytes that are no text")
    func editor() {
        var editor = LineEditor([0xFF, 0x61])
        _ = editor.handle(.backspace)
        #expect(editor.bytes == [0xFF])
        for key: Key in [.character("é"), .home, .delete] { _ = editor.handle(key) }
        #expect(editor.bytes == Array("é".utf8))
        let knowsF5 = editor.handle(.function(5))
        #expect(!knowsF5)
        let takesTooMuch = editor.insert([UInt8](repeating: 0, count: LineEditor.bytesMax))
        #expect(!takesTooMuch)
        var words = LineEditor(Array("set user 12".utf8))
        _ = words.handle(.control("w"))
        #expect(words.text == "set user ")
        _ = words.handle(.control("u"))
        #expect(words.isEmpty)
    }

    @Test("the window of a long line keeps the cursor in view")
    func window() {
        var editor = LineEditor(Array(String(repeating: "日", count: 50).utf8))
        var window = editor.window(width: 11)
        #expect(window.text.columns <= 11)
        #expect(window.cursor <= 10)
        for _ in 0..<60 { _ = editor.handle(.left) }
        window = editor.window(width: 11)
        #expect(window.cursor == 0)
    }
}
