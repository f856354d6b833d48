import Ring

extension Node {
    /// A message arrived from a member, over a link whose handshake was good.
    ///
    /// One with numbers that no member could mean is passed over.
    public mutating func onMessage(
        _ message: NodeMessage, from sender: Int, now: Int
    ) -> [NodeDirective] {
        guard message.isWithinLimits(now: now) else { return [] }
        var directives: [NodeDirective] = []
        noticeHeard(sender, now: now, into: &directives)
        switch message {
        case .heartbeat(let heartbeat):
            onHeartbeat(heartbeat, from: sender, now: now, into: &directives)
        case .heartbeatReply(let reply):
            onHeartbeatReply(reply, from: sender, now: now, into: &directives)
        case .prepare(let instance, let ballot):
            onPrepare(instance: instance, ballot: ballot, from: sender, into: &directives)
        case .promise(let instance, let ballot, let accepted):
            onPromise(
                instance: instance, ballot: ballot, accepted: accepted, from: sender, now: now,
                into: &directives)
        case .accept(let instance, let acceptance):
            onAccept(instance: instance, acceptance, from: sender, into: &directives)
        case .accepted(let instance, let ballot):
            onAccepted(
                instance: instance, ballot: ballot, from: sender, now: now, into: &directives)
        case .rejected(let instance, let promised):
            onRejected(instance: instance, promised: promised, now: now)
        case .epoch(let newer):
            adopt(newer, now: now, into: &directives)
        case .wantEpoch:
            sendEpoch(to: sender, now: now, into: &directives)
        case .request(let request):
            keep(request, now: now)
        }
        return directives
    }

    /// Somebody asks this node for a change of the ring or of a setting: the voters get to know.
    public mutating func onRequest(_ request: ChangeRequest, now: Int) -> [NodeDirective] {
        keep(request, now: now)
        return epoch.voters.filter { $0 != number }.map { .send(.request(request), to: $0) }
    }

    private mutating func keep(_ request: ChangeRequest, now: Int) {
        guard epoch.queue.answer(to: request.id) == nil, epoch.refusal(of: request) == nil,
            requests.count < Limits.requestsMax,
            !requests.contains(where: { $0.request.id == request.id })
        else { return }
        requests.append(PendingRequest(request: request, since: now))
    }

    /// A connection to a member's port was refused: its process is gone.
    public mutating func onRefused(_ member: Int, now: Int) -> [NodeDirective] {
        guard peers[member]?.isRefused == false else { return [] }
        peers[member]?.isRefused = true
        var directives: [NodeDirective] = []
        noticeSilence(now: now, into: &directives)
        return directives
    }

    /// The partitions met a message of a later epoch than theirs.
    public mutating func onLaterEpochSeen(from member: Int, now: Int) -> [NodeDirective] {
        var directives: [NodeDirective] = []
        askEpoch(of: member, now: now, into: &directives)
        return directives
    }

    private func isDue(_ last: Int?, now: Int) -> Bool {
        last.map { now - $0 >= Limits.epochInterval } ?? false
    }

    /// Sends the epoch, but not again and again: it is the largest message there is.
    mutating func sendEpoch(to member: Int, now: Int, into directives: inout [NodeDirective]) {
        guard isDue(peers[member]?.epochSentAt, now: now) else { return }
        peers[member]?.epochSentAt = now
        directives.append(.send(.epoch(epoch), to: member))
    }

    mutating func askEpoch(of member: Int, now: Int, into directives: inout [NodeDirective]) {
        guard isDue(peers[member]?.epochAskedAt, now: now) else { return }
        peers[member]?.epochAskedAt = now
        directives.append(.send(.wantEpoch, to: member))
    }

    mutating func noticeHeard(_ sender: Int, now: Int, into directives: inout [NodeDirective]) {
        guard var peer = peers[sender] else { return }
        peer.lastHeard = now
        peer.wasHeard = true
        peer.isRefused = false
        if peer.isSuspected {
            peer.isSuspected = false
            directives.append(.note(.heardAgain(member: sender)))
        }
        peers[sender] = peer
    }

    mutating func onHeartbeat(
        _ heartbeat: Heartbeat, from sender: Int, now: Int, into directives: inout [NodeDirective]
    ) {
        guard var peer = peers[sender] else { return }
        if heartbeat.incarnation < peer.incarnation { return }
        peer.incarnation = heartbeat.incarnation
        peer.heartbeat = heartbeat
        if heartbeat.hearsMajority {
            peer.deafSince = nil
        } else if peer.deafSince == nil {
            peer.deafSince = now
        }
        if heartbeat.isStopping {
            if peer.stoppingSince == nil { peer.stoppingSince = now }
        } else {
            peer.stoppingSince = nil
        }
        peers[sender] = peer

        // Lend only to a holder that is not behind: from the moment this node has adopted an
        // epoch, the homes of earlier ones get no new promise, so a Collect waits for what was
        // promised before and for nothing else.
        let isGranted = heartbeat.epoch >= epoch.number
        var entry = leases[sender]
        if !heartbeat.isSharing { entry.adopted = max(entry.adopted, heartbeat.epoch) }
        if isGranted {
            entry.lentUntil = max(
                entry.lentUntil, now + epoch.settings.leaseMilliseconds * 1_000)
        }
        setLease(entry, of: sender, into: &directives)
        let reply = HeartbeatReply(
            epoch: epoch.number, incarnation: incarnation, sentAt: heartbeat.sentAt,
            isGranted: isGranted)
        directives.append(.send(.heartbeatReply(reply), to: sender))
        if heartbeat.epoch < epoch.number {
            sendEpoch(to: sender, now: now, into: &directives)
        } else if heartbeat.epoch > epoch.number {
            askEpoch(of: sender, now: now, into: &directives)
        }
    }

    mutating func onHeartbeatReply(
        _ reply: HeartbeatReply, from sender: Int, now: Int,
        into directives: inout [NodeDirective]
    ) {
        if reply.epoch > epoch.number {
            askEpoch(of: sender, now: now, into: &directives)
            return
        }
        var entry = leases[sender]
        if reply.sentAt > entry.confirmedAt {
            entry.confirmedAt = reply.sentAt
            entry.confirmedStamp = reply.epoch
        }
        let length = epoch.settings.leaseMilliseconds * 1_000
        let until = reply.sentAt + length * (100 - Limits.leaseMarginPercent) / 100
        if reply.isGranted, until > entry.heldUntil {
            entry.heldUntil = until
            entry.heldStamp = reply.epoch
        }
        setLease(entry, of: sender, into: &directives)
    }

    mutating func setLease(
        _ entry: LeaseTable.Entry, of member: Int, into directives: inout [NodeDirective]
    ) {
        guard entry != leases[member] else { return }
        leases[member] = entry
        directives.append(.leases(leases))
    }
}
