import Testing

@testable import Checker

@Suite("Linearizability")
struct LinearizabilityTests {
    @Test("an empty history is linearizable")
    func empty() {
        #expect(Recording().isLinearizable)
    }

    @Test("a read after an acknowledged write must not see the value before it")
    func staleRead() {
        var recording = Recording()
        recording.run(0, .set("old"), .flag(true))
        recording.run(0, .set("new"), .flag(true))
        recording.run(1, .get, .text("old"))
        #expect(!recording.isLinearizable)
    }

    @Test("a read during a write may see either value, and once the new one is seen it stays")
    func readDuringWrite() {
        var recording = Recording()
        recording.run(0, .set("old"), .flag(true))
        let write = recording.call(0, .set("new"))
        recording.run(1, .get, .text("old"))
        recording.run(1, .get, .text("new"))
        var wrong = recording
        recording.answer(write, .flag(true))
        #expect(recording.isLinearizable)
        wrong.run(2, .get, .text("old"))
        wrong.answer(write, .flag(true))
        #expect(!wrong.isLinearizable)
    }

    @Test("of two creates at the same time one succeeds")
    func creates() {
        for answers in [(true, false), (false, true), (true, true), (false, false)] {
            var recording = Recording()
            let first = recording.call(0, .create("a"))
            let second = recording.call(1, .create("b"))
            recording.answer(first, .flag(answers.0))
            recording.answer(second, .flag(answers.1))
            #expect(recording.isLinearizable == (answers.0 != answers.1))
        }
    }

    @Test("increments at the same time never give the same number")
    func increments() {
        var recording = Recording()
        let first = recording.call(0, .increment(1))
        let second = recording.call(1, .increment(1))
        recording.answer(first, .number(1))
        var wrong = recording
        recording.answer(second, .number(2))
        #expect(recording.isLinearizable)
        wrong.answer(second, .number(1))
        #expect(!wrong.isLinearizable)
    }

    @Test("a deleted key does not come back")
    func deleted() {
        var recording = Recording()
        recording.run(0, .set("a"), .flag(true))
        recording.run(0, .delete, .flag(true))
        recording.run(1, .get, .absent)
        #expect(recording.isLinearizable)
        recording.run(1, .get, .text("a"))
        #expect(!recording.isLinearizable)
    }

    @Test("an unknown write may take effect late, early or never")
    func unknownWrite() {
        var recording = Recording()
        recording.run(0, .set("a"), .flag(true))
        let write = recording.call(1, .set("b"))
        recording.end(write, .unknown)
        recording.run(0, .get, .text("a"))
        recording.run(0, .get, .text("a"))
        #expect(recording.isLinearizable)
        recording.run(0, .get, .text("b"))
        #expect(recording.isLinearizable)
        recording.run(0, .get, .text("a"))
        #expect(!recording.isLinearizable)
    }

    @Test("a call that never came back counts as unknown")
    func running() {
        var recording = Recording()
        _ = recording.call(1, .set("b"))
        recording.run(0, .get, .absent)
        recording.run(0, .get, .text("b"))
        #expect(recording.isLinearizable)
    }

    @Test("an unknown write has no effect before it was called")
    func unknownWriteFromTheFuture() {
        var recording = Recording()
        recording.run(0, .get, .text("b"))
        _ = recording.call(1, .set("b"))
        recording.run(0, .get, .text("b"))
        #expect(!recording.isLinearizable)
    }

    @Test("each of several equal unknown increments takes effect once at most")
    func equalUnknowns() {
        var recording = Recording()
        for client in 1...3 { _ = recording.call(client, .increment(1)) }
        recording.run(0, .get, .text("2"))
        recording.run(0, .get, .text("3"))
        #expect(recording.isLinearizable)
        recording.run(0, .get, .text("4"))
        #expect(!recording.isLinearizable)
    }

    @Test("what was certainly not done has no effect")
    func notDone() {
        var recording = Recording()
        let write = recording.call(1, .set("b"))
        recording.end(write, .notDone)
        recording.run(0, .get, .absent)
        #expect(recording.isLinearizable)
        recording.run(0, .get, .text("b"))
        #expect(!recording.isLinearizable)
    }

    @Test("keys are independent, and the wrong one is named")
    func keys() {
        var recording = Recording()
        recording.run(0, .set("a"), .flag(true), key: "one")
        recording.run(0, .set("b"), .flag(true), key: "two")
        recording.run(1, .get, .text("a"), key: "one")
        #expect(recording.isLinearizable)
        recording.run(1, .get, .text("a"), key: "two")
        #expect(recording.violation?.key == bytes("two"))
    }

    @Test("a search that uses up its steps says so and names the limit")
    func undecided() {
        var recording = Recording()
        for _ in 0..<4 { recording.run(0, .set("a"), .flag(true)) }
        let verdict = LinearizabilityChecker.check(recording.history, stepsMax: 3)
        #expect(verdict == .undecided(key: bytes("k"), stepsMax: 3))
        #expect(LinearizabilityChecker.check(recording.history, stepsMax: 4) == .linearizable)
    }

    @Test("a violation of one key is told even if another key is undecided")
    func violationBeforeUndecided() {
        var recording = Recording()
        for _ in 0..<4 { recording.run(0, .set("a"), .flag(true), key: "long") }
        recording.run(0, .get, .text("b"), key: "short")
        let verdict = LinearizabilityChecker.check(recording.history, stepsMax: 3)
        guard case .violation(let violation) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(violation.key == bytes("short"))
    }

    @Test("a key with many operations, many of them unknown, is judged within a step for each")
    func long() {
        var recording = Recording()
        for round in 0..<2_000 {
            let write = recording.call(0, .set("\(round)"))
            if round % 10 == 0 { _ = recording.call(100 + round, .set("u\(round % 7)")) }
            recording.run(1, .get, .text("\(round)"))
            recording.answer(write, .flag(true))
        }
        let count = recording.history.operations.count
        #expect(LinearizabilityChecker.check(recording.history, stepsMax: count) == .linearizable)
    }
}
