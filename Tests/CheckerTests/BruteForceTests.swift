import Testing

@testable import Checker

/// The search against a plain one that tries every order: slow, and simple enough to be seen right.
@Suite("The search against every order")
struct BruteForceTests {
    @Test("small random histories get the verdict that trying every order gives")
    func random() {
        var generator = SeededGenerator(seed: 20)
        var verdicts: [Bool: Int] = [:]
        for _ in 0..<6_000 {
            let history = randomHistory(using: &generator)
            let expected = hasOrder(history.operations.filter(\.isRelevant), from: nil)
            let verdict = LinearizabilityChecker.check(history)
            #expect((verdict == .linearizable) == expected, "\(history.operations)")
            verdicts[expected, default: 0] += 1
        }
        #expect((verdicts[true] ?? 0) > 600)
        #expect((verdicts[false] ?? 0) > 600)
    }

    /// Whether some order of the operations explains all answers: each may come first that was
    /// called before any of the others returned.
    private func hasOrder(_ operations: [Operation], from value: [UInt8]?) -> Bool {
        let returns = operations.compactMap(\.returnIndex)
        guard let firstReturn = returns.min() else { return true }
        for (index, operation) in operations.enumerated() where operation.callIndex < firstReturn {
            let (next, expected) = KeyModel.apply(operation.action, to: value)
            if case .answered(let answer) = operation.outcome,
                !KeyModel.matches(answer, expected: expected)
            {
                continue
            }
            var rest = operations
            rest.remove(at: index)
            if hasOrder(rest, from: next) { return true }
        }
        return false
    }

    /// Up to seven operations of three clients: run in some order against a real value, now and
    /// then with a wrong answer.
    private func randomHistory(using generator: inout SeededGenerator) -> History {
        var history = History()
        var running: [Int: (id: Int, outcome: Outcome)] = [:]
        var value: [UInt8]?
        var time = 0
        var started = 0
        let unknownMax = Int.random(in: 4...15, using: &generator)
        while started < 7 || !running.isEmpty {
            time += 1
            let client = Int.random(in: 0..<3, using: &generator)
            if let (id, outcome) = running.removeValue(forKey: client) {
                history.complete(id, outcome, at: time)
            } else if started < 7 {
                started += 1
                let action = randomAction(using: &generator)
                let id = history.begin(client: client, key: [107], action, at: time)
                let (next, answer) = KeyModel.apply(action, to: value)
                let outcome = randomOutcome(
                    answer, unknownMax: unknownMax, using: &generator)
                if outcome != .notDone { value = next }
                running[client] = (id, outcome)
            }
        }
        return history
    }

    private func randomAction(using generator: inout SeededGenerator) -> Action {
        let texts = ["1", "2", "3"]
        let text = texts[Int.random(in: 0..<3, using: &generator)]
        let other = texts[Int.random(in: 0..<3, using: &generator)]
        let actions: [Action] = [
            .get, .get, .get, .set(text), .set(text), .create(text), .update(text), .delete,
            .compareAndSet(text, other), .increment(1), .append(text), .exchange(text), .take,
        ]
        return actions[Int.random(in: 0..<actions.count, using: &generator)]
    }

    private func randomOutcome(
        _ answer: Answer, unknownMax: Int, using generator: inout SeededGenerator
    ) -> Outcome {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: .answered(.text("1"))
        case 1: .answered(.flag(true))
        case 2: .notDone
        case 3: .answered(.done)
        case ..<unknownMax: .unknown
        default: .answered(answer)
        }
    }
}

/// A small generator of random numbers that gives the same ones for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
