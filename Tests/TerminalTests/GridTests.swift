import Testing

@testable import Terminal

@Suite("Grid")
struct GridTests {
    private func line(_ grid: Grid, _ y: Int) -> String {
        var text = String.UnicodeScalarView()
        for x in 0..<grid.size.width where !grid[x, y].isContinuation {
            text.append(grid[x, y].scalar)
        }
        return String(text)
    }

    @Test("text is clipped, also in the middle of a wide character")
    func clipping() {
        var grid = Grid(size: Size(width: 6, height: 1))
        grid.write("ab日本語", x: 0, y: 0, .standard, clip: Rect(x: 0, y: 0, width: 5, height: 1))
        #expect(line(grid, 0) == "ab日  ")
    }

    @Test("half of a wide character never remains")
    func halves() {
        var grid = Grid(size: Size(width: 6, height: 1))
        grid.write("日本語", x: 0, y: 0, .standard, clip: grid.bounds)
        grid.set(1, 0, "x", .standard)
        #expect(line(grid, 0) == " x本語")
        grid.set(2, 0, "y", .standard)
        #expect(line(grid, 0) == " xy 語")
    }

    @Test("writing outside does nothing")
    func outside() {
        var grid = Grid(size: Size(width: 2, height: 2))
        let before = grid
        grid.set(-1, 0, "x", .standard)
        grid.set(2, 0, "x", .standard)
        grid.write("hello", x: 0, y: 5, .standard, clip: grid.bounds)
        grid.fill(Rect(x: 5, y: 5, width: 9, height: 9), "x", .standard)
        #expect(grid == before)
    }

    @Test("a picture of nothing can be drawn on")
    func empty() {
        var grid = Grid(size: Size(width: 0, height: 0))
        grid.write("x", x: 0, y: 0, .standard, clip: grid.bounds)
        #expect(grid.difference(from: nil).isEmpty)
    }

    @Test("the difference is what changed, whole characters, and nothing when nothing did")
    func difference() {
        var old = Grid(size: Size(width: 8, height: 2))
        old.write("a日本b", x: 0, y: 0, .standard, clip: old.bounds)
        #expect(old.difference(from: old).isEmpty)
        var new = old
        new.write("本", x: 1, y: 0, .standard, clip: new.bounds)
        #expect(
            new.difference(from: old) == [
                GridRun(x: 1, y: 0, cells: [Cell("本"), Cell(Cell.continuation)])
            ])
        #expect(new.difference(from: nil).count == 2)
    }

    @Test("a run never begins inside of a wide character")
    func differenceFromTheMiddle() {
        var old = Grid(size: Size(width: 4, height: 1))
        old.write("日", x: 1, y: 0, .standard, clip: old.bounds)
        var new = old
        new.restyle(Rect(x: 2, y: 0, width: 1, height: 1)) { $0.adding(.bold) }
        #expect(new.difference(from: old).map(\.x) == [1])
    }

    @Test("applying the runs to the old picture gives the new one")
    func differenceIsComplete() {
        for _ in 0..<200 {
            let old = Self.random()
            let new = Self.random()
            var cells = (0..<4).map { y in (0..<12).map { old[$0, y] } }
            for run in new.difference(from: old) {
                for (offset, cell) in run.cells.enumerated() { cells[run.y][run.x + offset] = cell }
            }
            for y in 0..<4 { for x in 0..<12 { #expect(cells[y][x] == new[x, y]) } }
        }
    }

    private static func random() -> Grid {
        var grid = Grid(size: Size(width: 12, height: 4))
        for _ in 0..<10 {
            grid.write(
                ["a", "日", "xy", "本b"].randomElement() ?? "", x: Int.random(in: 0..<12),
                y: Int.random(in: 0..<4), .standard, clip: grid.bounds)
        }
        return grid
    }

    @Test("cutting and fitting count columns, not characters")
    func fitting() {
        #expect("日本語".cut(to: 5) == "日本…")
        #expect("日本語".fitted(7) == "日本語 ")
        #expect("12".fitted(4, isRight: true) == "  12")
        #expect("abcdef".cut(to: 4, isASCII: true) == "abc~")
        #expect("abc".cut(to: 0) == "")
    }

    @Test("braille dots land in their cells")
    func braille() {
        var canvas = BrailleCanvas(size: Size(width: 2, height: 1))
        canvas.set(0, 0)
        canvas.set(1, 3)
        canvas.set(2, 1)
        canvas.set(99, 99)
        #expect(BrailleCanvas.scalar(canvas.pattern(0, 0)) == "⢁")
        #expect(BrailleCanvas.scalar(canvas.pattern(1, 0)) == "⠂")
    }
}
