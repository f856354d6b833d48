import Client
import Foundation
import Ring
import Terminal
import Testing

@testable import Dashboard

/// Compares whole screens with drawings in `Goldens`: the characters, and the looks as letters.
///
/// `RINGMASTER_REDRAW_GOLDENS=1 swift test --filter GoldenTests` draws them anew.
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
        try compare(try Self.busy(Fixture.model()), "main-120x36")
    }

    @Test("the main screen at 80x24")
    func small() throws {
        try compare(try Self.busy(Fixture.model(width: 80, height: 24)), "main-80x24")
    }

    @Test("the main screen at 80x24 in ASCII without colour")
    func ascii() throws {
        let model = Fixture.model(width: 80, height: 24, isASCII: true, depth: .none)
        try compare(try Self.busy(model), "main-80x24-ascii")
    }

    @Test("a screen of 50x12")
    func tooSmall() throws {
        try compare(try Self.busy(Fixture.model(width: 50, height: 12)), "small-50x12")
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
        try compare(model, "keys-120x36")
    }

    private func compare(_ model: TestScreen, _ name: String) throws {
        let drawn = Self.describe(Fixture.draw(model))
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Goldens/\(name).txt")
        if ProcessInfo.processInfo.environment["RINGMASTER_REDRAW_GOLDENS"] != nil {
            try drawn.write(to: path, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: path, encoding: .utf8)
        guard golden != drawn else { return }
        let old = golden.split(separator: "\n", omittingEmptySubsequences: false)
        let new = drawn.split(separator: "\n", omittingEmptySubsequences: false)
        var lines: [String] = []
        for row in 0..<max(old.count, new.count) {
            let before = old.indices.contains(row) ? old[row] : ""
            let after = new.indices.contains(row) ? new[row] : ""
            if before != after { lines += ["row \(row)", "- \(before)", "+ \(after)"] }
        }
        Issue.record("\(name) is drawn differently:\n\(lines.joined(separator: "\n"))")
    }

    /// The text plane, then the style plane with a letter for each look, then what they mean.
    private static func describe(_ grid: Grid) -> String {
        let letters = Array(".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        var looks: [Style] = [.standard]
        var planes = Fixture.rows(grid)
        planes.append("---")
        for y in 0..<grid.size.height {
            var row = ""
            for x in 0..<grid.size.width {
                let style = grid[x, y].style
                let index = looks.firstIndex(of: style) ?? looks.count
                if index == looks.count { looks.append(style) }
                row.append(letters[min(index, letters.count - 1)])
            }
            planes.append(row)
        }
        planes.append("---")
        for (index, look) in looks.enumerated() {
            planes.append("\(letters[min(index, letters.count - 1)]) \(name(look))")
        }
        return planes.joined(separator: "\n") + "\n"
    }

    private static func name(_ style: Style) -> String {
        func name(_ color: Color) -> String {
            switch color {
            case .standard: "default"
            case .palette(let index): "\(index)"
            case .rgb(let red, let green, let blue): "rgb(\(red),\(green),\(blue))"
            }
        }
        let attributes: [(Style.Attributes, String)] = [
            (.bold, "bold"), (.dim, "dim"), (.underline, "underline"), (.reverse, "reverse"),
            (.blink, "blink"),
        ]
        let words = attributes.filter { style.attributes.contains($0.0) }.map(\.1)
        return ([name(style.foreground), "on", name(style.background)] + words)
            .joined(separator: " ")
    }
}
