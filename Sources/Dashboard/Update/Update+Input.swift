import Terminal

extension Model {
    mutating func onInput(_ input: InputEvent) -> [Effect] {
        switch input {
        case .key(let key): return onKey(key)
        case .paste(let bytes):
            insert(bytes)
            return afterEditing()
        case .mouse(let event): return isMouseOn ? onMouse(event) : []
        }
    }

    private mutating func onKey(_ key: Key) -> [Effect] {
        if let action = KeyTable.action(key, in: contexts) {
            return perform(action)
        }
        guard edit({ $0.handle(key) }) else { return [] }
        return afterEditing()
    }

    /// Lets the field that has the focus edit itself; false when there is none or it did nothing.
    private mutating func edit(_ change: (inout LineEditor) -> Bool) -> Bool {
        if case .form(var form) = overlay {
            let isDone = form.isInValue || form.isKeyFixed ? change(&form.value) : change(&form.key)
            form.problem = nil
            overlay = .form(form)
            return isDone
        }
        if case .join(var form) = overlay {
            let isDone = form.isInPort ? change(&form.port) : change(&form.name)
            form.problem = nil
            overlay = .join(form)
            return isDone
        }
        if case .help(var help) = overlay {
            let isDone = change(&help.search)
            help.scroll = 0
            overlay = .help(help)
            return isDone
        }
        guard overlay == nil, var prompt else { return false }
        let isDone = change(&prompt.editor)
        prompt.offers = []
        self.prompt = prompt
        return isDone
    }

    /// A paste is text, wherever it goes; where no text is wanted it is dropped.
    private mutating func insert(_ bytes: [UInt8]) {
        let isField: Bool
        switch overlay {
        case .form, .join, .help: isField = true
        case nil: isField = prompt != nil
        default: isField = false
        }
        guard isField else {
            return tell(.note, "pasted text was ignored: no field is open")
        }
        if !edit({ $0.insert(bytes) }) {
            tell(.problem, "the paste was refused: a field takes \(LineEditor.bytesMax.bytesText)")
        }
    }

    private mutating func afterEditing() -> [Effect] {
        guard overlay == nil, let prompt, prompt.purpose == .filter else { return [] }
        return applyFilter(prompt.editor.isEmpty ? nil : prompt.editor.text)
    }

    /// Sets the filter of the list that has the focus.
    mutating func applyFilter(_ filter: String?) -> [Effect] {
        if screen == .keys {
            keys.list.filter = filter
            return searchKeys()
        }
        switch panel {
        case .nodes: nodes.filter = filter
        case .replication: replication.filter = filter
        case .events: events.filter = filter
        case .ring, .traffic: break
        }
        settleLists()
        return []
    }

    mutating func perform(_ action: Action) -> [Effect] {
        if isReadOnly, action.changesCluster {
            tell(.note, "read-only: nothing was changed (started with --readonly)")
            return []
        }
        switch overlay {
        case .help: return onHelp(action)
        case .dialog(let dialog): return onDialog(dialog, action)
        case .form(let form): return onForm(form, action)
        case .join(let form): return onJoinForm(form, action)
        case .value(let value): return onValue(value, action)
        case .details(let subject, let scroll): return onDetails(subject, scroll, action)
        case nil: break
        }
        if prompt != nil { return onPrompt(action) }
        return onScreen(action)
    }

    private mutating func onScreen(_ action: Action) -> [Effect] {
        switch action {
        case .help: overlay = .help(HelpState())
        case .command: prompt = Prompt(purpose: .command)
        case .filter: return openFilter()
        case .freeze: freeze()
        case .mouse:
            isMouseOn.toggle()
            tell(.note, isMouseOn ? "the mouse is on" : "the mouse is off: the terminal has it")
            return [.mouse(isMouseOn)]
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .quit: return askToQuit()
        case .createKey: openCreate()
        case .viewKey: return withKey(.view)
        case .editKey: return withKey(.edit)
        case .deleteKey: return withKey(.delete)
        case .undo: return undoLast()
        case .node(let verb): return onNodeVerb(verb)
        case .joinNode: openJoin()
        case .leaveNode: return askForSelected { .leave(name: $0) }
        case .evictNode: return askForSelected { .evict(name: $0) }
        case .moves(let verb): return onMovesVerb(verb)
        default: return screen == .keys ? onKeysScreen(action) : onMainScreen(action)
        }
        return []
    }

    private mutating func freeze() {
        frozen = isFrozen ? nil : live
        spokes = []
        if live == nil { tell(.note, "there is nothing to freeze yet") }
        settleLists()
    }

    private mutating func openFilter() -> [Effect] {
        let current: String?
        if screen == .keys {
            current = keys.list.filter
        } else {
            switch panel {
            case .nodes: current = nodes.filter
            case .replication: current = replication.filter
            case .events: current = events.filter
            case .ring, .traffic:
                tell(.note, "there is no list here to filter; Tab goes to the next panel")
                return []
            }
        }
        prompt = Prompt(purpose: .filter, editor: LineEditor(Array((current ?? "").utf8)))
        return []
    }

    private mutating func askToQuit() -> [Effect] {
        guard ownsLocalNodes else { return [.end(.quit)] }
        var buttons = [
            Dialog.Button(label: "Cancel", answer: .cancel),
            Dialog.Button(label: "Leave running", answer: .leaveRunning),
        ]
        if !isReadOnly { buttons.append(Dialog.Button(label: "Stop all", answer: .stopAllAndQuit)) }
        overlay = .dialog(
            Dialog(
                title: "Leave the dashboard?",
                lines: [
                    "The nodes are processes of their own.",
                    "Left running they serve on, and `ringmaster` finds them again.",
                    "Stopped they keep their data.",
                ], buttons: buttons, isDanger: false))
        return []
    }
}
