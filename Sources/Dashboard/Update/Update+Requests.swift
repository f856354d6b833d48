import Ring
import Terminal

extension Model {
    /// Sends a request about a key.
    mutating func send(_ request: KeyRequest, for verb: KeyVerb? = nil) -> [Effect] {
        let number = begin("\(request.verb) \(ForeignText.shown(request.key, columnsMax: 40))")
        if let verb { purposes[number] = verb }
        selectedKey = request.key
        token = nil
        return [.perform(number, request)]
    }

    mutating func onPerformed(
        _ number: Int, _ request: KeyRequest, _ outcome: KeyOutcome
    ) -> [Effect] {
        if let effects = onDetailValue(number, outcome) { return effects }
        finish(number)
        let verb = purposes.removeValue(forKey: number)
        let what = "\(request.verb) \(ForeignText.shown(request.key, columnsMax: 40))"
        switch outcome {
        case .found(let value, let milliseconds):
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
        undo = UndoRecord(undoing: request, previous: facts.previous)
        var text = what
        let arrow = isASCII ? "->" : "→"
        if let durable = facts.durable, !durable.isEmpty, let epoch {
            let names = durable.map(epoch.name).joined(separator: " + ")
            let set = epoch.arc(at: Slots.slot(ofBytes: request.key))?.present.replicas.count
            text += " \(arrow) \(names)   \(durable.count) of \(set ?? epoch.settings.replicas)"
            text += " durable, acknowledged in \(facts.milliseconds.text(1)) ms"
        } else {
            text += "   \(whereabouts(request.key)), durable on a majority in "
            text += "\(facts.milliseconds.text(1)) ms"
        }
        tell(.done, text, canUndo: undo != nil)
    }

    /// Takes back the last write, if the value is still what that write left.
    mutating func undoLast() -> [Effect] {
        guard let record = undo else {
            tell(.note, "there is no write of ours to undo")
            return []
        }
        undo = nil
        return send(record.request)
    }
}

extension KeyRequest {
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

extension UndoRecord {
    /// What undoes an acknowledged write; nil when what was there before is not known.
    init?(undoing request: KeyRequest, previous: WriteFacts.Previous) {
        let before: WriteFacts.Previous =
            switch request {
            case .create: .absent
            case .setIfEqual(_, let expected, _), .deleteIfEqual(_, let expected): .value(expected)
            default: previous
            }
        switch (request.value, before) {
        case (let value?, .value(let old)):
            self.request = .setIfEqual(key: request.key, expected: value, value: old)
        case (let value?, .absent):
            self.request = .deleteIfEqual(key: request.key, expected: value)
        case (nil, .value(let old)) where request.removes:
            self.request = .create(key: request.key, value: old)
        default: return nil
        }
    }
}
