/// Neighbouring cells of one row that changed.
public struct GridRun: Sendable, Equatable {
    /// First column.
    public var x: Int
    /// Row.
    public var y: Int
    /// The new cells; a wide character comes with its right half.
    public var cells: [Cell]
}

extension Grid {
    /// The runs in which this picture differs from the one on the screen.
    ///
    /// - Parameter shown: what is on the screen; nil or another size means that nothing is known
    ///   of it, and every row is a run.
    /// - Returns: the runs, row by row; none when nothing differs.
    public func difference(from shown: Grid?) -> [GridRun] {
        guard let shown, shown.size == size else {
            return (0..<size.height).map { run($0, 0, size.width) }
        }
        var runs: [GridRun] = []
        for y in 0..<size.height {
            var x = 0
            while x < size.width {
                guard self[x, y] != shown[x, y] else {
                    x += 1
                    continue
                }
                var start = x
                while x < size.width, self[x, y] != shown[x, y] { x += 1 }
                // Never begin or end inside of a wide character.
                if self[start, y].isContinuation, start > 0 { start -= 1 }
                if x < size.width, self[x, y].isContinuation { x += 1 }
                runs.append(run(y, start, x))
            }
        }
        return runs
    }

    private func run(_ y: Int, _ from: Int, _ to: Int) -> GridRun {
        GridRun(x: from, y: y, cells: Array(cells[y * size.width + from..<y * size.width + to]))
    }
}
