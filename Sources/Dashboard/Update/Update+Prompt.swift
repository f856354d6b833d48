import Ring
import Terminal

extension Model {
    /// Lines of the history that are kept.
    static let historyMax = 200

    mutating func onPrompt(_ action: Action) -> [Effect] {
        guard var prompt else { return [] }
        switch action {
        case .cancel:
            self.prompt = nil
            return prompt.purpose == .filter ? applyFilter(nil) : []
        case .accept:
            self.prompt = nil
            return prompt.purpose == .command ? run(prompt.editor.bytes) : []
        case .complete where prompt.purpose == .command:
            let done = completion.complete(prompt.editor.text)
            prompt.editor = LineEditor(Array(done.line.utf8))
            prompt.offers = done.offers
        case .historyBack: walkHistory(&prompt, by: -1)
        case .historyForward: walkHistory(&prompt, by: 1)
        default: break
        }
        self.prompt = prompt
        return []
    }

    private func walkHistory(_ prompt: inout Prompt, by step: Int) {
        guard prompt.purpose == .command, !commandHistory.isEmpty else { return }
        let index = (prompt.historyIndex ?? commandHistory.count) + step
        guard index < commandHistory.count else {
            prompt.historyIndex = nil
            prompt.editor = LineEditor()
            return
        }
        prompt.historyIndex = max(0, index)
        prompt.editor = LineEditor(Array(commandHistory[max(0, index)].utf8))
    }

    private var completion: CommandCompletion {
        var keys = self.keys.keys.prefix(1_000).map { $0 }
        if let selectedKey, !keys.contains(selectedKey) { keys.insert(selectedKey, at: 0) }
        return CommandCompletion(
            nodes: status?.nodes.map(\.name) ?? [], keys: keys,
            themes: ThemeLibrary.shipped.map(\.name))
    }

    private mutating func run(_ line: [UInt8]) -> [Effect] {
        let text = String(decoding: line, as: UTF8.self)
        if !text.isEmpty, commandHistory.last != text {
            commandHistory.append(text)
            commandHistory.removeFirst(max(0, commandHistory.count - Self.historyMax))
        }
        // What went wrong with the line before is no news any more.
        toast = nil
        do {
            return try Command.parse(line).map { run($0) } ?? []
        } catch {
            tell(.problem, ForeignText.shown(error.text))
            return []
        }
    }

    private mutating func run(_ command: Command) -> [Effect] {
        if isReadOnly, command.changesCluster {
            tell(.note, "read-only: nothing was changed (started with --readonly)")
            return []
        }
        switch command {
        case .key(.delete(let key)): askToDelete(key)
        case .key(.get(let key)): return send(.get(key: key), for: .view)
        case .key(let request): return send(request)
        case .edit(let key): return act(.edit, on: key)
        case .whereIs(let key):
            selectedKey = key
            token = nil
            tell(.note, "\(ForeignText.shown(key, columnsMax: 40))  \(whereabouts(key))")
        case .node(let action, let name): return runNode(action, name)
        case .join(let name, let port): openJoin(name: name, port: port)
        case .ring(.leave(let name)): return ask(.leave(name: name), ofMember: name)
        case .ring(.evict(let name)): return ask(.evict(name: name), ofMember: name)
        case .ring(let wish): return ask(wish)
        case .cancelChange(let change): return askToCancel(number: change)
        case .moves: overlay = .details(.moves, scroll: 0)
        case .settings: overlay = .details(.settings, scroll: 0)
        case .setting(let name): tellSetting(name)
        case .status: overlay = .details(.status, scroll: 0)
        case .processes: overlay = .details(.processes, scroll: 0)
        case .keys(let pattern):
            screen = .keys
            keys.focus = .list
            keys.list.filter = pattern
            return searchKeys()
        case .about(let name): showNode(name)
        case .screen(.keys): return perform(.keysScreen)
        case .screen(let screen): self.screen = screen
        case .panel(let panel):
            screen = .main
            focus(panel)
        case .theme(let name): return [.loadTheme(name)]
        case .help: overlay = .help(HelpState())
        case .quit: return perform(.quit)
        }
        return []
    }

    private mutating func ask(_ wish: ChangeWish, ofMember name: String) -> [Effect] {
        guard epoch?.member(named: name) != nil else {
            tell(.problem, "there is no node '\(ForeignText.shown(name))'")
            return []
        }
        return ask(wish)
    }

    private mutating func tellSetting(_ name: String) {
        guard let value = epoch?.settings.value(ofSetting: name) else {
            return tell(
                .problem, "there is no setting '\(ForeignText.shown(name))'; :config lists them")
        }
        tell(.note, "\(name) is \(ClusterSettings.shown(value, of: name))")
    }

    private mutating func showNode(_ name: String) {
        guard let member = epoch?.member(named: name) else {
            return tell(.problem, "there is no node '\(ForeignText.shown(name))'")
        }
        overlay = .details(.node(number: member.number), scroll: 0)
    }

    private mutating func runNode(_ action: NodeAction, _ name: String) -> [Effect] {
        guard ownsLocalNodes else {
            tell(.note, "these nodes were not started on this machine by ringmaster")
            return []
        }
        guard let node = status?.nodes.first(where: { $0.name == name }) else {
            tell(.problem, "there is no node '\(ForeignText.shown(name))'")
            return []
        }
        return ask(action, node)
    }
}

extension Command {
    /// Whether `--readonly` refuses it.
    var changesCluster: Bool {
        switch self {
        case .key(.get), .whereIs, .moves, .settings, .setting, .status, .processes, .screen,
            .keys, .about, .panel, .theme, .help, .quit:
            false
        case .key, .edit, .node, .join, .ring, .cancelChange: true
        }
    }
}
