import Testing

@testable import Checker

@Suite("Acknowledged writes")
struct AcknowledgedWritesTests {
    private func lost(_ recording: Recording, _ final: [String: String]) -> [LostWrite] {
        AcknowledgedWrites.lost(in: recording.history) { key in
            final[String(decoding: key, as: UTF8.self)].map(bytes)
        }
    }

    @Test("the last acknowledged value must be there, and the loss is named")
    func last() {
        var recording = Recording(key: "a")
        recording.run(0, .set("1"), .flag(true))
        recording.run(0, .set("2"), .flag(true))
        recording.run(0, .set("x"), .flag(true), key: "b")
        #expect(lost(recording, ["a": "2", "b": "x"]).isEmpty)
        #expect(
            lost(recording, ["a": "1", "b": "x"]).map(\.description) == [
                "key \"a\" is \"1\": lost client 0 [3, 4] set \"2\" → yes"
            ])
        #expect(lost(recording, [:]).map(\.key) == [bytes("a"), bytes("b")])
    }

    @Test("of writes that ran at the same time any may be the last")
    func concurrent() {
        var recording = Recording(key: "a")
        recording.run(0, .set("0"), .flag(true))
        let first = recording.call(1, .set("1"))
        let second = recording.call(2, .set("2"))
        recording.answer(second, .flag(true))
        recording.answer(first, .flag(true))
        #expect(lost(recording, ["a": "1"]).isEmpty)
        #expect(lost(recording, ["a": "2"]).isEmpty)
        #expect(lost(recording, ["a": "0"]).count == 1)
    }

    @Test("an unknown write may be there or not")
    func unknown() {
        var recording = Recording(key: "a")
        recording.run(0, .set("1"), .flag(true))
        recording.end(recording.call(1, .delete), .unknown)
        #expect(lost(recording, ["a": "1"]).isEmpty)
        #expect(lost(recording, [:]).isEmpty)
        #expect(lost(recording, ["a": "2"]).count == 1)
    }

    @Test("what was certainly not done is found out when it is there")
    func notDone() {
        var recording = Recording(key: "a")
        recording.end(recording.call(1, .set("1")), .notDone)
        #expect(lost(recording, [:]).isEmpty)
        #expect(
            lost(recording, ["a": "1"]).map(\.description) == [
                "key \"a\" is \"1\": nothing was acknowledged that leaves this"
            ])
    }

    @Test("a write whose condition did not hold changes nothing")
    func conditions() {
        var recording = Recording(key: "a")
        recording.run(0, .create("1"), .flag(true))
        recording.run(0, .create("2"), .flag(false))
        recording.run(0, .compareAndSet("1", "3"), .flag(true))
        #expect(lost(recording, ["a": "3"]).isEmpty)
        #expect(lost(recording, ["a": "2"]).count == 1)
    }

    @Test("an unknown create cannot replace what is there")
    func unknownCreate() {
        var recording = Recording(key: "a")
        recording.run(0, .set("1"), .flag(true))
        recording.end(recording.call(1, .create("2")), .unknown)
        #expect(lost(recording, ["a": "1"]).isEmpty)
        #expect(lost(recording, ["a": "2"]).count == 1)
    }

    @Test("lost increments and appends are found by their sum")
    func dependent() {
        var recording = Recording(key: "n")
        for round in 1...5 { recording.run(0, .increment(1), .number(round)) }
        recording.run(0, .append("x"), .number(1), key: "s")
        recording.end(recording.call(1, .append("y"), key: "s"), .unknown)
        #expect(lost(recording, ["n": "5", "s": "x"]).isEmpty)
        #expect(lost(recording, ["n": "5", "s": "xy"]).isEmpty)
        let losses = lost(recording, ["n": "4", "s": "y"])
        #expect(losses.map(\.key) == [bytes("n"), bytes("s")])
        #expect(losses.first?.description.contains("observer [10, 10] get → \"4\"") == true)
    }
}
