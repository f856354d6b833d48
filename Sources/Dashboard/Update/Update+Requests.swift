import Ring
import Terminal

extension Model {
    /// Sends a request about a key.
    mutating func send(_ request: KeyRequest, for verb: KeyVerb? = nil) -> [Effect] {
        let number = begin(request.words)
        if let verb { purposes[number] = verb }
        selectedKey = request.key
        token = nil
        return [.perform(number, request)]
    }

    mutating func onPerformed(
        _ number: Int, _ request: KeyRequest, _ outcome: KeyOutcome
    ) -> [Effect] {
        if let effects = onDetailValue(number, outcome) ?? onUndone(number, outcome) {
            return effects
        }
        finish(number)
        let verb = purposes.removeValue(forKey: number)
        let what = request.words
        switch outcome {
        case .found(let value, let milliseconds):
            checkUndo(number, request.key, found: value)
            return onFound(request.key, value, milliseconds, verb)
        case .written(let facts):
            onWritten(request, facts, what)
        case .refused(let why):
            tell(.note, "\(what): \(ForeignText.shown(why))")
            return []
        case .notDone(let why):
            tell(.problem, "\(what): not done: \(ForeignText.shown(why))")
            return []
        case .unknown(let why):
            undo = nil
            tell(.problem, "\(what): unknown whether done: \(ForeignText.shown(why))")
        }
        return refreshDetail(of: request.key)
    }

    private mutating func onFound(
        _ key: [UInt8], _ value: [UInt8], _ milliseconds: Double, _ verb: KeyVerb?
    ) -> [Effect] {
        let shown = ForeignText.shown(key, columnsMax: 40)
        // A dialog that was opened meanwhile is not pushed aside.
        if overlay == nil, verb == .edit {
            if value.count > LineEditor.bytesMax {
                tell(.problem, "\(shown) has \(value.count.bytesText): too large to edit here")
            } else {
                let form = KeyForm(
                    purpose: .edit(original: value), key: LineEditor(key),
                    value: LineEditor(value), isInValue: true)
                overlay = .form(form)
            }
            return []
        }
        if overlay == nil, verb == .view {
            overlay = .value(ValueState(key: key, value: value))
        }
        tell(
            .done,
            "GET \(shown)  \(value.count.of("byte")) in \(milliseconds.text(1)) ms  "
                + whereabouts(key))
        return []
    }

    private mutating func onWritten(_ request: KeyRequest, _ facts: WriteFacts, _ what: String) {
        keys.note(request.key, isPresent: !request.removes)
        undo = UndoRecord(undoing: request, previous: facts.previous, since: nextRequest)
        tell(
            .done,
            "\(what)\(durability(request.key, facts)), acknowledged in "
                + "\(facts.milliseconds.text(1)) ms", canUndo: undo != nil)
    }

    /// Which nodes have a write durably, for people.
    private func durability(_ key: [UInt8], _ facts: WriteFacts) -> String {
        let arrow = isASCII ? "->" : "→"
        guard let epoch, let era = epoch.arc(at: Slots.slot(ofBytes: key))?.present else {
            return "   a majority durable"
        }
        // Of an acknowledged write it is known without asking that the majority has it.
        guard let durable = facts.durable, !durable.isEmpty else {
            let set = era.replicas.map(epoch.name).joined(separator: " + ")
            return " \(arrow) \(set)   \(era.majority) or more of \(era.replicas.count) durable"
        }
        let names = durable.map(epoch.name).joined(separator: " + ")
        return " \(arrow) \(names)   \(durable.count) of \(era.replicas.count) durable"
    }
}

extension KeyRequest {
    /// The word and the key, for toasts: `UPDATE user:42`.
    var words: String { "\(verb) \(ForeignText.shown(key, columnsMax: 40))" }

    /// The word for it in toasts.
    var verb: String {
        switch self {
        case .get: "GET"
        case .create: "CREATE"
        case .set: "SET"
        case .update, .setIfEqual: "UPDATE"
        case .delete, .deleteIfEqual: "DELETE"
        }
    }

    /// Whether it removes the key.
    var removes: Bool {
        switch self {
        case .delete, .deleteIfEqual: true
        default: false
        }
    }

    /// The value that it leaves; nil where it leaves none.
    var value: [UInt8]? {
        switch self {
        case .create(_, let value), .set(_, let value), .update(_, let value),
            .setIfEqual(_, _, let value):
            value
        case .get, .delete, .deleteIfEqual: nil
        }
    }
}
