import Foundation
import Terminal
import Testing

@testable import Dashboard

/// Drawings of whole screens in `Goldens`: the characters, and the looks as letters.
///
/// `RINGMASTER_REDRAW_GOLDENS=1 swift test --filter GoldenTests` draws them anew.
enum Golden {
    static func compare(_ model: TestScreen, _ name: String) throws {
        let drawn = describe(Fixture.draw(model))
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
