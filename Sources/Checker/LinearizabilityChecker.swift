/// Whether a history is linearizable.
public enum Verdict: Sendable, Equatable {
    /// The operations of each key can be put in an order that explains every answer.
    case linearizable
    /// Those of one key cannot.
    case violation(Violation)
    /// No key is known to be wrong, and the search on this one used up its steps.
    case undecided(key: [UInt8], stepsMax: Int)
}

/// Checks that every operation seems to have taken effect at one instant between call and return.
///
/// Keys are checked one by one: a history is linearizable exactly when each of its keys is
/// (Herlihy and Wing, 1990). Every key is absent at first. The work grows with the number of
/// operations under way on a key at the same time, so keep those to about 16.
public enum LinearizabilityChecker {
    /// How many operations the search on one key may place before it gives up.
    public static let defaultStepsMax = 1_000_000

    /// Judges a history.
    ///
    /// - Parameters:
    ///   - history: what clients asked and were told.
    ///   - stepsMax: how many operations the search on one key may place, right or wrong.
    /// - Returns: the first violation in the order of the keys' first calls, if there is any.
    public static func check(_ history: History, stepsMax: Int = defaultStepsMax) -> Verdict {
        var verdict = Verdict.linearizable
        for (key, operations) in history.relevantByKey() {
            var search = KeySearch(operations)
            var steps = stepsMax
            switch search.run(steps: &steps) {
            case .placed:
                break
            case .exhausted:
                if verdict == .linearizable { verdict = .undecided(key: key, stepsMax: stepsMax) }
            case .blocked(let deadEnd):
                let shortest = shortestPrefix(of: operations, deadEnd, stepsMax: stepsMax)
                return .violation(shortest)
            }
        }
        return verdict
    }

    /// The violation that shows after as few answers as the steps suffice to tell.
    ///
    /// What is wrong after some answers stays wrong after more of them. So the first wrong one is
    /// looked for by halves, with small steps at first: mostly it is near the return that the
    /// search of the whole history did not get past, and short prefixes are cheap.
    private static func shortestPrefix(
        of operations: [Operation], _ deadEnd: KeySearch.DeadEnd, stepsMax: Int
    ) -> Violation {
        let returns = operations.compactMap(\.returnIndex).sorted()
            .filter { $0 >= deadEnd.returnIndex }
        var best = Violation(operations, deadEnd)
        var steps = stepsMax
        var low = 0
        var high = returns.count - 1
        var stride = 1
        while low < high {
            let probe = min(low + stride - 1, (low + high) / 2)
            let prefix = operations.compactMap { $0.asSeen(upTo: returns[probe]) }
            var search = KeySearch(prefix)
            if case .blocked(let deadEnd) = search.run(steps: &steps) {
                best = Violation(prefix, deadEnd)
                high = probe
            } else {
                low = probe + 1
                stride *= 2
            }
        }
        return best
    }
}

extension Operation {
    /// What was known of the operation at one point of the history; nil when that cannot matter.
    fileprivate func asSeen(upTo event: Int) -> Operation? {
        guard callIndex <= event else { return nil }
        guard let returnIndex, returnIndex > event else { return self }
        var running = self
        running.returnTime = nil
        running.returnIndex = nil
        running.outcome = .unknown
        return running.isRelevant ? running : nil
    }
}
