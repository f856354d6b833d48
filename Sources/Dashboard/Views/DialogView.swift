import Terminal

/// Where a dialog and its buttons are; shared by drawing and the mouse.
enum DialogView {
    static func area(_ dialog: Dialog, _ size: Size) -> Rect {
        let buttons = dialog.buttons.reduce(0) { $0 + $1.label.columns + 6 }
        let longest = dialog.lines.map(\.text.columns).max() ?? 0
        let width = max(longest, buttons, dialog.title.columns + 4) + 6
        return Rect(x: 0, y: 0, width: size.width, height: size.height)
            .centered(Size(width: width, height: shownLines(dialog, size) + 6))
    }

    /// How many lines of the question are in view.
    static func shownLines(_ dialog: Dialog, _ size: Size) -> Int {
        max(1, min(dialog.lines.count, size.height - 8))
    }

    /// One rectangle a button, from the left.
    static func buttons(_ dialog: Dialog, _ size: Size) -> [Rect] {
        let area = area(dialog, size)
        let total = dialog.buttons.reduce(0) { $0 + $1.label.columns + 6 } - 2
        var x = area.x + (area.width - total) / 2
        return dialog.buttons.map { button in
            let width = button.label.columns + 4
            defer { x += width + 2 }
            return Rect(x: x, y: area.maxY - 3, width: width, height: 1)
        }
    }

    static func button(at place: (x: Int, y: Int), _ dialog: Dialog, _ size: Size) -> Int? {
        buttons(dialog, size).firstIndex { $0.contains(place.x, place.y) }
    }
}

extension Painter {
    mutating func drawDialog(_ dialog: Dialog) {
        let area = DialogView.area(dialog, grid.size)
        clear(area)
        let inside = box(
            area, title: dialog.title, isFocused: true,
            border: dialog.isDanger ? .popupDanger : .popupBorder)
        let shown = DialogView.shownLines(dialog, grid.size)
        let top = max(0, min(dialog.scroll, dialog.lines.count - shown))
        for (row, line) in dialog.lines.dropFirst(top).prefix(shown).enumerated() {
            text(line.text, inside.x + 2, inside.y + 1 + row, line.role, in: inside)
        }
        scrollBar(area, top: top, page: shown, count: dialog.lines.count, isFocused: true)
        for (index, place) in DialogView.buttons(dialog, grid.size).enumerated() {
            let isChosen = index == dialog.focus
            // Brackets, so that the choice can be seen without colour.
            let label = dialog.buttons[index].label
            let shown = isChosen ? "[ \(label) ]" : "  \(label)  "
            text(
                shown, place.x, place.y, isChosen ? .selection : .keybarLabel, in: inside)
        }
    }
}
