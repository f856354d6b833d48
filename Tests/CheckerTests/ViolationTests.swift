import Testing

@testable import Checker

@Suite("How a violation is told")
struct ViolationTests {
    @Test("the text shows the longest order, the value it leaves and what does not fit")
    func text() {
        var recording = Recording(key: "user:1")
        recording.run(0, .set("old"), .flag(true))
        let write = recording.call(1, .set("new"))
        recording.run(2, .get, .text("new"))
        recording.run(3, .get, .text("old"))
        recording.answer(write, .flag(true))
        recording.run(0, .get, .text("new"))
        let expected = """
            key "user:1": no order of the first 4 operations explains the answers.
            The longest order found places 3 of them. It ends
              client 0 [1, 2] set "old" → yes
              client 1 [3, …] set "new" → unknown
              client 2 [4, 5] get → "new"
            and leaves "new". None of these can be next:
              client 3 [6, 7] get → "old", where the answer would be "new"
            """
        #expect(recording.violation?.description == expected)
    }

    @Test("a history that is wrong from its first answer says that nothing can come first")
    func first() {
        var recording = Recording()
        recording.run(0, .increment(1), .number(2))
        let expected = """
            key "k": no order of the first 1 operations explains the answers.
            The key is absent at first, and none of these can come first:
              client 0 [1, 2] increment 1 → 2, where the answer would be 1
            """
        #expect(recording.violation?.description == expected)
    }

    @Test("bytes that are not printable are escaped, and long ones cut")
    func escapes() {
        #expect(quoted([0x1B, 0x5B, 0x22, 0x5C, 0xFF]) == #""\x1b[\"\\\xff""#)
        let long = quoted(Array(repeating: 0x61, count: 41))
        #expect(long == "\"" + String(repeating: "a", count: 40) + "\"… (41 bytes)")
    }

    @Test("every action and outcome has words of its own")
    func words() {
        let actions: [Action] = [
            .get, .exists, .length, .set("a"), .create("a"), .update("a"), .delete,
            .compareAndSet("a", "b"), .increment(1), .append("a"), .exchange("a"), .take,
        ]
        let outcomes: [Outcome] = [
            .answered(.absent), .answered(.text("a")), .answered(.flag(true)),
            .answered(.flag(false)), .answered(.number(7)), .answered(.refused), .answered(.done),
            .notDone, .unknown,
        ]
        var texts: Set<String> = []
        for action in actions {
            for outcome in outcomes {
                var recording = Recording()
                let id = recording.call(0, action)
                recording.end(id, outcome)
                texts.insert(recording.history.operations[id].description)
            }
        }
        #expect(texts.count == actions.count * outcomes.count)
    }
}
