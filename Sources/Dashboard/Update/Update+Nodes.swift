import Client
import Ring
import Terminal

extension Model {
    mutating func onNodeVerb(_ verb: Action.NodeVerb) -> [Effect] {
        guard ownsLocalNodes else {
            tell(.note, "these nodes were not started on this machine by ringmaster")
            return []
        }
        guard let node = targetNode else {
            tell(.note, "select a node first")
            return []
        }
        let action: NodeAction =
            switch verb {
            case .start: .start
            case .stop: .stop
            case .kill: .kill
            case .pauseOrResume: node.process == "paused" ? .resume : .pause
            }
        return ask(action, node)
    }

    /// Acts at once on what hurts nobody and asks about the rest.
    mutating func ask(_ action: NodeAction, _ node: NodeStatus) -> [Effect] {
        if action == .start, node.process == "running" {
            tell(.note, "\(node.name) is running already")
            return []
        }
        if action != .start, node.process == "exited" {
            tell(.note, "\(node.name) is not running; S starts it")
            return []
        }
        guard action != .start, action != .resume else { return act(action, node.name) }
        guard let epoch, let status else { return [] }
        let impact = Impact(of: node.number, in: epoch, status: status)
        let name = ForeignText.shown(node.name)
        let process = node.pid.map { " (pid \($0))" } ?? ""
        overlay = .dialog(
            Dialog(
                title: "\(action.title) \(name)\(process)?",
                lines: Self.consequences(action, name, impact, epoch.settings),
                buttons: [
                    Dialog.Button(label: "Cancel", answer: .cancel),
                    Dialog.Button(
                        label: "\(action.title) \(name)",
                        answer: .node(action, name: node.name)),
                ]))
        return []
    }

    private static func consequences(
        _ action: NodeAction, _ name: String, _ impact: Impact, _ settings: ClusterSettings
    ) -> [Dialog.Line] {
        var lines: [Dialog.Line] = []
        if impact.lost > 0 {
            lines.append("\(impact.lost.of("slot")) lose their majority: their keys cannot be")
            lines.append("read or written until \(name) or another of their nodes is back.")
        }
        if impact.homeSlots > 0 {
            let wait =
                action == .pause
                ? "once it has been silent for \(settings.suspectMilliseconds.settingText)"
                : "at once or within two seconds"
            lines.append("\(impact.homeSlots.of("slot")) get a new home \(wait).")
        }
        let copies = "\(settings.replicas - 1) of \(settings.replicas) copies"
        lines.append(
            impact.thinned > 0
                ? "\(impact.thinned.of("slot")) drop to \(copies)."
                : "It is in no replica set: no slot loses a copy.")
        switch action {
        case .kill: lines.append("Writes under way may end unknown. Acknowledged ones stay.")
        case .stop: lines.append("Its data stay; S starts it again.")
        case .pause: lines.append("It answers nothing until P lets it go on.")
        case .start, .resume: break
        }
        return lines
    }

    mutating func act(_ action: NodeAction, _ name: String) -> [Effect] {
        let request = begin("\(action.rawValue) \(ForeignText.shown(name))")
        return [.act(request, action, name: name)]
    }

    mutating func onDialog(_ dialog: Dialog, _ action: Action) -> [Effect] {
        var dialog = dialog
        let count = dialog.buttons.count
        switch action {
        case .focusNext: dialog.focus = (dialog.focus + 1) % count
        case .focusPrevious: dialog.focus = (dialog.focus + count - 1) % count
        case .cancel:
            overlay = nil
            return []
        case .move(let move):
            let last = dialog.lines.count - DialogView.shownLines(dialog, size)
            dialog.scroll = max(0, min(move.scrolled(dialog.scroll, page: 10), last))
        case .accept:
            overlay = nil
            return answer(dialog.buttons[dialog.focus].answer)
        default: break
        }
        overlay = .dialog(dialog)
        return []
    }

    mutating func answer(_ answer: Dialog.Answer) -> [Effect] {
        switch answer {
        case .cancel: return []
        case .leaveRunning: return [.end(.quit)]
        case .stopAllAndQuit: return [.stopAll(begin("stopping all nodes"))]
        case .delete(let key): return send(.delete(key: key))
        case .node(let action, let name): return act(action, name)
        case .change(let wish, let planned): return commit(wish, plannedIn: planned)
        case .bench(let wish): return startBench(wish)
        }
    }
}

extension NodeAction {
    var title: String {
        switch self {
        case .start: "Start"
        case .stop: "Stop"
        case .kill: "Kill"
        case .pause: "Pause"
        case .resume: "Resume"
        }
    }
}

extension Int {
    /// Milliseconds of a setting as `1 s` or `500 ms`.
    var settingText: String {
        self % 1_000 == 0 ? "\(self / 1_000) s" : "\(self) ms"
    }
}
