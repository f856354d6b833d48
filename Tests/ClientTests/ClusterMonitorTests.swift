import Ring
import Testing

@testable import Client

@Suite(.timeLimit(.minutes(2))) struct ClusterMonitorTests {
    @Test("from one address the monitor finds all members")
    func finds() async throws {
        let ring = try await FakeRing { _, _ in .ok }
        let monitor = ClusterMonitor(seeds: [ring.nodes[0].endpoint], clusterName: "demo")
        var snapshot = await monitor.snapshot()
        // On a busy machine a node may not have answered in the time that one look takes.
        while snapshot.members.count < 3
            || snapshot.members.contains(where: { $0.contact != .reachable })
        {
            snapshot = await monitor.snapshot()
        }
        #expect(snapshot.epoch?.number == 1)
        #expect(snapshot.members.map(\.name) == ["n1", "n2", "n3"])
        #expect(snapshot.members.map(\.pid) == [100, 101, 102])
    }

    @Test("a hung node delays no other and becomes suspect")
    func hung() async throws {
        let ring = try await FakeRing { _, _ in .ok }
        ring.nodes[1].answer { _ in .silence }
        let monitor = ClusterMonitor(
            seeds: ring.nodes.map(\.endpoint), clusterName: "demo")
        var others: Set<Int> = []
        for await snapshot in monitor.snapshots() {
            guard snapshot.epoch != nil else { continue }
            // Within the hung one's patience the others have reported many times.
            if let latest = snapshot.member(1)?.latest { others.insert(latest.milliseconds) }
            if case .suspect = snapshot.member(2)?.contact, others.count >= 2 { break }
        }
        #expect(others.count >= 2)
    }

    @Test("a newer epoch is followed")
    func newEpoch() async throws {
        let ring = try await FakeRing { _, _ in .ok }
        let monitor = ClusterMonitor(seeds: [ring.nodes[0].endpoint], clusterName: "demo")
        for await snapshot in monitor.snapshots() {
            if snapshot.epoch?.number == 1 { ring.markDown(2) }
            if snapshot.epoch?.number == 2 {
                #expect(snapshot.epoch?.member(number: 3)?.state == .down)
                break
            }
        }
    }

    @Test("a node that refuses connections is unreachable at once")
    func gone() async throws {
        let ring = try await FakeRing { _, _ in .ok }
        let monitor = ClusterMonitor(
            seeds: ring.nodes.map(\.endpoint), clusterName: "demo")
        try await ring.nodes[2].stopListening()
        for await snapshot in monitor.snapshots() {
            if snapshot.member(3)?.contact.isUnreachable == true { break }
        }
    }
}
