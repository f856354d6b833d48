import Ring
import Testing

@testable import Client

@Suite struct MonitorModelTests {
    let seeds = (1...3).map { Endpoint(host: "127.0.0.1", port: 7_100 + $0) }

    func model() -> MonitorModel {
        var model = MonitorModel(clusterName: "demo", seeds: seeds)
        for seed in seeds { model.onWatch(seed, now: 0) }
        return model
    }

    func report(_ index: Int, epoch: RingEpoch, pid: Int = 100) -> NodeReport {
        let member = epoch.members[index]
        return NodeReport(
            id: member.id, number: member.number, name: member.name, host: member.host,
            port: member.port, pid: pid, incarnation: 1, clusterID: epoch.clusterID,
            clusterName: epoch.clusterName, epoch: epoch.number)
    }

    @Test("before the first epoch the snapshot lists the addresses that were given")
    func beforeEpoch() {
        let snapshot = model().snapshot(now: 10)
        #expect(snapshot.epoch == nil)
        #expect(snapshot.members.map(\.name) == seeds.map(\.description))
        #expect(snapshot.members.allSatisfy { $0.number == 0 })
    }

    @Test("a member is reachable while it answers, then suspect, then unreachable")
    func silence() {
        var model = model()
        let epoch = FakeRing.founding(seeds)
        model.onEpoch(epoch)
        model.onReport(report(0, epoch: epoch), from: seeds[0], now: 1_000)
        func contact(at now: Int) -> Contact? { model.snapshot(now: now).member(1)?.contact }
        #expect(contact(at: 1_999) == .reachable)
        #expect(contact(at: 2_000) == .suspect(since: 1_000))
        #expect(contact(at: 6_000) == .unreachable(since: 1_000))
    }

    @Test("a refused connection counts at once, and an answer ends that")
    func refusal() {
        var model = model()
        let epoch = FakeRing.founding(seeds)
        model.onEpoch(epoch)
        model.onReport(report(0, epoch: epoch), from: seeds[0], now: 100)
        model.onRefusal(seeds[0], now: 150)
        model.onRefusal(seeds[0], now: 400)
        #expect(model.snapshot(now: 500).member(1)?.contact == .unreachable(since: 150))
        model.onReport(report(0, epoch: epoch), from: seeds[0], now: 600)
        #expect(model.snapshot(now: 600).member(1)?.contact == .reachable)
    }

    @Test("a member that another one suspects is suspect, whatever it says itself")
    func suspected() {
        var model = model()
        let epoch = FakeRing.founding(seeds)
        model.onEpoch(epoch)
        model.onReport(report(0, epoch: epoch), from: seeds[0], now: 100)
        var other = report(1, epoch: epoch)
        other.suspects = [1]
        model.onReport(other, from: seeds[1], now: 110)
        #expect(model.snapshot(now: 120).member(1)?.contact == .suspect(since: 120))
        #expect(model.snapshot(now: 120).member(2)?.contact == .reachable)
    }

    @Test("rates are made against a report about a second old of the same process")
    func earlier() {
        var model = model()
        let epoch = FakeRing.founding(seeds)
        model.onEpoch(epoch)
        for now in stride(from: 0, through: 10_000, by: 250) {
            model.onReport(report(0, epoch: epoch), from: seeds[0], now: now)
        }
        #expect(model.snapshot(now: 10_000).member(1)?.latest?.milliseconds == 10_000)
        #expect(model.snapshot(now: 10_000).member(1)?.earlier?.milliseconds == 9_000)
        model.onReport(report(0, epoch: epoch, pid: 101), from: seeds[0], now: 10_250)
        #expect(model.snapshot(now: 10_250).member(1)?.earlier == nil)
    }

    @Test("an older or broken epoch changes nothing")
    func epochs() throws {
        var model = model()
        let first = FakeRing.founding(seeds)
        let second = try #require(
            first.next(applying: [.down(member: 2)], settled: { _ in true }))
        model.onEpoch(second)
        model.onEpoch(first)
        #expect(model.epoch?.number == 2)
        var broken = second
        broken.number = 3
        broken.arcs.removeFirst()
        model.onEpoch(broken)
        #expect(model.epoch?.number == 2)
    }

    @Test("events of all members come in the order of their clocks, what many saw once")
    func events() {
        var model = model()
        func event(_ sequence: Int, _ milliseconds: Int, _ text: String) -> EventReport {
            EventReport(
                sequence: sequence, milliseconds: milliseconds, level: .info, node: "n4",
                text: text)
        }
        model.onEvents([event(1, 1_000, "a"), event(2, 3_000, "c")], from: seeds[0])
        model.onEvents([event(1, 1_200, "a"), event(2, 2_000, "b")], from: seeds[1])
        model.onEvents([event(2, 3_000, "c"), event(3, 60_000, "a")], from: seeds[0])
        #expect(model.snapshot(now: 0).events.map(\.text) == ["a", "b", "c", "a"])
    }

    @Test("events are kept up to their number, the newest")
    func eventCount() {
        var model = model()
        for sequence in 1...2_000 {
            model.onEvents(
                [
                    EventReport(
                        sequence: sequence, milliseconds: sequence, level: .info, node: "n1",
                        text: "\(sequence)")
                ], from: seeds[0])
        }
        let events = model.snapshot(now: 0).events
        #expect(events.count == ClusterSnapshot.eventCountMax)
        #expect(events.last?.text == "2000")
    }

    @Test("what becomes of a process is an event")
    func processes() {
        var model = model()
        let running = MemberProcess(state: .running, pid: 8_104)
        model.onProcesses(["n4": running], wall: 1)
        model.onProcesses(["n4": MemberProcess(state: .paused, pid: 8_104)], wall: 2)
        model.onProcesses(["n4": running], wall: 3)
        model.onProcesses(["n4": MemberProcess(state: .exited(signal: 9), pid: nil)], wall: 4)
        model.onProcesses(["n4": MemberProcess(state: .exited(signal: 9), pid: nil)], wall: 5)
        let events = model.snapshot(now: 0).events
        #expect(
            events.map(\.text) == [
                "process paused (process 8104)", "process goes on (process 8104)",
                "process ended by signal 9 (process 8104)",
            ])
        #expect(events.map(\.level) == [.warning, .info, .error])
    }

    @Test("a started process stands before what was heard of it, whichever is told first")
    func start() {
        var model = model()
        let heard = EventReport(
            sequence: 1, milliseconds: 22_000, level: .info, node: "n3", text: "heard again by n1")
        let ended = MemberProcess(state: .exited(signal: 9), pid: nil)
        model.onProcesses(["n3": ended], wall: 1_000)
        model.onEvents([heard], from: seeds[0])
        model.onProcesses(["n3": MemberProcess(state: .running, pid: 7)], wall: 23_000)
        #expect(
            model.snapshot(now: 0).events.map(\.text) == [
                "process started (process 7)", "heard again by n1",
            ])
    }

    @Test("a suspicion that several nodes tell of is one event that names them")
    func suspicion() {
        var model = model()
        for (index, seed) in seeds.enumerated() {
            let event = EventReport(
                sequence: 1, milliseconds: 1_000 + index, level: .warning, node: "n4",
                text: "suspected by n\(index + 1) (connection refused)")
            model.onEvents([event], from: seed)
        }
        #expect(
            model.snapshot(now: 0).events.map(\.text) == [
                "suspected by n1 n2 n3 (connection refused)"
            ])
    }

    @Test("what becomes of the slots is told as events, with the wall clock's time")
    func conditions() throws {
        var model = model()
        let epoch = FakeRing.founding(seeds)
        model.onEpoch(epoch)
        for index in seeds.indices {
            model.onReport(report(index, epoch: epoch), from: seeds[index], now: 100)
        }
        model.onLook(now: 200, wall: 5_000)
        #expect(model.snapshot(now: 200).events.isEmpty)
        model.onRefusal(seeds[2], now: 300)
        model.onLook(now: 400, wall: 5_200)
        #expect(model.snapshot(now: 400).events.isEmpty)
        model.onReport(report(0, epoch: epoch), from: seeds[0], now: 2_300)
        model.onReport(report(1, epoch: epoch), from: seeds[1], now: 2_300)
        model.onLook(now: 2_400, wall: 7_200)
        let told = model.snapshot(now: 2_400).events
        #expect(told.map(\.milliseconds) == [7_200])
        #expect(told.first?.text.contains("under-replicated: n3 not answering") == true)
    }
}
