import Ring

extension Node {
    /// Rule 1: any decided epoch larger than the adopted one, in order or skipping.
    mutating func adopt(
        _ newer: RingEpoch, now: Int, into directives: inout [NodeDirective]
    ) {
        guard newer.number > epoch.number, newer.clusterID == epoch.clusterID,
            newer.validate() == nil
        else { return }
        noticeReturns(in: newer, now: now)
        epoch = newer
        vote = Vote(instance: newer.number + 1)
        proposal = nil
        wantsSince = nil
        highestRound = 0
        for member in newer.members where member.number != number {
            if peers[member.number] == nil { peers[member.number] = Peer(lastHeard: now) }
        }
        for known in peers.keys where newer.member(number: known) == nil {
            peers[known] = nil
        }
        directives.append(.adopt(newer))
        sendHeartbeats(now: now, into: &directives)
    }

    /// Holds back a member that falls again soon after each return.
    private mutating func noticeReturns(in newer: RingEpoch, now: Int) {
        for member in newer.members {
            guard let before = epoch.member(number: member.number),
                var peer = peers[member.number]
            else { continue }
            if !before.canBeHome, member.canBeHome {
                peer.returnedAt = now
            } else if before.canBeHome, !member.canBeHome {
                let isFlap = peer.returnedAt.map { now - $0 < Limits.flapWindow } ?? false
                peer.flapCount = isFlap ? min(peer.flapCount + 1, 6) : 0
                let delay = isFlap ? 500_000 << peer.flapCount : 0
                peer.mayReturnAt = now + min(delay, Limits.flapDelayMax)
            }
            peers[member.number] = peer
        }
    }
}
