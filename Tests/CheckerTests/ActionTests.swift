import Testing

@testable import Checker

@Suite("What each action does to a key")
struct ActionTests {
    /// One action on one value: the value after it and the answer.
    struct Example: Sendable, CustomTestStringConvertible {
        let before: String?
        let action: Action
        let after: String?
        let answer: Answer

        init(_ before: String?, _ action: Action, _ after: String?, _ answer: Answer) {
            self.before = before
            self.action = action
            self.after = after
            self.answer = answer
        }

        var testDescription: String { "\(action) on \(before ?? "nothing")" }
    }

    static let examples: [Example] = [
        Example(nil, .get, nil, .absent),
        Example("a", .get, "a", .text("a")),
        Example("", .get, "", .text("")),
        Example(nil, .exists, nil, .flag(false)),
        Example("", .exists, "", .flag(true)),
        Example(nil, .length, nil, .number(0)),
        Example("abc", .length, "abc", .number(3)),
        Example(nil, .set("b"), "b", .flag(true)),
        Example("a", .set("b"), "b", .flag(true)),
        Example(nil, .create("b"), "b", .flag(true)),
        Example("a", .create("b"), "a", .flag(false)),
        Example(nil, .update("b"), nil, .flag(false)),
        Example("a", .update("b"), "b", .flag(true)),
        Example(nil, .delete, nil, .flag(false)),
        Example("a", .delete, nil, .flag(true)),
        Example("a", .compareAndSet("a", "b"), "b", .flag(true)),
        Example("a", .compareAndSet("c", "b"), "a", .flag(false)),
        Example(nil, .compareAndSet("", "b"), nil, .flag(false)),
        Example(nil, .increment(5), "5", .number(5)),
        Example("-3", .increment(1), "-2", .number(-2)),
        Example("one", .increment(1), "one", .refused),
        Example("", .increment(1), "", .refused),
        Example("+1", .increment(1), "+1", .refused),
        Example("01", .increment(1), "01", .refused),
        Example("-0", .increment(1), "-0", .refused),
        Example("9223372036854775807", .increment(1), "9223372036854775807", .refused),
        Example(nil, .append("b"), "b", .number(1)),
        Example("a", .append("bc"), "abc", .number(3)),
        Example(nil, .exchange("b"), "b", .absent),
        Example("a", .exchange("b"), "b", .text("a")),
        Example(nil, .take, nil, .absent),
        Example("a", .take, nil, .text("a")),
    ]

    @Test("an action leaves the right value and gives the right answer", arguments: examples)
    func model(_ example: Example) {
        let (value, answer) = KeyModel.apply(example.action, to: example.before.map(bytes))
        #expect(value == example.after.map(bytes))
        #expect(answer == example.answer)
    }

    @Test("the right answer is accepted and any other refused", arguments: examples)
    func answers(_ example: Example) {
        let wrong: [Answer] = [
            .absent, .text("z"), .flag(true), .flag(false), .number(99), .refused,
        ]
        #expect(record(example, example.answer).isLinearizable)
        for answer in wrong where answer != example.answer {
            #expect(!record(example, answer).isLinearizable, "\(answer)")
        }
    }

    @Test("«done» without the answer fits exactly what has an effect", arguments: examples)
    func done(_ example: Example) {
        let hasEffect = example.answer != .flag(false) && example.answer != .refused
        #expect(record(example, .done).isLinearizable == hasEffect)
    }

    @Test("the value that an action leaves is the one read afterwards", arguments: examples)
    func readBack(_ example: Example) {
        var recording = record(example, example.answer)
        recording.run(1, .get, .value(example.after.map(bytes)))
        #expect(recording.isLinearizable)
        recording.run(1, .get, .text("something else"))
        #expect(!recording.isLinearizable)
    }

    private func record(_ example: Example, _ answer: Answer) -> Recording {
        var recording = Recording()
        if let before = example.before { recording.run(0, .set(before), .flag(true)) }
        recording.run(0, example.action, answer)
        return recording
    }
}
