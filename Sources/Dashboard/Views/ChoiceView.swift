import Ring
import Terminal

extension Painter {
    /// The values of a setting with what they do.
    mutating func drawChoice(_ choice: Choice, _ screen: Rect) {
        let longest = choice.options.map { $0.words.columns }.max() ?? 0
        let area = screen.centered(
            Size(width: min(screen.width, longest + 21), height: choice.options.count + 4))
        clear(area)
        let inside = box(
            area, title: choice.setting, note: "for the whole cluster", isFocused: true,
            border: .popupBorder)
        for (index, option) in choice.options.enumerated() {
            let row = Rect(x: inside.x, y: inside.y + index, width: inside.width, height: 1)
            guard row.y < inside.maxY else { return }
            let isPresent = option.value == choice.present
            let isSelected = index == choice.selected
            if isSelected {
                grid.set(row.x, row.y, isASCII ? ">" : "▌", theme[.borderFocus])
            }
            if isPresent { grid.set(row.x + 2, row.y, isASCII ? "*" : "●", theme[.replOK]) }
            text(option.value, row.x + 4, row.y, .title, in: row)
            text(
                option.words.cut(to: row.width - 17, isASCII: isASCII), row.x + 16, row.y, .fg,
                in: row)
            if isSelected {
                select(
                    Rect(x: row.x + 1, y: row.y, width: row.width - 1, height: 1),
                    isFocused: true)
            }
        }
        text(
            "Enter takes it, Esc leaves it as it is", inside.x + 2, inside.maxY - 1, .muted,
            in: inside)
    }

    /// The fields of a reader, with what the node is to the key.
    mutating func drawReaderForm(_ model: Model, _ form: ReaderForm, _ screen: Rect) {
        let area = screen.centered(Size(width: min(screen.width, 76), height: 11))
        clear(area)
        let node = model.epoch?.name(form.node) ?? ""
        let inside = box(
            area, title: "Read a key through \(node)", isFocused: true, border: .popupBorder)
        drawField("Key", form.key, inside, inside.y + 1, isFocused: !form.isInRate)
        drawField("Per s", form.rate, inside, inside.y + 3, isFocused: form.isInRate)
        if let epoch = model.epoch, !form.key.isEmpty {
            let role = epoch.role(of: form.node, for: form.key.bytes)
            text("\(node) \(role)", inside.x + 2, inside.y + 5, .fg, in: inside)
        }
        text(
            "The key need not exist: its absence is cached, too.", inside.x + 2, inside.y + 6,
            .muted, in: inside)
        let last = inside.maxY - 1
        if let problem = form.problem {
            text(problem, inside.x + 2, last, .stateDown, in: inside)
        } else {
            text(
                "Enter starts, Tab other field, Esc cancels; r stops it later", inside.x + 2, last,
                .muted, in: inside)
        }
    }
}
