import Terminal

/// Taking back the last write.
extension Model {
    /// Takes back the last write, if the value is still what that write left.
    mutating func undoLast() -> [Effect] {
        guard let record = undo else {
            tell(.note, "there is no write of ours to undo")
            return []
        }
        undo = nil
        let number = begin("undo \(record.words)")
        undoing[number] = record
        selectedKey = record.request.key
        token = nil
        return [.perform(number, record.request)]
    }

    /// Takes the answer to an undo; nil when the answer is to something else.
    mutating func onUndone(_ number: Int, _ outcome: KeyOutcome) -> [Effect]? {
        guard let record = undoing.removeValue(forKey: number) else { return nil }
        finish(number)
        let what = record.words
        switch outcome {
        case .found, .written:
            keys.note(record.request.key, isPresent: !record.request.removes)
            // An undo is not undone by the same key: pressed twice it would write again.
            tell(.done, "undone: \(what); \(record.result)")
        case .refused:
            tell(.note, "not undone: \(what); somebody wrote the key since, it is no longer ours")
        case .notDone(let why):
            if undo == nil { undo = record }
            tell(.problem, "undo \(what): not done: \(ForeignText.shown(why))")
        case .unknown(let why):
            tell(.problem, "undo \(what): unknown whether done: \(ForeignText.shown(why))")
        }
        return refreshDetail(of: record.request.key)
    }

    /// Offers no undo any more once a read shows that the value is no longer ours.
    ///
    /// - Parameters:
    ///   - request: the read; only one that was sent after our write tells something.
    ///   - key: what was read.
    ///   - found: the key's value; nil when it is absent.
    mutating func checkUndo(_ request: Int, _ key: [UInt8], found: [UInt8]?) {
        guard let undo, undo.write.key == key, request >= undo.since, found != undo.write.value
        else { return }
        self.undo = nil
    }
}

extension UndoRecord {
    /// What undoes an acknowledged write; nil when what was there before is not known.
    ///
    /// - Parameters:
    ///   - request: the write.
    ///   - previous: what it replaced.
    ///   - since: the first request that was sent after it was acknowledged.
    init?(undoing request: KeyRequest, previous: WriteFacts.Previous, since: Int = 0) {
        write = request
        self.since = since
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
