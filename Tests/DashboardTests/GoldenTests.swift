import Client
import Ring
import Terminal
import Testing

@testable import Dashboard

@Suite("Goldens")
struct GoldenTests {
    private static func busy(_ model: TestScreen) throws -> TestScreen {
        let epoch = try #require(
            Fixture.epoch().next(applying: [.down(member: 4)], settled: { _ in true }))
        let events = [
            Fixture.event(1, .info, "level again: 20,247 keys from n1 n2 in 1.9 s"),
            Fixture.event(2, .error, "process exited: signal 9 (pid 8104)"),
            Fixture.event(3, .warning, "epoch 2: n4 down\u{1B}[31m, its slots have a new home"),
        ]
        _ = model.update(
            .snapshot(Fixture.snapshot(epoch, silent: [4], events: events)), at: 11_000)
        model.selectedKey = Array("user:42".utf8)
        model.toast = Toast(
            kind: .done, text: "SET user:42 \(model.isASCII ? "->" : "→") n3 + n5", began: 11_000)
        return model
    }

    @Test("the main screen at 120x36")
    func large() throws {
        try Golden.compare(try Self.busy(Fixture.model()), "main-120x36")
    }

    @Test("the main screen at 80x24")
    func small() throws {
        try Golden.compare(try Self.busy(Fixture.model(width: 80, height: 24)), "main-80x24")
    }

    @Test("the main screen at 80x24 in ASCII without colour")
    func ascii() throws {
        let model = Fixture.model(width: 80, height: 24, isASCII: true, depth: .none)
        try Golden.compare(try Self.busy(model), "main-80x24-ascii")
    }

    @Test("a screen of 50x12")
    func tooSmall() throws {
        try Golden.compare(try Self.busy(Fixture.model(width: 50, height: 12)), "small-50x12")
    }

    @Test("the Keys screen at 120x36 with a dialog")
    func keys() throws {
        let model = Fixture.model()
        model.screen = .keys
        model.keys.restart()
        model.keys.take(
            KeyPage(
                keys: (0..<60).map { Array("user:\($0)".utf8) } + [Array("日本\u{1B}".utf8)],
                cursor: "0"))
        var detail = KeyDetail(key: Array("user:0".utf8))
        detail.value = .found(Array(#"{"name":"Ada","langs":["en","日本語"]}"#.utf8))
        model.keys.detail = detail
        model.keys.mode = .json
        model.press(.character("a"))
        model.type("user:42")
        try Golden.compare(model, "keys-120x36")
    }
}
