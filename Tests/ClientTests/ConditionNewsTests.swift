import Ring
import Testing

@testable import Client

@Suite("News of the slots")
struct ConditionNewsTests {
    private static func id(_ number: Int) -> NodeID {
        guard let id = NodeID(String(repeating: String(number), count: 40)) else {
            preconditionFailure("forty digits are an id")
        }
        return id
    }

    private static let founding = RingEpoch.founding(
        clusterID: String(repeating: "5", count: 32), clusterName: "demo",
        settings: ClusterSettings(),
        nodes: (1...5).map { (id($0), "n\($0)", "127.0.0.1", 7_100 + $0) })

    private static func after(_ changes: [EpochChange], _ epoch: RingEpoch) -> RingEpoch? {
        epoch.next(applying: changes, settled: { _ in true })
    }

    /// All that are up answer; `isSettled` says whether the homes serve the newest epoch.
    private static func snapshot(
        _ epoch: RingEpoch, at now: Int, isSettled: Bool = true, evictions: [Int: Int] = [:]
    ) -> ClusterSnapshot {
        ClusterSnapshot(
            milliseconds: now, clusterName: "demo", epoch: epoch,
            members: epoch.members.map { member in
                var view = MemberSnapshot(
                    number: member.number, name: member.name, host: member.host, port: member.port)
                view.contact = member.canBeHome ? .reachable : .unreachable(since: 0)
                var report = NodeReport(
                    id: member.id, number: member.number, name: member.name, host: member.host,
                    port: member.port, pid: 1, incarnation: 1, clusterID: epoch.clusterID,
                    clusterName: "demo", epoch: isSettled ? epoch.number : epoch.number - 1)
                report.settledSlots = epoch.homeSlotCounts[member.number] ?? 0
                report.evictions = evictions
                view.latest = TimedReport(milliseconds: now, report: report)
                return view
            })
    }

    private static func take(
        _ news: inout ConditionNews, _ snapshot: ClusterSnapshot
    ) throws -> [String] {
        let status = try #require(ClusterStatus(snapshot))
        return news.take(status, snapshot).map { ($0.node.isEmpty ? "" : "\($0.node): ") + $0.text }
    }

    @Test("a takeover is told with what is missing and why, its settling and its end")
    func takeover() throws {
        var news = ConditionNews()
        #expect(try Self.take(&news, Self.snapshot(Self.founding, at: 0)).isEmpty)
        let down = try #require(Self.after([.down(member: 4)], Self.founding))
        let thin = try #require(ClusterStatus(Self.snapshot(down, at: 1)))
            .slots.underReplicated
        let first = try Self.take(&news, Self.snapshot(down, at: 1_000, isSettled: false))
        #expect(first.count == 1)
        #expect(first[0].hasSuffix("under-replicated: n4 down"))
        #expect(!first[0].contains("not level"))
        let digits = String(first[0].filter(\.isNumber).dropLast())
        #expect(digits == String(thin))
        #expect(
            try Self.take(&news, Self.snapshot(down, at: 1_700, evictions: [4: 59_300])) == [
                "epoch 2: all slots settled after 0.7 s",
                "n4: evicted in 60 s unless it returns; its copies are then made on other nodes",
            ])
        #expect(try Self.take(&news, Self.snapshot(down, at: 9_000, evictions: [4: 50_000])) == [])
        let up = try #require(
            Self.after([.up(member: 4, incarnation: 2, host: "127.0.0.1", port: 7_104)], down))
        #expect(
            try Self.take(&news, Self.snapshot(up, at: 11_000)) == [
                "epoch 3: all slots settled after 0.0 s",
                "every slot has its 3 copies again, after 10.0 s",
            ])
    }

    @Test("slots that only settle are not called under-replicated")
    func settling() throws {
        var news = ConditionNews()
        _ = try Self.take(&news, Self.snapshot(Self.founding, at: 0))
        let down = try #require(Self.after([.down(member: 4)], Self.founding))
        _ = try Self.take(&news, Self.snapshot(down, at: 1_000))
        let up = try #require(
            Self.after([.up(member: 4, incarnation: 2, host: "127.0.0.1", port: 7_104)], down))
        _ = try Self.take(&news, Self.snapshot(up, at: 2_000, isSettled: false))
        // However long that takes.
        #expect(try Self.take(&news, Self.snapshot(up, at: 9_000, isSettled: false)).isEmpty)
        #expect(
            try Self.take(&news, Self.snapshot(up, at: 9_100)) == [
                "epoch 3: all slots settled after 7.1 s"
            ])
    }

    @Test("a second node down is told of, and what lost its majority")
    func majority() throws {
        var news = ConditionNews()
        _ = try Self.take(&news, Self.snapshot(Self.founding, at: 0))
        let one = try #require(Self.after([.down(member: 4)], Self.founding))
        _ = try Self.take(&news, Self.snapshot(one, at: 1_000))
        let two = try #require(Self.after([.down(member: 5)], one))
        let told = try Self.take(&news, Self.snapshot(two, at: 2_000))
        #expect(told.contains { $0.contains("unavailable") && $0.contains("n4 n5 down") })
        #expect(told.contains { $0.hasSuffix("under-replicated: n4 n5 down") })
        #expect(try Self.take(&news, Self.snapshot(two, at: 3_000)).isEmpty)
    }

    @Test("copies that lag for a moment are not told of, those that stay behind are")
    func lag() throws {
        var news = ConditionNews()
        func lagging(at now: Int) -> ClusterSnapshot {
            var snapshot = Self.snapshot(Self.founding, at: now)
            let arc = Self.founding.arcs[0]
            let home = arc.present.home ?? 0
            let index = snapshot.members.firstIndex { $0.number == home } ?? 0
            snapshot.members[index].latest?.report.unlevel = [
                UnlevelReport(first: arc.first, last: arc.last, level: [home])
            ]
            return snapshot
        }
        #expect(try Self.take(&news, lagging(at: 0)).isEmpty)
        #expect(try Self.take(&news, lagging(at: 1_900)).isEmpty)
        let told = try Self.take(&news, lagging(at: 2_100))
        #expect(told.count == 1)
        #expect(told.first?.contains("not level yet") == true)
        #expect(try Self.take(&news, lagging(at: 8_000)).isEmpty)
        #expect(
            try Self.take(&news, Self.snapshot(Self.founding, at: 9_000)) == [
                "every slot has its 3 copies again, after 9.0 s"
            ])
    }
}
