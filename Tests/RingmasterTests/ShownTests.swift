import Ring
import Testing

@testable import Client
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

    @Test("settings are shown with the largest unit that fits, and taken with any")
    func settings() throws {
        #expect(SettingUnit.milliseconds.shown(60_000) == "60s")
        #expect(SettingUnit.milliseconds.shown(1_500) == "1500ms")
        #expect(SettingUnit.bytes.shown(64 << 20) == "64M")
        #expect(SettingUnit.bytes.shown(1_000) == "1000")
        #expect(SettingUnit.bytes.shown(0) == "0")
        for text in ["8s", "8000ms", "8000"] {
            #expect(try SettingText.value(text, of: "grace") == "8000")
        }
        #expect(throws: Failure.self) { try SettingText.value("abc", of: "grace") }
        #expect(throws: Failure.self) { try SettingText.value("1", of: "nosuch") }
    }

    @Test("what a change waits for is told also before any has ended")
    func waiting() {
        var move = ChangeStatus(change: 3, kind: "replicas", replicas: 5, state: .copying)
        move.waitsFor = ["n4"]
        let report = MovesReport(epoch: 7, paused: false, rate: 0, moves: [move], ended: [])
        let text = report.text(Paint(.never))
        #expect(text.contains("change 3 waits for n4"))
        #expect(text.contains("replicas 5"))
    }

    @Test("a former node that some slot's history names is not forgotten")
    func former() {
        var generator = SystemRandomNumberGenerator()
        var epoch = RingEpoch.founding(
            clusterID: String(repeating: "0", count: 32), clusterName: "test",
            settings: ClusterSettings(),
            nodes: (1...3).map { (NodeID(random: &generator), "n\($0)", "127.0.0.1", 7_100 + $0) })
        #expect(!epoch.isForgotten("n3"))
        epoch.former = [epoch.members.removeLast()]
        #expect(epoch.member(named: "n3") == nil && !epoch.isForgotten("n3"))
        epoch.former = []
        #expect(epoch.isForgotten("n3"))
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
