import Ring
import Testing

@testable import ServerCore

@Suite("Nodes agree on epochs")
struct AgreementTests {
    @Test("a silent member is marked down by one epoch")
    func silentMemberGoesDown() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 300)
        cluster.kill(5)
        cluster.advance(milliseconds: 3_000)
        #expect(cluster.epoch?.number == 2)
        #expect(cluster.state(of: 5) == .down)
        #expect(cluster.adopted.mapValues(\.count) == [2: 1])
    }

    @Test("a refused connection is no suspicion before the member was heard")
    func refusalBeforeHearing() {
        let cluster = NodeCluster(5)
        cluster.kill(5)
        cluster.refuse(5, to: 1)
        #expect(cluster[1].suspects.isEmpty)
    }

    @Test("a refused connection is a suspicion at once when the member was heard")
    func refusalAfterHearing() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 100)
        cluster.kill(5)
        cluster.refuse(5, to: 1)
        #expect(cluster[1].suspects == [5])
    }

    @Test("without a majority there is no epoch")
    func minorityDecidesNothing() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 300)
        for number in 3...5 { cluster.kill(number) }
        cluster.advance(milliseconds: 5_000)
        #expect(cluster[1].suspects == [3, 4, 5])
        #expect(cluster.adopted.isEmpty)
    }

    @Test("a restarted member gets its new incarnation and stays up")
    func restartedMemberIsNamed() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 2_000)
        cluster.start(3, incarnation: 2)
        cluster.advance(milliseconds: 2_000)
        #expect(cluster.epoch?.number == 2)
        #expect(cluster.epoch?.member(number: 3)?.incarnation == 2)
        #expect(cluster.state(of: 3) == .up)
    }

    @Test("a whole cluster that restarts gets one epoch")
    func wholeClusterRestarts() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 2_000)
        for number in 1...5 { cluster.kill(number) }
        for number in 1...5 {
            cluster.start(number, incarnation: 2)
            cluster.advance(milliseconds: 100)
        }
        cluster.advance(milliseconds: 3_000)
        #expect(cluster.epoch?.number == 2)
        #expect(cluster.epoch?.members.map(\.incarnation) == [2, 2, 2, 2, 2])
    }

    @Test("a newer epoch is adopted also when it skips one")
    func skippingIsAdopting() {
        let second = founded(5).after(.down(member: 5))
        let third = second.after(up(5, incarnation: 2))
        var node = Node(
            number: 1, incarnation: 1, epoch: founded(5), vote: nil, now: 0, seed: 1)
        let directives = node.onMessage(.epoch(third), from: 2, now: 10)
        #expect(node.epoch == third)
        #expect(directives.contains(.adopt(third)))
    }

    @Test("an older epoch, and one of another cluster, is not adopted")
    func strangeEpochsAreIgnored() {
        let second = founded(5).after(.down(member: 5))
        var stranger = second.after(.down(member: 4))
        stranger.clusterID = String(repeating: "d", count: 32)
        var node = Node(
            number: 1, incarnation: 1, epoch: second, vote: nil, now: 0, seed: 1)
        #expect(node.onMessage(.epoch(founded(5)), from: 2, now: 10).isEmpty)
        #expect(node.onMessage(.epoch(stranger), from: 2, now: 10).isEmpty)
        #expect(node.epoch == second)
    }
}
