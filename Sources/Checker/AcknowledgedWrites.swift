/// A key whose final value shows that an acknowledged write is gone, or that something is there
/// which nobody wrote.
public struct LostWrite: Sendable, Equatable, CustomStringConvertible {
    /// The key.
    public let key: [UInt8]
    /// What was read at the end; nil when the key was absent.
    public let found: [UInt8]?
    /// What may have been read instead, in words.
    public let explanation: String

    /// The loss in words.
    public var description: String {
        "key \(quoted(key)) is \(found.map { quoted($0) } ?? "absent"): \(explanation)"
    }
}

/// Checks that every acknowledged write is still there when all is over.
///
/// Much cheaper than the check for linearizability, and it looks at the end only: fit for histories
/// of many thousands of writes with one reading of every key after them.
public enum AcknowledgedWrites {
    /// Names the keys that lost something.
    ///
    /// A key may end with what its last acknowledged write left (any of them where several ran at
    /// the same time) or with what a write of unknown fate would leave. Keys on which a write
    /// depends on the value before it (increment, append, conditions) are searched for an order.
    ///
    /// - Parameters:
    ///   - history: all that was written; keys begin absent.
    ///   - stepsMax: the limit of the search on one key; a key whose search gives up is not named.
    ///   - final: reads a key after the last operation; nil when it is absent.
    /// - Returns: one entry per key with a loss, in the order of the keys' first calls.
    public static func lost(
        in history: History, stepsMax: Int = LinearizabilityChecker.defaultStepsMax,
        final: (_ key: [UInt8]) -> [UInt8]?
    ) -> [LostWrite] {
        history.relevantByKey().compactMap { key, operations in
            let writes = operations.filter { !$0.hasNoEffect }
            let found = final(key)
            let explanation =
                writes.allSatisfy { $0.valueLeft != nil }
                ? plainLoss(writes, found) : searchedLoss(writes, found, stepsMax)
            return explanation.map { LostWrite(key: key, found: found, explanation: $0) }
        }
    }

    private static func plainLoss(_ writes: [Operation], _ found: [UInt8]?) -> String? {
        let lastCall = writes.filter { $0.returnIndex != nil }.map(\.callIndex).max()
        let last = writes.filter { write in
            guard let returnIndex = write.returnIndex, let lastCall else { return false }
            return returnIndex > lastCall
        }
        let unknown = writes.filter { $0.returnIndex == nil }
        var allowed = (last + unknown).compactMap(\.valueLeft)
        if last.isEmpty { allowed.append(nil) }
        if allowed.contains(where: { $0 == found }) { return nil }
        guard let latest = last.last else { return "nothing was acknowledged that leaves this" }
        return "lost \(latest)"
    }

    private static func searchedLoss(
        _ writes: [Operation], _ found: [UInt8]?, _ stepsMax: Int
    ) -> String? {
        let end = (writes.map { max($0.callIndex, $0.returnIndex ?? 0) }.max() ?? 0) + 1
        let time = writes.map { $0.returnTime ?? $0.callTime }.max() ?? 0
        let reading = Operation(
            client: Operation.observer, key: writes[0].key, action: .get, callTime: time,
            returnTime: time,
            outcome: .answered(.value(found)), callIndex: end, returnIndex: end + 1)
        var search = KeySearch(writes + [reading])
        var steps = stepsMax
        guard case .blocked(let deadEnd) = search.run(steps: &steps) else { return nil }
        return "no order of the acknowledged writes leaves it\n"
            + Violation(writes + [reading], deadEnd).description
    }
}

extension Operation {
    /// What the key holds after the write, whatever it held before; nil when that depends.
    ///
    /// The inner nil is an absent key. A condition that was answered yes has been met.
    fileprivate var valueLeft: [UInt8]?? {
        switch action {
        case .set(let value), .exchange(let value): .some(value)
        case .delete, .take: .some(nil)
        case .create(let value), .update(let value), .compareAndSet(_, let value):
            outcome == .unknown ? nil : .some(value)
        case .increment, .append, .get, .exists, .length: nil
        }
    }
}
