import Client
import Ring
import Terminal

/// Changes of the ring: asked for, planned, committed, and told when they are over.
extension Model {
    // MARK: Asking

    /// Opens the fields of a node that is to join, filled in with the next free name and port.
    mutating func openJoin(name: String? = nil, port: Int? = nil) {
        guard ownsLocalNodes else {
            return tell(
                .note, "nodes are started on their own machine: ringmaster node --dir … --join …")
        }
        guard let epoch else { return tell(.note, "the ring is not known yet") }
        let next = epoch.nextNode
        overlay = .join(
            JoinForm(
                name: LineEditor(Array((name ?? next.name).utf8)),
                port: LineEditor(Array(String(port ?? next.port).utf8))))
    }

    mutating func onJoinForm(_ form: JoinForm, _ action: Action) -> [Effect] {
        var form = form
        switch action {
        case .cancel:
            overlay = nil
            return []
        case .focusNext: form.isInPort.toggle()
        case .accept:
            switch form.wish {
            case .success(let wish):
                overlay = nil
                return ask(wish)
            case .failure(let failure): form.problem = failure.text
            }
        default: break
        }
        overlay = .join(form)
        return []
    }

    /// Asks for what moves slots only after its plan was seen, for all else at once.
    mutating func ask(_ wish: ChangeWish) -> [Effect] {
        guard wish.movesSlots else { return [.change(begin(wish.words), wish)] }
        return [.plan(begin("plan: \(wish.words)"), wish)]
    }

    /// Asks for a change of the node that is shown or selected.
    mutating func askForTarget(_ wish: (String) -> ChangeWish) -> [Effect] {
        guard let node = targetNode else {
            tell(.note, "select a node first")
            return []
        }
        // The plan comes as a question of its own.
        overlay = nil
        return ask(wish(node.name))
    }

    mutating func onPlanned(
        _ request: Int, _ wish: ChangeWish, _ result: Result<ChangePlan, AccessFailure>
    ) {
        finish(request)
        switch result {
        case .failure(let failure):
            tell(.problem, "\(wish.words): \(ForeignText.shown(failure.text))")
        case .success(let plan):
            if let reason = plan.refused {
                return tell(.problem, "\(wish.words): \(ForeignText.shown(reason))")
            }
            // A dialog that was opened meanwhile is not pushed aside.
            guard overlay == nil else {
                return tell(.note, "\(wish.words): planned, but something else was opened; again?")
            }
            let text = PlanText(plan, wish, isASCII: isASCII, width: size.width - 10)
            overlay = .dialog(
                Dialog(
                    title: wish.title + "?", lines: text.lines,
                    buttons: [
                        Dialog.Button(label: "Cancel", answer: .cancel),
                        Dialog.Button(
                            label: wish.title, answer: .change(wish, plannedIn: plan.epoch)),
                    ], isDanger: wish.isDangerous))
        }
    }

    /// Asks for a change that was seen as a plan; if the ring is another one by now, plans anew.
    mutating func commit(_ wish: ChangeWish, plannedIn planned: Int?) -> [Effect] {
        if let planned, let present = live?.epoch?.number, present != planned {
            tell(.note, "the ring has changed meanwhile: this is the plan for epoch \(present)")
            return [.plan(begin("plan: \(wish.words)"), wish)]
        }
        return [.change(begin(wish.words), wish)]
    }

    // MARK: Changes under way

    mutating func onMovesVerb(_ verb: Action.MovesVerb) -> [Effect] {
        switch verb {
        case .pauseOrResume:
            let isPaused = epoch?.settings.areMovesPaused == true
            return ask(.set(name: "moves-paused", value: isPaused ? "no" : "yes"))
        case .rate:
            prompt = Prompt(purpose: .command, editor: LineEditor(Array("moves rate ".utf8)))
            return []
        case .cancel:
            guard let change = selectedChange else {
                tell(.note, "no change of the ring waits or is under way")
                return []
            }
            return askToCancel(change)
        }
    }

    /// The change in the selected line, else the one under way.
    private var selectedChange: ChangeStatus? {
        let rows = shownRows
        if panel == .replication, rows.indices.contains(replication.selected),
            case .change(let change) = rows[replication.selected]
        {
            return change
        }
        return changes.waiting.first
    }

    mutating func askToCancel(number: Int) -> [Effect] {
        guard let change = changes.waiting.first(where: { $0.change == number }) else {
            tell(.problem, "no change \(number) waits or is under way; :moves lists them")
            return []
        }
        return askToCancel(change)
    }

    private mutating func askToCancel(_ change: ChangeStatus) -> [Effect] {
        var lines: [Dialog.Line] = ["change \(change.change): \(change.words)"]
        if change.state == .waiting {
            lines.append("It waits; nothing was copied for it yet.")
        } else {
            lines.append("\(change.percentText) of it is copied; those copies are thrown away.")
            lines.append("The ring stays as it is; no key is lost.")
        }
        if change.kind == "join" { lines.append("The new node is no member then and ends.") }
        overlay = .dialog(
            Dialog(
                title: "Cancel the change?", lines: lines,
                buttons: [
                    Dialog.Button(label: "Go on with it", answer: .cancel),
                    Dialog.Button(
                        label: "Cancel change \(change.change)",
                        answer: .change(.cancel(change: change.change), plannedIn: nil)),
                ]))
        return []
    }

    // MARK: Ends

    /// Says how changes ended that were under way at the last look.
    ///
    /// - Returns: the effects that put this machine's files right.
    mutating func tellEnds(in epoch: RingEpoch?) -> [Effect] {
        guard let epoch else { return [] }
        let told = toldChange
        toldChange = max(told ?? 0, epoch.queue.ended.map(\.id).max() ?? 0)
        guard let told, let last = epoch.queue.ended.last(where: { $0.id > told }) else {
            return []
        }
        let words = "change \(last.id) (\(last.words))"
        let reason = last.reason.isEmpty ? "" : ": \(ForeignText.shown(last.reason))"
        switch last.outcome {
        case .done: tell(.done, "\(words) is done in epoch \(last.epoch)")
        case .cancelled: tell(.note, "\(words) was cancelled in epoch \(last.epoch)\(reason)")
        case .failed: tell(.problem, "\(words) FAILED in epoch \(last.epoch)\(reason)")
        }
        guard ownsLocalNodes, !isReadOnly else { return [] }
        return epoch.queue.ended.filter { $0.id > told && $0.kind.member != nil }
            .map { .tidy($0) }
    }
}

extension ChangeWish {
    /// What is asked, as a sentence's beginning: `leave n2`.
    var words: String {
        switch self {
        case .join(let name, _): "join \(ForeignText.shown(name))"
        case .leave(let name): "leave \(ForeignText.shown(name))"
        case .evict(let name): "evict \(ForeignText.shown(name))"
        case .rebalance: "rebalance"
        case .cancel(let change): "cancel change \(change)"
        case .set("moves-paused", "yes"): "pause copying"
        case .set("moves-paused", "no"): "resume copying"
        case .set(let name, let value):
            "config \(ForeignText.shown(name)) \(ForeignText.shown(value))"
        }
    }

    /// For titles and buttons: `Leave n2`.
    var title: String {
        switch self {
        case .join(let name, let port): "Join \(ForeignText.shown(name)) on port \(port)"
        case .leave(let name): "Leave \(ForeignText.shown(name))"
        case .evict(let name): "Evict \(ForeignText.shown(name))"
        case .rebalance: "Rebalance"
        case .cancel(let change): "Cancel change \(change)"
        case .set(let name, let value):
            "Set \(ForeignText.shown(name)) to \(ForeignText.shown(value))"
        }
    }

    /// Whether it takes something away.
    var isDangerous: Bool {
        switch self {
        case .leave, .evict, .cancel: true
        case .join, .rebalance, .set: false
        }
    }
}

extension RingEpoch {
    /// The name and port that a new node on this machine would get: the next ones.
    var nextNode: (name: String, port: Int) {
        let numbers = everyone.compactMap { member in
            member.name.hasPrefix("n") ? Int(member.name.dropFirst()) : nil
        }
        let ports = everyone.map(\.port)
        return (
            "n\(min(numbers.max() ?? 0, 1 << 20) + 1)", min((ports.max() ?? 7_100) + 1, 65_535)
        )
    }
}
