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
        let before = epoch
        if before.settings.isAnyStrict {
            mayShareUntil = max(
                mayShareUntil, now + before.settings.leaseMilliseconds * 1_000)
        }
        epoch = newer
        adoptedAt = now
        vote = Vote(instance: newer.number + 1)
        proposal = nil
        wantsSince = nil
        highestRound = 0
        noticeMembers(of: newer, now: now)
        requests.removeAll { newer.queue.answer(to: $0.request.id) != nil }
        directives.append(.adopt(newer))
        // Those that are out learn it from this epoch; they hear no more afterwards.
        let stay = Set(newer.everyone.map(\.number))
        for gone in before.everyone where gone.number != number && !stay.contains(gone.number) {
            directives.append(.send(.epoch(newer), to: gone.number))
        }
        sendHeartbeats(now: now, into: &directives)
    }

    private mutating func noticeMembers(of newer: RingEpoch, now: Int) {
        let everyone = newer.everyone
        for member in everyone where member.number != number {
            if peers[member.number] == nil { peers[member.number] = Peer(lastHeard: now) }
            let isDown = member.state == .down
            let since = peers[member.number]?.downSince ?? now
            peers[member.number]?.downSince = isDown ? since : nil
        }
        for known in peers.keys where !everyone.contains(where: { $0.number == known }) {
            peers[known] = nil
        }
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
