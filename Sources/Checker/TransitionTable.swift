/// The model over small numbers: each value and each action with its outcome is met once, named by
/// an integer, and what the model says of the pair is remembered.
struct TransitionTable {
    /// What an action does to a value.
    struct Transition {
        /// The value afterwards.
        let value: Int
        /// Whether the recorded outcome allows the action to take effect here.
        let isLegal: Bool
    }

    private struct Kind: Hashable {
        let action: Action
        let outcome: Outcome
    }

    /// The number of the absent key, where every search begins.
    static let absent = 0

    private var values: [KeyModel.Value] = [nil]
    private var valueNumbers: [KeyModel.Value: Int] = [nil: TransitionTable.absent]
    private var kinds: [Kind] = []
    private var kindNumbers: [Kind: Int] = [:]
    /// By value, then by kind.
    private var transitions: [[Transition?]] = [[]]

    /// The number that stands for an operation's action and outcome; all are numbered before the
    /// first transition.
    mutating func number(of operation: Operation) -> Int {
        let kind = Kind(action: operation.action, outcome: operation.outcome)
        if let known = kindNumbers[kind] { return known }
        kinds.append(kind)
        kindNumbers[kind] = kinds.count - 1
        return kinds.count - 1
    }

    /// The value that a number stands for.
    func value(_ number: Int) -> KeyModel.Value { values[number] }

    /// What a kind of operation does to a value.
    mutating func transition(kind: Int, from value: Int) -> Transition {
        if transitions[value].isEmpty {
            transitions[value] = Array(repeating: nil, count: kinds.count)
        }
        if let known = transitions[value][kind] { return known }
        let (next, expected) = KeyModel.apply(kinds[kind].action, to: values[value])
        let transition = Transition(
            value: number(of: next), isLegal: isLegal(kinds[kind].outcome, expected))
        transitions[value][kind] = transition
        return transition
    }

    private mutating func number(of value: KeyModel.Value) -> Int {
        if let known = valueNumbers[value] { return known }
        values.append(value)
        valueNumbers[value] = values.count - 1
        transitions.append([])
        return values.count - 1
    }

    private func isLegal(_ outcome: Outcome, _ expected: Answer) -> Bool {
        switch outcome {
        case .answered(let answer): KeyModel.matches(answer, expected: expected)
        case .notDone: false
        case .unknown: true
        }
    }
}
