import Ring
import Testing

@testable import ServerCore

@Suite("Leases between nodes")
struct LeaseTests {
    private func node(in epoch: RingEpoch) -> Node {
        Node(number: 1, incarnation: 1, epoch: epoch, vote: nil, now: 0, seed: 1)
    }

    private func heartbeat(epoch: Int) -> NodeMessage {
        .heartbeat(
            Heartbeat(
                epoch: epoch, incarnation: 1, sentAt: 70, suspects: [], unsettled: [], level: [],
                isStopping: false))
    }

    @Test("a giver counts a lease from when it was asked")
    func giverCountsFromReceipt() {
        var node = node(in: founded(5))
        let directives = node.onMessage(heartbeat(epoch: 1), from: 2, now: 1_000)
        let reply = HeartbeatReply(epoch: 1, incarnation: 1, sentAt: 70, isGranted: true)
        #expect(node.leases[2].lentUntil == 501_000)
        #expect(directives.contains(.send(.heartbeatReply(reply), to: 2)))
    }

    @Test("no lease is lent to a holder that is behind")
    func noLeaseForThePast() {
        var node = node(in: founded(5).after(.down(member: 5)))
        let directives = node.onMessage(heartbeat(epoch: 1), from: 2, now: 1_000)
        let reply = HeartbeatReply(epoch: 2, incarnation: 1, sentAt: 70, isGranted: false)
        #expect(node.leases[2].lentUntil == 0)
        #expect(directives.contains(.send(.heartbeatReply(reply), to: 2)))
    }

    @Test("a holder counts a lease from sending, less the margin for clock rates")
    func holderCountsFromSending() {
        var node = node(in: founded(5))
        let reply = HeartbeatReply(epoch: 1, incarnation: 1, sentAt: 1_000_000, isGranted: true)
        _ = node.onMessage(.heartbeatReply(reply), from: 2, now: 1_400_000)
        #expect(node.leases[2].heldUntil == 1_450_000)
        #expect(node.leases[2].heldStamp == 1)
    }

    @Test("an answer without a lease confirms an epoch and lends nothing")
    func refusalLendsNothing() {
        var node = node(in: founded(5))
        let reply = HeartbeatReply(epoch: 1, incarnation: 1, sentAt: 1_000_000, isGranted: false)
        _ = node.onMessage(.heartbeatReply(reply), from: 2, now: 1_400_000)
        #expect(node.leases[2].heldUntil == 0)
        #expect(node.leases[2].confirmedAt == 1_000_000)
    }
}
