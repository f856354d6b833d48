import Ring
import Testing

@testable import ServerCore

@Suite("Changes of the ring, by vote")
struct MembershipTests {
    private let cluster = NodeCluster(4)
    private let join = ChangeRequest.Wish.join(
        id: nodeID(5), name: "n5", host: "127.0.0.1", port: 7_105)

    private func calm() -> NodeCluster {
        cluster.advance(milliseconds: 1_500)
        cluster.ask(1, .set(name: "grace", value: "5000"), id: "g")
        cluster.advance(milliseconds: 500)
        return cluster
    }

    private func begun() -> NodeCluster {
        let cluster = calm()
        cluster.ask(3, join)
        cluster.advance(milliseconds: 1_000)
        cluster.startJoiner(5)
        cluster.advance(milliseconds: 1_000)
        return cluster
    }

    @Test("a request made anywhere is decided once, and begins to be copied")
    func requestIsDecided() throws {
        let cluster = begun()
        let epoch = try #require(cluster.epoch)
        #expect(epoch.number == 3 && epoch.queue.active?.kind == .join(member: 5))
        #expect(epoch.member(number: 5)?.state == .joining)
        #expect(epoch.queue.answer(to: "r")?.change == 1)
        cluster.ask(1, join)
        cluster.advance(milliseconds: 1_000)
        #expect(cluster.epoch == epoch)
    }

    @Test("the switch waits until every home has copied, and is followed by a trim")
    func switchWaits() throws {
        let cluster = begun()
        cluster.advance(milliseconds: 3_000)
        #expect(cluster.state(of: 5) == .joining)
        cluster.copied = 1
        cluster.advance(milliseconds: 500)
        #expect(cluster.state(of: 5) == .up)
        #expect(cluster.epoch?.hasSurplusHistory == true)
        cluster.advance(milliseconds: 2_000)
        #expect(cluster.epoch?.hasSurplusHistory == false && cluster.epoch?.number == 5)
    }

    @Test("a joining node that is not heard for the grace period has failed")
    func silentJoinerFails() throws {
        let cluster = begun()
        cluster.kill(5)
        cluster.advance(milliseconds: 7_000)
        let ended = try #require(cluster.epoch?.queue.ended.last)
        #expect(ended.outcome == .failed && ended.name == "n5" && !ended.reason.isEmpty)
        #expect(cluster.epoch?.members.count == 4)
    }

    @Test("several changes wait in line, one after the other")
    func queueInOrder() throws {
        let cluster = begun()
        cluster.ask(2, .leave(member: 1), id: "l")
        cluster.advance(milliseconds: 1_000)
        #expect(cluster.epoch?.queue.waiting.map(\.id) == [1, 2])
        #expect(cluster.state(of: 1) == .up)
        cluster.copied = 1
        cluster.advance(milliseconds: 1_000)
        #expect(cluster.state(of: 1) == .leaving)
        cluster.copied = 2
        cluster.advance(milliseconds: 3_000)
        #expect(cluster[1].isOut)
        #expect(cluster.epoch?.members.map(\.number) == [2, 3, 4, 5])
    }

    @Test("a down member is evicted after the grace period, if the others can hold all copies")
    func eviction() throws {
        let cluster = calm()
        cluster.kill(4)
        cluster.advance(milliseconds: 3_000)
        let due = try #require(cluster[1].evictionsDue(now: cluster.now)[4])
        #expect((2_000_000...4_000_000).contains(due))
        #expect(cluster.epoch?.queue.active == nil)
        cluster.advance(milliseconds: 4_000)
        #expect(cluster.epoch?.queue.active?.kind == .evict(member: 4))
        cluster.copied = 1
        cluster.advance(milliseconds: 3_000)
        #expect(cluster.epoch?.members.map(\.number) == [1, 2, 3])
        cluster.kill(3)
        cluster.advance(milliseconds: 9_000)
        #expect(cluster.epoch?.members.count == 3 && cluster.epoch?.queue.active == nil)
    }

    @Test("who is back before it is evicted stays")
    func returnCancelsEviction() throws {
        let cluster = calm()
        cluster.kill(4)
        cluster.advance(milliseconds: 7_000)
        #expect(cluster.epoch?.queue.active?.kind == .evict(member: 4))
        cluster.start(4, incarnation: 2)
        cluster.advance(milliseconds: 3_000)
        #expect(cluster.state(of: 4) == .up && cluster.epoch?.queue.active == nil)
        #expect(cluster.epoch?.queue.ended.last?.outcome == .cancelled)
    }

    @Test("who was back and falls silent again is evicted after all, also without a restart")
    func secondEviction() throws {
        let cluster = calm()
        cluster.freeze(4)
        cluster.advance(milliseconds: 7_000)
        #expect(cluster.epoch?.queue.active?.kind == .evict(member: 4))
        cluster.thaw(4)
        cluster.advance(milliseconds: 3_000)
        #expect(cluster.state(of: 4) == .up && cluster.epoch?.queue.active == nil)
        cluster.freeze(4)
        cluster.advance(milliseconds: 7_000)
        #expect(cluster.epoch?.queue.active?.kind == .evict(member: 4))
    }

    @Test("a death is not delayed by a change that waits")
    func deathGoesFirst() throws {
        let cluster = begun()
        cluster.kill(2)
        cluster.advance(milliseconds: 2_000)
        #expect(cluster.state(of: 2) == .down)
        #expect(cluster.epoch?.queue.active?.kind == .join(member: 5))
    }

    @Test("a joiner that died has failed, however often the epoch changes meanwhile")
    func silentJoinerFailsUnderChanges() throws {
        let cluster = begun()
        cluster.kill(5)
        for round in 0..<4 {
            cluster.advance(milliseconds: 2_000)
            cluster.ask(2, .set(name: "suspect", value: "\(1_000 + round)"), id: "s\(round)")
        }
        #expect(cluster.epoch?.queue.ended.last?.outcome == .failed)
        #expect(cluster.epoch?.members.count == 4)
    }

    @Test("a join that would leave slots to a member that stays dead fails, and the eviction comes")
    func joinBesideDeadMemberFails() throws {
        let cluster = NodeCluster(4, replicas: 2)
        cluster.advance(milliseconds: 1_500)
        cluster.ask(1, .set(name: "grace", value: "5000"), id: "g")
        cluster.ask(3, join)
        cluster.advance(milliseconds: 1_000)
        cluster.startJoiner(5)
        cluster.copied = 1
        cluster.kill(4)
        cluster.advance(milliseconds: 2_000)
        #expect(cluster.epoch?.missing.isEmpty == false, "or there is nothing to wait for")
        cluster.advance(milliseconds: 8_000)
        let ended = try #require(cluster.epoch?.queue.ended.first)
        #expect(ended.kind == .join(member: 5) && ended.outcome == .failed)
        #expect(cluster.epoch?.queue.active?.kind == .evict(member: 4))
    }

    @Test("of two requests that contradict each other one is refused, and nobody votes in a circle")
    func contradiction() throws {
        let cluster = calm()
        let epoch = try #require(cluster.epoch)
        cluster.askTogether([(1, .rebalance, "a"), (2, .rebalance, "b")])
        cluster.advance(milliseconds: 3_000)
        let after = try #require(cluster.epoch)
        let answers = ["a", "b"].compactMap { after.queue.answer(to: $0) }
        #expect(answers.count == 2 && answers.count { $0.refusal != nil } == 1)
        #expect(answers.compactMap(\.refusal) == ["a rebalance waits already"])
        #expect(after.number <= epoch.number + 2)
        #expect((1...4).allSatisfy { (cluster[$0].vote.promised?.round ?? 0) < 5 })
    }

    @Test("a process learns that another one has started under its identity")
    func superseded() {
        let cluster = calm()
        #expect(!cluster[4].isSuperseded)
        cluster.freeze(4)
        cluster.start(4, incarnation: 2)
        cluster.advance(milliseconds: 3_000)
        #expect(!cluster[4].isSuperseded)
        cluster.kill(4)
        cluster.thaw(4)
        cluster.advance(milliseconds: 1_000)
        #expect(cluster[4].isSuperseded)
    }
}
