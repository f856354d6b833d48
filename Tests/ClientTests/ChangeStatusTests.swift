import Ring
import Testing

@testable import Client

@Suite("Changes of the ring, as people are told")
struct ChangeStatusTests {
    private static func id(_ number: Int) -> NodeID {
        guard let id = NodeID(String(repeating: String(number), count: 40)) else {
            preconditionFailure("forty digits are an id")
        }
        return id
    }

    /// A fourth node joins, and a leave waits behind it.
    static func joining() -> RingEpoch? {
        let epoch = RingEpoch.founding(
            clusterID: String(repeating: "5", count: 32), clusterName: "demo",
            settings: ClusterSettings(),
            nodes: (1...3).map { (id($0), "n\($0)", "127.0.0.1", 7_100 + $0) })
        let wishes: [ChangeRequest.Wish] = [
            .join(id: id(4), name: "n4", host: "127.0.0.1", port: 7_104), .leave(member: 2),
        ]
        let changes = wishes.enumerated().map {
            EpochChange.request(ChangeRequest(id: "\($0.offset)", wish: $0.element))
        }
        return epoch.next(applying: changes, settled: { _ in true })
    }

    /// What is known when each home has copied a share of what it has to.
    static func snapshot(_ epoch: RingEpoch, share: Double, told: Set<Int>) -> ClusterSnapshot {
        ClusterSnapshot(
            milliseconds: 10_000, clusterName: "demo", epoch: epoch,
            members: epoch.members.map { member in
                var view = MemberSnapshot(
                    number: member.number, name: member.name, host: member.host, port: member.port)
                view.contact = .reachable
                var report = NodeReport(
                    id: member.id, number: member.number, name: member.name, host: member.host,
                    port: member.port, pid: 1, incarnation: 1, clusterID: epoch.clusterID,
                    clusterName: "demo", epoch: epoch.number)
                let slots = zip(epoch.arcs, epoch.learners).reduce(0) { sum, pair in
                    pair.0.present.home == member.number
                        ? sum + pair.0.slotCount * pair.1.count : sum
                }
                if slots > 0, told.contains(member.number) {
                    var move = MoveReport(change: 1, member: 4)
                    move.slots = slots
                    move.copiedSlots = Int(share * Double(slots))
                    move.bytes = 1_000 * slots
                    move.copiedBytes = 1_000 * move.copiedSlots
                    report.moves = [move]
                }
                view.latest = TimedReport(milliseconds: 10_000, report: report)
                return view
            })
    }

    @Test("percent and time left come from the bytes of all homes")
    func complete() throws {
        let epoch = try #require(Self.joining())
        var snapshot = Self.snapshot(epoch, share: 0.25, told: [1, 2, 3])
        var status = try #require(ChangeStatus.list(of: snapshot).first)
        #expect(status.kind == "join")
        #expect(status.node == "n4")
        #expect((24.5...25).contains(status.percent))
        #expect(status.secondsLeft == nil)
        snapshot.movePace = MovePace(
            change: 1, milliseconds: 5_000, bytes: status.copiedBytes)
        status = try #require(ChangeStatus.list(of: snapshot).first)
        let left = try #require(status.secondsLeft)
        #expect((14.9...15.4).contains(left))
    }

    @Test("while homes are silent their share counts as not yet copied")
    func incomplete() throws {
        let epoch = try #require(Self.joining())
        let all = try #require(
            ChangeStatus.list(of: Self.snapshot(epoch, share: 0.9, told: [1, 2, 3])).first)
        let some = try #require(
            ChangeStatus.list(of: Self.snapshot(epoch, share: 0.9, told: [1])).first)
        #expect(some.slots == all.slots)
        #expect(some.percent < 60)
        let none = try #require(
            ChangeStatus.list(of: Self.snapshot(epoch, share: 0.9, told: [])).first)
        #expect(none.percent == 0)
    }

    @Test("what waits has no figures, what is paused no pace")
    func states() throws {
        var epoch = try #require(Self.joining())
        #expect(
            ChangeStatus.list(of: Self.snapshot(epoch, share: 0, told: [])).map(\.state) == [
                .copying, .waiting,
            ])
        epoch.settings.areMovesPaused = true
        var snapshot = Self.snapshot(epoch, share: 0.5, told: [1, 2, 3])
        snapshot.movePace = MovePace(change: 1, milliseconds: 1_000, bytes: 1_000)
        let status = try #require(ChangeStatus.list(of: snapshot).first)
        #expect(status.state == .paused)
        #expect(status.bytesPerSecond == nil)
    }

    @Test("numbers from outside cannot overflow a sum")
    func hostile() throws {
        let epoch = try #require(Self.joining())
        var snapshot = Self.snapshot(epoch, share: 0.5, told: [1, 2, 3])
        for index in 0..<3 {
            snapshot.members[index].latest?.report.moves[0].bytes = .max
            snapshot.members[index].latest?.report.moves[0].copiedBytes = .min
        }
        let status = try #require(ChangeStatus.list(of: snapshot).first)
        #expect((0...100).contains(status.percent))
    }

    @Test("the pace is that of the last ten seconds")
    func pace() {
        var meter = MovePaceMeter()
        #expect(meter.take(change: 1, copiedBytes: 0, at: 0) == nil)
        #expect(meter.take(change: 1, copiedBytes: 100, at: 500) == nil)
        var pace: MovePace?
        for now in stride(from: 750, through: 20_000, by: 250) {
            pace = meter.take(change: 1, copiedBytes: now < 10_000 ? now : 10_000, at: now)
        }
        #expect(pace == MovePace(change: 1, milliseconds: 10_000, bytes: 0))
        // Another change, or copies that begin anew, are measured anew.
        #expect(meter.take(change: 2, copiedBytes: 50, at: 20_250) == nil)
        #expect(meter.take(change: 2, copiedBytes: 10, at: 21_250) == nil)
        #expect(meter.take(change: nil, copiedBytes: 0, at: 22_250) == nil)
    }

    @Test("the eviction that comes first is the one that counts, by now")
    func eviction() throws {
        let epoch = try #require(
            Self.joining()?.next(
                applying: [.down(member: 3)], settled: { _ in true }))
        var snapshot = Self.snapshot(epoch, share: 0, told: [])
        snapshot.milliseconds = 12_000
        snapshot.members[0].latest?.report.evictions = [3: 40_000]
        snapshot.members[1].latest?.report.evictions = [3: 30_000]
        #expect(snapshot.millisecondsUntilEviction(of: 3) == 28_000)
        snapshot.members[1].contact = .unreachable(since: 0)
        #expect(snapshot.millisecondsUntilEviction(of: 3) == 38_000)
        #expect(snapshot.millisecondsUntilEviction(of: 1) == nil)
        snapshot.members[0].latest?.report.evictions = [3: .min]
        #expect(snapshot.millisecondsUntilEviction(of: 3) == 0)
    }
}
