/// Why the operations of one key have no order.
public struct Violation: Sendable, Equatable, CustomStringConvertible {
    /// The key.
    public let key: [UInt8]
    /// The operations up to the first answer that makes the history wrong, in the order of their
    /// calls; without reads whose answer was not known by then.
    public let prefix: [Operation]
    /// The longest order found of some of them.
    public let order: [Operation]
    /// The value which that order leaves; nil when the key is absent.
    public let value: [UInt8]?
    /// The answered operations of which one would have to be next, and none can be.
    public let stuck: [Operation]

    private static let orderShownMax = 8
    private static let stuckShownMax = 16

    init(_ operations: [Operation], _ deadEnd: KeySearch.DeadEnd) {
        let placed = Set(deadEnd.order)
        key = operations[deadEnd.blocked].key
        prefix = operations
        order = deadEnd.order.map { operations[$0] }
        value = deadEnd.value
        stuck = operations.indices.filter { index in
            !placed.contains(index) && operations[index].returnIndex != nil
                && operations[index].callIndex < deadEnd.returnIndex
        }.map { operations[$0] }
    }

    /// The violation in words, several lines.
    public var description: String {
        var lines = [
            "key \(quoted(key)): no order of the first \(prefix.count) operations explains "
                + "the answers."
        ]
        if order.isEmpty {
            lines.append("The key is absent at first, and none of these can come first:")
        } else {
            lines.append("The longest order found places \(order.count) of them. It ends")
            lines += order.suffix(Self.orderShownMax).map { "  \($0)" }
            lines.append("and leaves \(described(value)). None of these can be next:")
        }
        lines += stuck.prefix(Self.stuckShownMax).map { "  \($0), where \(demand(on: $0))" }
        if stuck.count > Self.stuckShownMax {
            lines.append("  and \(stuck.count - Self.stuckShownMax) more")
        }
        return lines.joined(separator: "\n")
    }

    private func demand(on operation: Operation) -> String {
        let expected = KeyModel.apply(operation.action, to: value).answer
        return "the answer would be \(described(expected))"
    }
}

extension Operation: CustomStringConvertible {
    /// The operation in one line: client, times, request and outcome.
    public var description: String {
        let end = returnTime.map { String($0) } ?? "…"
        let who = client == Self.observer ? "observer" : "client \(client)"
        return "\(who) [\(callTime), \(end)] \(described(action)) → \(described(outcome))"
    }
}

private func described(_ action: Action) -> String {
    switch action {
    case .get: "get"
    case .exists: "exists"
    case .length: "length"
    case .set(let value): "set \(quoted(value))"
    case .create(let value): "create \(quoted(value))"
    case .update(let value): "update \(quoted(value))"
    case .delete: "delete"
    case .compareAndSet(let old, let new): "compare-and-set \(quoted(old)) \(quoted(new))"
    case .increment(let amount): "increment \(amount)"
    case .append(let suffix): "append \(quoted(suffix))"
    case .exchange(let value): "exchange \(quoted(value))"
    case .take: "take"
    }
}

private func described(_ outcome: Outcome) -> String {
    switch outcome {
    case .answered(let answer): described(answer)
    case .notDone: "not done"
    case .unknown: "unknown"
    }
}

private func described(_ answer: Answer) -> String {
    switch answer {
    case .value(let value): described(value)
    case .flag(let flag): flag ? "yes" : "no"
    case .number(let number): String(number)
    case .refused: "refused"
    case .done: "done"
    }
}

private func described(_ value: [UInt8]?) -> String {
    value.map { quoted($0) } ?? "absent"
}
