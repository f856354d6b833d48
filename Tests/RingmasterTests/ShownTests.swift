import Testing

@testable import ringmaster

@Suite struct ShownTests {
    @Test("what could steer a terminal is shown as its bytes")
    func escaped() {
        #expect(Shown.text(Array("plain text".utf8)) == "plain text")
        #expect(Shown.text(Array("日本 é".utf8)) == "日本 é")
        #expect(Shown.text(Array("\u{1B}[2J\n".utf8)) == #"\x1b[2J\x0a"#)
        #expect(Shown.text([0xFF, 0x20, 0x41]) == #"\xff A"#)
        #expect(Shown.text(Array("\u{202E}x".utf8)) == #"\xe2\x80\xaex"#)
        #expect(Shown.text(Array("\u{9B}".utf8)) == #"\xc2\x9b"#)
        #expect(Shown.text(Array(#"a\b"#.utf8)) == #"a\x5cb"#)
        let marks = "a" + String(repeating: "\u{301}", count: 1_000)
        #expect(!Shown.text(Array(marks.utf8)).unicodeScalars.contains("\u{301}"))
        #expect(Shown.text([UInt8](repeating: 97, count: 300)).hasSuffix("…"))
    }

    @Test("numbers have commas between their thousands")
    func numbers() {
        #expect(Shown.number(0) == "0")
        #expect(Shown.number(999) == "999")
        #expect(Shown.number(1_000) == "1,000")
        #expect(Shown.number(-1_234_567) == "-1,234,567")
    }

    @Test("columns line up, numbers to the right")
    func columns() {
        var table = Columns("NODE", "KEYS")
        table.add("n1", "5")
        table.add("n10", "1,000")
        #expect(table.text == "NODE   KEYS\nn1        5\nn10   1,000")
    }

    @Test("bytes that are no text are reported as base64")
    func base64() throws {
        var line = KeyReportLine(command: "get", key: [255, 254])
        line.set(value: Array("v".utf8))
        #expect(
            try JSONText.of(line, isOneLine: true)
                == #"{"command":"get","keyBase64":"//4=","outcome":"done","value":"v"}"#)
    }
}
