import Ring
import Terminal

extension Painter {
    /// The fields of a key, with a preview of where it will be.
    mutating func drawForm(_ model: Model, _ form: KeyForm, _ screen: Rect) {
        let height = form.hasValue ? 12 : 8
        let area = screen.centered(Size(width: min(screen.width, 76), height: height))
        clear(area)
        let inside = box(area, title: form.title, isFocused: true, border: .popupBorder)
        let isKeyFocused = !form.isInValue && !form.isKeyFixed
        drawField("Key", form.key, inside, inside.y + 1, isFocused: isKeyFocused)
        if form.hasValue {
            drawField("Value", form.value, inside, inside.y + 3, isFocused: !isKeyFocused)
        }
        let preview = inside.y + (form.hasValue ? 5 : 3)
        drawPreview(model, form, inside, preview)
        let last = inside.maxY - 1
        if let problem = form.problem {
            text(problem, inside.x + 2, last, .stateDown, in: inside)
        } else {
            text(form.hint, inside.x + 2, last, .muted, in: inside)
        }
    }

    /// The fields of a node that is to join.
    mutating func drawJoinForm(_ form: JoinForm, _ screen: Rect) {
        let area = screen.centered(Size(width: min(screen.width, 76), height: 10))
        clear(area)
        let inside = box(area, title: "A new node", isFocused: true, border: .popupBorder)
        drawField("Name", form.name, inside, inside.y + 1, isFocused: !form.isInPort)
        drawField("Port", form.port, inside, inside.y + 3, isFocused: form.isInPort)
        text(
            "It is started on this machine; first you see what would move to it.", inside.x + 2,
            inside.y + 5, .fg, in: inside)
        let last = inside.maxY - 1
        if let problem = form.problem {
            text(problem, inside.x + 2, last, .stateDown, in: inside)
        } else {
            text(
                "Enter plans, Tab other field, Esc cancels", inside.x + 2, last, .muted, in: inside)
        }
    }

    mutating func drawField(
        _ label: String, _ editor: LineEditor, _ inside: Rect, _ y: Int, isFocused: Bool
    ) {
        text(label, inside.x + 2, y, isFocused ? .accent : .muted, in: inside)
        let field = Rect(x: inside.x + 9, y: y, width: inside.width - 11, height: 1)
        grid.fill(field, " ", theme[.input])
        let window = editor.window(width: field.width - 1)
        text(window.text, field.x, y, .input, in: field)
        if isFocused {
            grid.cursor = Grid.Position(x: min(field.maxX - 1, field.x + window.cursor), y: y)
        }
    }

    /// Slot, home and successors of what is typed, as it is typed.
    private mutating func drawPreview(_ model: Model, _ form: KeyForm, _ inside: Rect, _ y: Int) {
        let key = form.key.bytes
        guard !key.isEmpty else {
            text("type a key to see where it goes", inside.x + 2, y, .muted, in: inside)
            return
        }
        let slot = Slots.slot(ofBytes: key)
        var x = text("slot \(slot.grouped)  \(arrow)  ", inside.x + 2, y, .fg, in: inside)
        guard let epoch = model.epoch, let era = epoch.arc(at: slot)?.present else { return }
        x = text("home ", x, y, .muted, in: inside)
        x = drawMember(era.home, epoch, x, y, inside)
        x = text("  successors ", x, y, .muted, in: inside)
        for successor in epoch.successors(era) {
            x = drawMember(successor, epoch, x, y, inside) + 1
        }
        guard form.hasValue else { return }
        let bytes = form.value.bytes.count
        text(
            "key \(key.count.of("byte")), value \(bytes.of("byte")), \(era.replicas.count) copies,"
                + " acknowledged by \(era.majority)",
            inside.x + 2, y + 1, .muted, in: inside)
    }

    mutating func drawMember(
        _ number: Int?, _ epoch: RingEpoch, _ x: Int, _ y: Int, _ clip: Rect
    ) -> Int {
        guard let number else { return text("none", x, y, .stateDown, in: clip) }
        let style = ownerStyle(number).adding(.bold)
        return text(
            String(Character(glyph(number))) + epoch.name(number), x, y, style: style, in: clip)
    }
}

extension KeyForm {
    var title: String {
        switch purpose {
        case .create: "Create a key"
        case .edit: "Edit a value"
        case .ask(.view): "View which key?"
        case .ask(.edit): "Edit which key?"
        case .ask(.delete): "Delete which key?"
        }
    }

    var hint: String {
        switch purpose {
        case .create: "Enter creates, Tab other field, ^J new line, Esc cancels"
        case .edit: "Enter saves if nobody wrote meanwhile, ^J new line, Esc cancels"
        case .ask: "Enter goes on, Esc cancels"
        }
    }
}
