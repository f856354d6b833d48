import Ring
import Testing

@testable import ServerCore

@Suite("The order of directives")
struct DirectiveQueueTests {
    private static let beat = NodeDirective.send(
        .heartbeat(
            Heartbeat(
                epoch: 1, incarnation: 1, sentAt: 1, suspects: [], unsettled: [], level: [],
                isStopping: false)), to: 2)
    private static let reply = NodeDirective.send(
        .heartbeatReply(
            HeartbeatReply(epoch: 1, incarnation: 1, sentAt: 1, isGranted: true)), to: 2)
    private static let lease = NodeDirective.leases(LeaseTable())
    private static let vote = NodeDirective.persist(Vote(instance: 2))
    private static let promise = NodeDirective.send(
        .promise(instance: 2, ballot: Ballot(round: 1, member: 1), accepted: nil), to: 2)
    private static let question = NodeDirective.send(.wantEpoch, to: 2)
    private static let adoption = NodeDirective.adopt(
        RingEpoch(
            number: 2, clusterID: "", clusterName: "demo", settings: ClusterSettings(),
            members: [], former: [], arcs: []))

    private var queue = DirectiveQueue()

    /// Adds directives.
    ///
    /// - Returns: those that do not wait.
    private mutating func add(_ directives: NodeDirective...) -> [NodeDirective] {
        directives.filter { queue.add($0) }
    }

    /// What is carried out until something takes its time.
    private mutating func pumped() -> [NodeDirective] {
        var directives: [NodeDirective] = []
        while let directive = queue.next() { directives.append(directive) }
        return directives
    }

    private mutating func completed() -> [NodeDirective] {
        queue.complete()
        return pumped()
    }

    @Test("a vote is durable before what was given behind it begins")
    func votes() {
        var this = self
        let early = this.add(Self.vote, Self.promise, Self.question)
        #expect(early.isEmpty)
        let begun = this.pumped()
        #expect(begun == [Self.vote] && !this.queue.isIdle)
        let rest = this.completed()
        #expect(rest == [Self.promise, Self.question] && this.queue.isIdle)
    }

    @Test("heartbeats, their answers and leases do not wait for a vote")
    func overtake() {
        var this = self
        _ = this.add(Self.vote, Self.promise)
        _ = this.pumped()
        let early = this.add(Self.beat, Self.lease, Self.reply, Self.question)
        #expect(early == [Self.beat, Self.lease, Self.reply])
        let rest = this.completed()
        #expect(rest == [Self.promise, Self.question] && this.queue.isIdle)
    }

    @Test("they wait for an epoch that is about to be adopted, in whatever place it is")
    func adoptions() {
        var this = self
        let first = this.add(Self.vote, Self.adoption, Self.beat)
        #expect(first.isEmpty)
        let vote = this.pumped()
        #expect(vote == [Self.vote])
        let second = this.add(Self.lease, Self.reply)
        #expect(second.isEmpty)
        let adoption = this.completed()
        #expect(adoption == [Self.adoption])
        let third = this.add(Self.beat)
        #expect(third.isEmpty)
        let rest = this.completed()
        #expect(rest == [Self.beat, Self.lease, Self.reply, Self.beat] && this.queue.isIdle)
    }

    @Test("a newer lease never comes before an older one that had to wait")
    func leasesInOrder() {
        var newer = LeaseTable()
        newer[2].lentUntil = 7
        var this = self
        _ = this.add(Self.adoption, Self.vote, Self.lease)
        let adoption = this.pumped()
        #expect(adoption == [Self.adoption])
        let vote = this.completed()
        #expect(vote == [Self.vote])
        let early = this.add(.leases(newer))
        #expect(early.isEmpty)
        let rest = this.completed()
        #expect(rest == [Self.lease, .leases(newer)] && this.queue.isIdle)
    }
}
