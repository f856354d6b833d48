import Ring
import Testing

@testable import ServerCore

@Suite("Members return and stop")
struct ReturnTests {
    private func without5(_ count: Int = 5, replicas: Int = 3) -> NodeCluster {
        let cluster = NodeCluster(count, replicas: replicas)
        cluster.advance(milliseconds: 1_500)
        cluster.kill(count)
        cluster.advance(milliseconds: 2_000)
        return cluster
    }

    @Test("a down member returns only when its homes call it level")
    func returnsWhenLevel() {
        let cluster = without5()
        cluster.level = [1, 2, 3, 4]
        cluster.start(5, incarnation: 2)
        cluster.advance(milliseconds: 5_000)
        #expect(cluster.state(of: 5) == .down)
        cluster.level.insert(5)
        cluster.advance(milliseconds: 2_000)
        #expect(cluster.state(of: 5) == .up)
        #expect(cluster.epoch?.member(number: 5)?.incarnation == 2)
    }

    @Test("a down member returns at once when a slot has no home without it")
    func returnsWhenASlotHasNoHome() {
        let cluster = without5(3, replicas: 1)
        #expect(cluster.state(of: 3) == .down)
        cluster.level = []
        cluster.start(3, incarnation: 2)
        cluster.advance(milliseconds: 2_000)
        #expect(cluster.state(of: 3) == .up)
    }

    @Test("a member that falls again soon after its return is held back")
    func flappingIsHeldBack() {
        let cluster = without5()
        cluster.start(5, incarnation: 2)
        cluster.advance(milliseconds: 500)
        #expect(cluster.state(of: 5) == .up)
        cluster.kill(5)
        while cluster.state(of: 5) != .down { cluster.advance(milliseconds: 10) }
        cluster.start(5, incarnation: 3)
        cluster.advance(milliseconds: 800)
        #expect(cluster.state(of: 5) == .down)
        cluster.advance(milliseconds: 1_500)
        #expect(cluster.state(of: 5) == .up)
    }

    @Test("a stopping node is marked down, and may end then")
    func stoppingNodeIsRelieved() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 1_500)
        cluster.stop(2)
        #expect(!cluster[2].mayEnd(now: cluster.now))
        cluster.advance(milliseconds: 1_000)
        #expect(cluster.state(of: 2) == .down)
        #expect(cluster[2].mayEnd(now: cluster.now))
    }

    @Test("a whole cluster that stops makes no epoch, and may end")
    func wholeClusterStops() {
        let cluster = NodeCluster(5)
        cluster.advance(milliseconds: 1_500)
        for number in 1...5 { cluster.stop(number) }
        cluster.advance(milliseconds: 1_000)
        #expect(cluster.adopted.isEmpty)
        for number in 1...5 { #expect(cluster[number].mayEnd(now: cluster.now)) }
    }
}
