import Foundation
import Ring
import Testing

@testable import Client

@Suite("Cluster status")
struct ClusterStatusTests {
    /// Three members with one token each; N = 3; all slots on all members.
    private static func epoch(down: Set<Int> = []) -> RingEpoch {
        let settings = ClusterSettings()
        let members = (1...3).map { number in
            Member(
                number: number, id: id(number), name: "n\(number)", host: "127.0.0.1",
                port: 7100 + number, tokens: [number * 5_000],
                state: down.contains(number) ? .down : .up,
                incarnation: 1, isVoter: true)
        }
        func arc(_ first: Int, _ last: Int, _ set: [Int]) -> Arc {
            let home = set.first { !down.contains($0) }
            return Arc(
                first: first, last: last,
                history: [Era(generation: down.isEmpty ? 1 : 2, replicas: set, home: home)])
        }
        return RingEpoch(
            number: down.isEmpty ? 1 : 2, clusterID: String(repeating: "0", count: 32),
            clusterName: "demo", settings: settings, members: members, former: [],
            arcs: [
                arc(0, 5_000, [1, 2, 3]), arc(5_001, 10_000, [2, 3, 1]),
                arc(10_001, 15_000, [3, 1, 2]), arc(15_001, 16_383, [1, 2, 3]),
            ])
    }

    private static func id(_ number: Int) -> NodeID {
        guard let id = NodeID(String(repeating: String(number), count: 40)) else {
            preconditionFailure("forty digits are an id")
        }
        return id
    }

    private static func report(_ number: Int, _ epoch: RingEpoch) -> NodeReport {
        var report = NodeReport(
            id: id(number), number: number, name: "n\(number)", host: "127.0.0.1",
            port: 7100 + number, pid: 100 + number, incarnation: 1, clusterID: epoch.clusterID,
            clusterName: "demo", epoch: epoch.number)
        report.homeKeys = 10 * number
        report.homeSlots =
            epoch.arcs.filter { $0.present.home == number }.reduce(0) { $0 + $1.slotCount }
        report.settledSlots = report.homeSlots
        return report
    }

    private static func snapshot(_ epoch: RingEpoch) -> ClusterSnapshot {
        ClusterSnapshot(
            milliseconds: 10_000, clusterName: "demo", epoch: epoch,
            members: epoch.members.map { member in
                var view = MemberSnapshot(
                    number: member.number, name: member.name, host: member.host, port: member.port)
                view.contact = member.state == .up ? .reachable : .unreachable(since: 0)
                if member.state == .up {
                    view.latest = TimedReport(
                        milliseconds: 10_000, report: report(member.number, epoch))
                }
                return view
            })
    }

    @Test("without an epoch there is no status")
    func noEpoch() {
        #expect(ClusterStatus(ClusterSnapshot(milliseconds: 0, clusterName: "demo")) == nil)
    }

    @Test("a healthy cluster is settled everywhere and needs no attention")
    func healthy() throws {
        let status = try #require(ClusterStatus(Self.snapshot(Self.epoch())))
        #expect(status.slots.settled == 16_384)
        #expect(status.slots.underReplicated == 0)
        #expect(status.slots.unavailable == 0)
        #expect(status.cluster.health == .ok)
        #expect(status.cluster.keys == 60)
        #expect(status.attention.isEmpty)
        #expect(status.nodes.map(\.homeSlots) == [6_384, 5_000, 5_000])
        #expect(abs(status.cluster.balance - 6_384 / (16_384.0 / 3)) < 0.001)
    }

    @Test("a down member thins every set that it is in, and slots stay settled")
    func down() throws {
        let status = try #require(ClusterStatus(Self.snapshot(Self.epoch(down: [3]))))
        #expect(status.slots.underReplicated == 16_384)
        #expect(status.slots.settled == 16_384)
        #expect(status.slots.unavailable == 0)
        #expect(status.cluster.health == .degraded)
        #expect(status.nodes[2].homeKeys == 0)
        #expect(status.attention.first?.absent == [3])
        #expect(status.attention.first?.level == [1, 2])
    }

    @Test("a cluster that this viewer cannot reach is unavailable, whatever its last epoch says")
    func unreachable() throws {
        var snapshot = Self.snapshot(Self.epoch())
        for index in 0..<2 { snapshot.members[index].contact = .unreachable(since: 9_000) }
        let status = try #require(ClusterStatus(snapshot))
        #expect(status.slots.unavailable == 16_384)
        #expect(status.cluster.health == .unavailable)
        #expect(status.slots.settled == 5_000)
        // The keys of silent homes still exist.
        #expect(status.cluster.keys == 60)
    }

    @Test("runs that a home calls unlevel are cut out of their arcs")
    func unlevel() throws {
        var snapshot = Self.snapshot(Self.epoch())
        snapshot.members[0].latest?.report.unlevel = [
            UnlevelReport(first: 100, last: 199, level: [1, 2]),
            UnlevelReport(first: 4_900, last: 15_100, level: []),
        ]
        snapshot.members[0].latest?.report.settledSlots -= 101
        let status = try #require(ClusterStatus(snapshot))
        // n1 speaks for its own arcs only: 4,900 to 5,000 and 15,001 to 15,100.
        #expect(
            status.attention.map { [$0.first, $0.last] } == [
                [100, 199], [4_900, 5_000], [15_001, 15_100],
            ])
        #expect(status.attention[0].isSettled)
        #expect(!status.attention[1].isSettled)
        #expect(status.slots.underReplicated == 301)
        #expect(status.slots.settled == 16_384 - 201)
    }

    @Test("a home that has not adopted the generation yet has not settled it")
    func oldReport() throws {
        var snapshot = Self.snapshot(Self.epoch(down: [3]))
        snapshot.members[0].latest?.report.epoch = 1
        let status = try #require(ClusterStatus(snapshot))
        #expect(status.slots.settled == 5_000)
    }

    @Test("slots whose new home settles are told apart from those that lack copies")
    func settling() throws {
        var snapshot = Self.snapshot(Self.epoch())
        snapshot.members[0].latest?.report.unlevel = [
            UnlevelReport(first: 0, last: 99, level: []),
            UnlevelReport(first: 100, last: 199, level: [1, 2]),
        ]
        let status = try #require(ClusterStatus(snapshot))
        #expect(status.slots.underReplicated == 200)
        #expect(status.slots.settling == 100)
        #expect(status.slots.lacking == 100)
        #expect(status.attention.map(\.copies) == [3, 2])
        #expect(status.attention.map(\.behind) == [[], [3]])

        var killed = Self.snapshot(Self.epoch(down: [3]))
        killed.members[0].latest?.report.unlevel = [
            UnlevelReport(first: 0, last: 5_000, level: [])
        ]
        let down = try #require(ClusterStatus(killed))
        #expect(down.slots.settling == 0)
        #expect(down.attention.map(\.copies).allSatisfy { $0 == 2 })
    }

    @Test("a down member that cannot be evicted has a reason for it")
    func obstacle() throws {
        var snapshot = Self.snapshot(Self.epoch(down: [3]))
        var status = try #require(ClusterStatus(snapshot))
        #expect(
            status.evictionObstacle(of: status.nodes[2])
                == "not evicted: 2 nodes cannot hold 3 copies")
        #expect(status.evictionObstacle(of: status.nodes[0]) == nil)
        snapshot.epoch?.settings.replicas = 2
        status = try #require(ClusterStatus(snapshot))
        #expect(status.evictionObstacle(of: status.nodes[2]) == nil)
    }

    @Test("a cluster smaller than N is under-replicated and says so")
    func small() throws {
        var epoch = Self.epoch()
        epoch.settings.replicas = 5
        let status = try #require(ClusterStatus(Self.snapshot(epoch)))
        #expect(status.slots.underReplicated == 16_384)
        #expect(status.attention.first?.absent == [])
    }

    @Test("rates come from two reports of the same process, whatever their counters do")
    func rates() throws {
        var snapshot = Self.snapshot(Self.epoch())
        var earlier = Self.report(1, Self.epoch())
        earlier.traffic.reads = 100
        var latest = earlier
        latest.traffic.reads = 300
        latest.traffic.writes = 50
        latest.traffic.readLatency[8] = 99
        latest.traffic.readLatency[12] = 1
        snapshot.members[0].earlier = TimedReport(milliseconds: 9_000, report: earlier)
        snapshot.members[0].latest = TimedReport(milliseconds: 11_000, report: latest)
        let status = try #require(ClusterStatus(snapshot))
        #expect(status.nodes[0].operationsPerSecond == 125)
        #expect(status.traffic?.readsPerSecond == 100)
        #expect(status.traffic?.writesPerSecond == 25)
        #expect((129...256).contains(try #require(status.traffic?.readP50Microseconds)))
        #expect(status.traffic?.writeP50Microseconds == nil)

        // Nodes time a viewer's questions, too; without operations of clients that says nothing.
        var idle = snapshot
        var polled = earlier
        polled.traffic.readLatency[8] = 40
        idle.members[0].latest = TimedReport(milliseconds: 11_000, report: polled)
        let quiet = try #require(ClusterStatus(idle)).traffic
        #expect(quiet?.readsPerSecond == 0)
        #expect(quiet?.readP50Microseconds == nil)
        #expect(quiet?.readP99Microseconds == nil)

        // A restart, falling counters, and the largest numbers there are.
        latest.incarnation = 2
        snapshot.members[0].latest = TimedReport(milliseconds: 11_000, report: latest)
        #expect(try #require(ClusterStatus(snapshot)).nodes[0].operationsPerSecond == nil)
        latest.incarnation = 1
        latest.traffic.reads = .min
        latest.traffic.writes = .max
        latest.traffic.readLatency = [.max, .min]
        snapshot.members[0].latest = TimedReport(milliseconds: 11_000, report: latest)
        #expect(ClusterStatus(snapshot) != nil)
    }

    @Test("lag is summed over homes and does not overflow")
    func lag() throws {
        var snapshot = Self.snapshot(Self.epoch())
        for index in 0..<2 {
            snapshot.members[index].latest?.report.followers = [
                FollowerReport(
                    member: 3, isConnected: true, slots: 1, levelSlots: 0, lagRecords: .max,
                    lagMilliseconds: 7 + index)
            ]
        }
        let status = try #require(ClusterStatus(snapshot))
        #expect(status.nodes[2].lagRecords == .max)
        #expect(status.nodes[2].lagMilliseconds == 8)
        #expect(status.nodes[0].lagRecords == nil)
    }

    @Test("the JSON has the documented names, with null for what is not known")
    func json() throws {
        let status = try #require(ClusterStatus(Self.snapshot(Self.epoch(down: [3]))))
        let data = try JSONEncoder().encode(status)
        let object = try #require(
            JSONSerialization.jsonObject(with: data) as? [String: Any])
        let cluster = try #require(object["cluster"] as? [String: Any])
        #expect(Set(cluster.keys).isSuperset(of: ["id", "name", "epoch", "replicas", "keys"]))
        let nodes = try #require(object["nodes"] as? [[String: Any]])
        for node in nodes {
            #expect(
                Set(node.keys).isSuperset(of: [
                    "id", "name", "host", "port", "state", "incarnation", "pid", "tokens",
                    "homeSlots", "homeKeys", "replicaKeys", "lagRecords", "lagMilliseconds",
                ]))
        }
        #expect(nodes[2]["state"] as? String == "down")
        #expect(nodes[2]["replicaKeys"] is NSNull)
        let slots = try #require(object["slots"] as? [String: Int])
        #expect(
            slots == [
                "settled": 16_384, "underReplicated": 16_384, "settling": 0, "unavailable": 0,
                "moving": 0,
            ])
        #expect(try JSONDecoder().decode(ClusterStatus.self, from: data) == status)
    }
}
