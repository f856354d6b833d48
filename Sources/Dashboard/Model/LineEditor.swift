import Terminal

/// One line of input over any bytes: what is not text is shown escaped and kept as it is.
struct LineEditor: Sendable, Equatable {
    /// The most that it takes, in bytes; what does not fit is refused whole.
    static let bytesMax = 1 << 16

    private(set) var units: [ForeignText.Unit] = []
    /// Where the next character goes: 0 to the number of units.
    private(set) var cursor = 0

    init(_ bytes: [UInt8] = []) {
        units = ForeignText.units(bytes)
        cursor = units.count
    }

    /// What was entered.
    var bytes: [UInt8] { units.flatMap(\.bytes) }
    /// What was entered, where it is text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isEmpty: Bool { units.isEmpty }

    /// Inserts bytes at the cursor; false when they do not fit.
    mutating func insert(_ bytes: [UInt8]) -> Bool {
        guard self.bytes.count + bytes.count <= Self.bytesMax else { return false }
        let more = ForeignText.units(bytes)
        units.insert(contentsOf: more, at: cursor)
        cursor += more.count
        return true
    }

    /// Acts on a key that edits; false when it is none.
    mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let scalar): return insert(ForeignText.Unit.scalar(scalar).bytes)
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(units.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = units.count
        case .backspace where cursor > 0:
            cursor -= 1
            units.remove(at: cursor)
        case .delete where cursor < units.count: units.remove(at: cursor)
        case .backspace, .delete: break
        case .control("u"):
            units.removeSubrange(..<cursor)
            cursor = 0
        case .control("k"): units.removeSubrange(cursor...)
        case .control("w"): removeWord()
        default: return false
        }
        return true
    }

    private mutating func removeWord() {
        var start = cursor
        while start > 0, units[start - 1] == .scalar(" ") { start -= 1 }
        while start > 0, units[start - 1] != .scalar(" ") { start -= 1 }
        units.removeSubrange(start..<cursor)
        cursor = start
    }

    /// The part to show in so many columns, and the cursor's column within it.
    func window(width: Int) -> (text: String, cursor: Int) {
        let shown = units.map(\.shown)
        var start = cursor
        var used = 1
        while start > 0, used + shown[start - 1].columns <= width {
            start -= 1
            used += shown[start].columns
        }
        let before = shown[start..<cursor].joined()
        var text = before
        for piece in shown[cursor...] {
            guard text.columns + piece.columns <= width else { break }
            text += piece
        }
        return (text, before.columns)
    }
}
