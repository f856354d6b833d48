import Testing

@testable import Terminal

@Suite("Input decoder")
struct InputDecoderTests {
    /// Feeds whole, then byte by byte into a second decoder; both must agree.
    private func events(_ bytes: [UInt8]) -> [InputEvent] {
        var whole = InputDecoder()
        var dripped = InputDecoder()
        let all = whole.feed(bytes) + whole.onSilence()
        var slow: [InputEvent] = []
        for byte in bytes { slow += dripped.feed([byte]) }
        slow += dripped.onSilence()
        #expect(all == slow)
        return all
    }

    private func events(_ text: String) -> [InputEvent] { events(Array(text.utf8)) }

    @Test("letters, control letters and Unicode are keys")
    func characters() {
        #expect(events("a") == [.key(.character("a"))])
        #expect(events("é日") == [.key(.character("é")), .key(.character("日"))])
        #expect(events("\u{1A}") == [.key(.control("z"))])
        #expect(events("\r\t\u{7F}") == [.key(.enter), .key(.tab), .key(.backspace)])
    }

    @Test("arrows come in both of their modes and with modifiers")
    func arrows() {
        #expect(events("\u{1B}[A\u{1B}OA") == [.key(.up), .key(.up)])
        #expect(events("\u{1B}[1;5C") == [.key(.right)])
        #expect(events("\u{1B}[Z") == [.key(.backTab)])
    }

    @Test(
        "function keys of xterm, rxvt and the Linux console",
        arguments: ["\u{1B}OP", "\u{1B}[11~", "\u{1B}[[A", "\u{1B}[P"])
    func functionKeys(_ text: String) {
        #expect(events(text) == [.key(.function(1))])
    }

    @Test("a lone Escape is Escape after silence and not before")
    func loneEscape() {
        var decoder = InputDecoder()
        #expect(decoder.feed([0x1B]) == [])
        #expect(decoder.isWaiting)
        #expect(decoder.onSilence() == [.key(.escape)])
        #expect(!decoder.isWaiting)
        #expect(decoder.onSilence() == [])
    }

    @Test("Escape and a letter is Alt; two Escapes are two")
    func alt() {
        #expect(events("\u{1B}x") == [.key(.alt("x"))])
        #expect(events("\u{1B}\u{1B}") == [.key(.escape), .key(.escape)])
    }

    @Test(
        "sequences that are not known are swallowed whole",
        arguments: [
            "\u{1B}[?1;2c", "\u{1B}[999~", "\u{1B}]0;title\u{07}", "\u{1B}]52;c;aGk=\u{1B}\\",
            "\u{1B}P1$r0m\u{1B}\\", "\u{1B}[12;34R", "\u{1B}OX", "\u{1B}_Gi=1\u{1B}\\",
        ])
    func unknown(_ text: String) {
        #expect(events(text + "k") == [.key(.character("k"))])
    }

    @Test("an endless sequence holds no memory and ends like any other")
    func endless() {
        var decoder = InputDecoder()
        _ = decoder.feed([0x1B, 0x5B] + [UInt8](repeating: 0x31, count: 100_000))
        #expect(decoder.feed([0x7E, 0x6B]).last == .key(.character("k")))
    }

    @Test("a paste is text, whatever it holds")
    func paste() {
        let bytes = Array("\u{1B}[200~:kill n1\rq\u{1B}[A\u{1B}[201~x".utf8)
        #expect(
            events(bytes) == [
                .paste(Array(":kill n1\nq\u{1B}[A".utf8)), .key(.character("x")),
            ])
    }

    @Test("a paste beyond the limit is cut and its end still found")
    func hugePaste() {
        var decoder = InputDecoder()
        let body = [UInt8](repeating: 0x61, count: InputDecoder.pasteBytesMax + 5_000)
        let end = Array("\u{1B}[201~".utf8)
        let events = decoder.feed(Array("\u{1B}[200~".utf8) + body + end + [0x6B])
        #expect(events.count == 2)
        guard case .paste(let kept) = events.first else { return #expect(Bool(false)) }
        #expect(kept.count == InputDecoder.pasteBytesMax)
    }

    @Test("mouse clicks and the wheel, also far to the right")
    func mouse() {
        #expect(
            events("\u{1B}[<0;300;12M") == [.mouse(MouseEvent(kind: .click, x: 299, y: 11))])
        #expect(
            events("\u{1B}[<65;1;1M") == [.mouse(MouseEvent(kind: .wheelDown, x: 0, y: 0))])
        // Releases, other buttons and nonsense say nothing.
        #expect(events("\u{1B}[<0;3;4m\u{1B}[<2;3;4M\u{1B}[<0;0;0M\u{1B}[<;;M") == [])
    }

    @Test("broken UTF-8 is dropped and what follows is heard")
    func brokenText() {
        #expect(events([0xC3, 0x61]) == [.key(.character("a"))])
        #expect(events([0xFF, 0xE2, 0x82, 0x61]) == [.key(.character("a"))])
        // A C1 control in UTF-8 is no key.
        #expect(events([0xC2, 0x9B, 0x61]) == [.key(.character("a"))])
    }

    @Test("any bytes at all are survived")
    func anything() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var decoder = InputDecoder()
            let bytes = (0..<200).map { _ in
                Bool.random() ? UInt8.random(in: 0...255, using: &generator) : 0x1B
            }
            for byte in bytes { _ = decoder.feed([byte]) }
            _ = decoder.onSilence()
        }
    }
}
