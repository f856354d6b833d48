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
        if case .reader(var form) = overlay {
            let isDone = form.isInRate ? change(&form.rate) : change(&form.key)
            form.problem = nil
            overlay = .reader(form)
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
        case .form, .join, .reader, .help: isField = true
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
        guard screen == .main else { return [] }
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
        case .reader(let form): return onReaderForm(form, action)
        case .choice(let choice): return onChoice(choice, action)
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
        case .leaveNode: return askForTarget { .leave(name: $0) }
        case .evictNode: return askForTarget { .evict(name: $0) }
        case .moves(let verb): return onMovesVerb(verb)
        case .keysScreen:
            screen = .keys
            return keys.isStarted ? [] : searchKeys()
        case .cachesScreen: screen = .caches
        case .benchScreen: screen = .bench
        case .chooseCoherence: choose(Choice.coherence)
        case .choosePrefetching: choose(Choice.prefetching)
        default: return onPresentScreen(action)
        }
        return []
    }

    private mutating func onPresentScreen(_ action: Action) -> [Effect] {
        switch screen {
        case .main: onMainScreen(action)
        case .keys: onKeysScreen(action)
        case .caches: onCachesScreen(action)
        case .bench: onBenchScreen(action)
        }
    }

    private mutating func freeze() {
        frozen = isFrozen ? nil : live
        spokes = []
        if live == nil { tell(.note, "there is nothing to freeze yet") }
        settleLists()
    }

    private mutating func openFilter() -> [Effect] {
        let current: String?
        switch (screen, panel) {
        case (.keys, _): current = keys.list.filter
        case (.main, .nodes): current = nodes.filter
        case (.main, .replication): current = replication.filter
        case (.main, .events): current = events.filter
        case (.main, .ring), (.main, .traffic):
            tell(.note, "there is no list here to filter; Tab goes to the next panel")
            return []
        case (.caches, _), (.bench, _):
            tell(.note, "there is no list here to filter")
            return []
        }
        prompt = Prompt(purpose: .filter, editor: LineEditor(Array((current ?? "").utf8)))
        return []
    }

    private mutating func askToQuit() -> [Effect] {
        guard ownsLocalNodes || bench.run != nil else { return [.end(.quit)] }
        var buttons = [
            Dialog.Button(label: "Cancel", answer: .cancel),
            Dialog.Button(label: "Leave running", answer: .leaveRunning),
        ]
        var lines: [Dialog.Line] = []
        if ownsLocalNodes {
            lines = [
                "The nodes are processes of their own.",
                "Left running they serve on, and `ringmaster` finds them again.",
                "Stopped they keep their data.",
            ]
        }
        if bench.run == nil {
            if !isReadOnly {
                buttons.append(Dialog.Button(label: "Stop all", answer: .stopAllAndQuit))
            }
        } else {
            lines.append("The bench that runs is stopped first, and its keys are deleted.")
        }
        overlay = .dialog(
            Dialog(
                title: "Leave the dashboard?", lines: lines, buttons: buttons, isDanger: false))
        return []
    }
}
