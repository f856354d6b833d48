import Ring
import Terminal

extension Model {
    mutating func openCreate() {
        overlay = .form(KeyForm(purpose: .create))
    }

    /// Does something with the selected key, or asks for one first.
    mutating func withKey(_ verb: KeyVerb) -> [Effect] {
        let key = screen == .keys ? keys.selectedKey : selectedKey
        guard let key else {
            overlay = .form(KeyForm(purpose: .ask(verb)))
            return []
        }
        return act(verb, on: key)
    }

    mutating func act(_ verb: KeyVerb, on key: [UInt8]) -> [Effect] {
        switch verb {
        case .view, .edit: return send(.get(key: key), for: verb)
        case .delete:
            askToDelete(key)
            return []
        }
    }

    mutating func askToDelete(_ key: [UInt8]) {
        let shown = ForeignText.shown(key, columnsMax: 48).cut(to: 48, isASCII: isASCII)
        overlay = .dialog(
            Dialog(
                title: "Delete a key?",
                lines: [
                    Dialog.Line(shown), Dialog.Line(whereabouts(key)),
                    "The key and its value go from all its replicas.",
                    "z brings them back while nobody wrote the key anew.",
                ],
                buttons: [
                    Dialog.Button(label: "Cancel", answer: .cancel),
                    Dialog.Button(label: "Delete", answer: .delete(key: key)),
                ]))
    }

    mutating func onForm(_ form: KeyForm, _ action: Action) -> [Effect] {
        var form = form
        switch action {
        case .cancel:
            overlay = nil
            return []
        case .focusNext:
            if form.hasValue, !form.isKeyFixed { form.isInValue.toggle() }
        case .newLine:
            if form.hasValue, form.isInValue || form.isKeyFixed { _ = form.value.insert([0x0A]) }
        case .accept: return submit(form)
        default: break
        }
        overlay = .form(form)
        return []
    }

    private mutating func submit(_ form: KeyForm) -> [Effect] {
        let key = form.key.bytes
        switch form.purpose {
        case .ask(let verb):
            guard !key.isEmpty else { return refuse(form, "a key is missing") }
            overlay = nil
            return act(verb, on: key)
        case .create:
            guard !key.isEmpty else { return refuse(form, "a key is missing") }
            if !form.isInValue, form.value.isEmpty {
                var form = form
                form.isInValue = true
                overlay = .form(form)
                return []
            }
            overlay = nil
            return send(.create(key: key, value: form.value.bytes))
        case .edit(let original):
            overlay = nil
            if form.value.bytes == original {
                tell(.note, "nothing was changed")
                return []
            }
            return send(.setIfEqual(key: key, expected: original, value: form.value.bytes))
        }
    }

    private mutating func refuse(_ form: KeyForm, _ why: String) -> [Effect] {
        var form = form
        form.problem = why
        overlay = .form(form)
        return []
    }

    mutating func onValue(_ value: ValueState, _ action: Action) -> [Effect] {
        var value = value
        switch action {
        case .cancel:
            overlay = nil
            return []
        case .valueMode:
            value.mode = value.mode.next
            value.scroll = 0
        case .move(let move):
            let view = ValueView(value, size)
            value.scroll = move.scrolled(value.scroll, lines: view.lineCount, page: view.page)
        case .editKey:
            overlay = nil
            return act(.edit, on: value.key)
        default: break
        }
        overlay = .value(value)
        return []
    }

    mutating func onDetails(
        _ subject: DetailsSubject, _ scroll: Int, _ action: Action
    ) -> [Effect] {
        switch action {
        case .cancel: overlay = nil
        case .move(let move):
            let view = DetailsView(self, subject)
            overlay = .details(
                subject, scroll: move.scrolled(scroll, lines: view.lines.count, page: view.page))
        case .node(let verb): return onNodeVerb(verb)
        case .leaveNode: return askForTarget { .leave(name: $0) }
        case .evictNode: return askForTarget { .evict(name: $0) }
        default: break
        }
        return []
    }

    mutating func onHelp(_ action: Action) -> [Effect] {
        guard case .help(var help) = overlay else { return [] }
        switch action {
        case .cancel:
            // Esc first leaves the search, then the help.
            guard !help.search.isEmpty else {
                overlay = nil
                return []
            }
            help.search = LineEditor()
        case .move(let move):
            help.scroll = move.scrolled(
                help.scroll, lines: foundLines(help).count, page: size.height - 4)
        default: break
        }
        overlay = .help(help)
        return []
    }
}
