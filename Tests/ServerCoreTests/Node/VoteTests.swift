import Ring
import Testing

@testable import ServerCore

@Suite("Votes")
struct VoteTests {
    private let first = Ballot(round: 1, member: 2)
    private let later = Ballot(round: 2, member: 3)

    private func node(vote: Vote? = nil, number: Int = 1) -> Node {
        Node(number: number, incarnation: 1, epoch: founded(5), vote: vote, now: 0, seed: 1)
    }

    private func persisted(_ directives: [NodeDirective]) -> Vote? {
        for case .persist(let vote) in directives { return vote }
        return nil
    }

    @Test("an acceptor accepts nothing below its promise")
    func promiseHolds() {
        var node = node()
        _ = node.onMessage(.prepare(instance: 2, ballot: later), from: 3, now: 1)
        let value = founded(5).after(.down(member: 5))
        let directives = node.onMessage(
            .accept(instance: 2, acceptance: Acceptance(ballot: first, epoch: value)), from: 2,
            now: 2)
        #expect(directives == [.send(.rejected(instance: 2, promised: later), to: 2)])
    }

    @Test("a restarted acceptor keeps the promise that it wrote down")
    func promiseOutlivesTheProcess() {
        var node = node()
        let promise = persisted(
            node.onMessage(.prepare(instance: 2, ballot: later), from: 3, now: 1))
        #expect(promise?.promised == later)
        var restarted = self.node(vote: promise)
        let directives = restarted.onMessage(
            .prepare(instance: 2, ballot: first), from: 2, now: 2)
        #expect(directives == [.send(.rejected(instance: 2, promised: later), to: 2)])
    }

    @Test("a promise is written down before it is given")
    func promiseIsDurableFirst() {
        var node = node()
        let directives = node.onMessage(.prepare(instance: 2, ballot: first), from: 2, now: 1)
        var vote = Vote(instance: 2)
        vote.promised = first
        let promise = NodeMessage.promise(instance: 2, ballot: first, accepted: nil)
        #expect(directives == [.persist(vote), .send(promise, to: 2)])
    }

    @Test("a promise tells what was accepted before, also after a restart")
    func acceptanceIsTold() {
        var node = node()
        let value = founded(5).after(.down(member: 5))
        let acceptance = Acceptance(ballot: first, epoch: value)
        let vote = persisted(
            node.onMessage(.accept(instance: 2, acceptance: acceptance), from: 2, now: 1))
        var restarted = self.node(vote: vote)
        let directives = restarted.onMessage(
            .prepare(instance: 2, ballot: later), from: 3, now: 2)
        let promise = NodeMessage.promise(instance: 2, ballot: later, accepted: acceptance)
        #expect(directives.last == .send(promise, to: 3))
    }

    @Test("of two proposers the second carries on with what the first may have decided")
    func secondProposerKeepsTheValue() throws {
        var node = node()
        let ballot = try propose(&node)
        let other = founded(5).after(.down(member: 4))
        let accepted = Acceptance(ballot: Ballot(round: 0, member: 2), epoch: other)
        _ = node.onMessage(
            .promise(instance: 2, ballot: ballot, accepted: nil), from: 2, now: 1_500_000)
        let directives = node.onMessage(
            .promise(instance: 2, ballot: ballot, accepted: accepted), from: 3, now: 1_500_000)
        let asked = NodeMessage.accept(
            instance: 2, acceptance: Acceptance(ballot: ballot, epoch: other))
        #expect(directives.contains(.send(asked, to: 2)))
    }

    /// Lets members 1 to 4 report member 5, and returns the ballot that node 1 then asks with.
    private func propose(_ node: inout Node) throws -> Ballot {
        var sent: [NodeDirective] = []
        for time in stride(from: 0, through: 1_400_000, by: 20_000) {
            for member in 2...4 {
                let heartbeat = Heartbeat(
                    epoch: 1, incarnation: 1, sentAt: time, suspects: [5], unsettled: [],
                    level: [], isStopping: false)
                _ = node.onMessage(.heartbeat(heartbeat), from: member, now: time)
            }
            sent += node.onTick(now: time)
            if let ballot = prepared(sent) { return ballot }
        }
        return try #require(prepared(sent))
    }

    private func prepared(_ directives: [NodeDirective]) -> Ballot? {
        for case .send(.prepare(_, let ballot), _) in directives { return ballot }
        return nil
    }

    @Test("what no member could mean is passed over, and remembered by nobody")
    func absurdNumbers() {
        var node = node()
        let absurd = Ballot(round: .max, member: 2)
        let heartbeat = Heartbeat(
            epoch: 1, incarnation: .max, sentAt: 5, suspects: [], unsettled: [], level: [],
            isStopping: false)
        let reply = HeartbeatReply(epoch: 1, incarnation: 1, sentAt: .max, isGranted: true)
        let before = node
        for message: NodeMessage in [
            .prepare(instance: 2, ballot: absurd), .rejected(instance: 2, promised: absurd),
            .accept(instance: 2, acceptance: Acceptance(ballot: absurd, epoch: founded(5))),
            .prepare(instance: .max, ballot: first), .heartbeat(heartbeat), .heartbeatReply(reply),
        ] {
            #expect(node.onMessage(message, from: 2, now: 10).isEmpty)
        }
        #expect(node == before)
    }
}
