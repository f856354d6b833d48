import Ring
import Testing

@testable import Client

@Suite("Events that several nodes tell")
struct EventMergeTests {
    private func event(_ milliseconds: Int, _ text: String, node: String = "n4") -> EventReport {
        EventReport(
            sequence: 1, milliseconds: milliseconds, level: .warning, node: node, text: text)
    }

    private func list(_ told: [EventReport]) -> [String] {
        var events: [EventReport] = []
        for event in told where !EventMerge.absorb(event, into: &events) { events.append(event) }
        return events.map(\.text)
    }

    @Test("sightings of one node become one event with all who saw it")
    func sightings() {
        #expect(
            list([
                event(1_000, "suspected by n1 (no heartbeat for 1.0 s)"),
                event(1_100, "suspected by n3 (no heartbeat for 1.1 s)"),
                event(1_200, "suspected by n1 (no heartbeat for 1.2 s)"),
                event(1_300, "suspected by n2 (connection refused)", node: "n5"),
                event(2_000, "heard again by n1"), event(2_100, "heard again by n2"),
            ]) == [
                "suspected by n1 n3 (no heartbeat for 1.0 s)",
                "suspected by n2 (connection refused)", "heard again by n1 n2",
            ])
    }

    @Test("what lies far apart is told twice, but news of an epoch never")
    func distance() {
        #expect(
            list([
                event(1_000, "suspected by n1"), event(9_000, "suspected by n1"),
                event(1_000, "epoch 7: n4 down"), event(90_000, "epoch 7: n4 down"),
            ]) == ["suspected by n1", "suspected by n1", "epoch 7: n4 down"])
    }

    @Test("a start that was noticed late stands before what others heard of it, and no end does")
    func starts() {
        func ordered(_ told: [EventReport]) -> [String] {
            var events = told
            EventMerge.orderStart(of: "n4", in: &events)
            return events.map { "\($0.milliseconds) \($0.text)" }
        }
        #expect(
            ordered([
                event(1_000, "process ended"), event(9_000, "heard again by n1"),
                event(9_100, "level again", node: "n5"), event(9_800, "process started"),
            ]) == [
                "1000 process ended", "9000 process started", "9000 heard again by n1",
                "9100 level again",
            ])
        let killed = [
            event(9_000, "heard again by n1"), event(9_100, "process ended"),
            event(9_800, "process started"),
        ]
        #expect(ordered(killed) == killed.map { "\($0.milliseconds) \($0.text)" })
    }

    @Test("words that only look like a sighting stay as they are, whatever the clocks say")
    func foreign() {
        #expect(EventMerge.merged("suspected by ", "suspected by n1") == nil)
        #expect(EventMerge.merged("suspected by (x)", "suspected by n1") == nil)
        #expect(EventMerge.merged("suspected by n1", "heard again by n1") == nil)
        #expect(list([event(.min, "a"), event(.max, "a")]) == ["a", "a"])
    }
}
