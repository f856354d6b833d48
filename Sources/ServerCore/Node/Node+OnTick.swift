import Ring

extension Node {
    /// Time passes: suspects, heartbeats and proposals.
    ///
    /// Call it at least every 20 milliseconds; heartbeats keep their own interval.
    public mutating func onTick(now: Int) -> [NodeDirective] {
        var directives: [NodeDirective] = []
        noticeSilence(now: now, into: &directives)
        requests.removeAll { now - $0.since > Limits.requestPatience }
        // What is reported decides who is home, so it does not wait for the next heartbeat.
        let reported = reportedSuspects(now: now)
        if reported != lastReported {
            lastReported = reported
            sendHeartbeats(now: now, into: &directives)
        }
        if now >= nextHeartbeat { sendHeartbeats(now: now, into: &directives) }
        driveProposal(now: now, into: &directives)
        return directives
    }

    /// The partitions' newest account of the slots they lead.
    public mutating func onSlotReport(_ report: SlotReport) {
        self.report = report
    }

    /// A partition wants a confirm round (`PROTOCOL`, rule 10): heartbeats leave at once, unless
    /// some have just left; it asks again while its reads wait.
    public mutating func onConfirmWanted(now: Int) -> [NodeDirective] {
        let sentAt = nextHeartbeat - epoch.settings.heartbeatMilliseconds * 1_000
        guard now - sentAt >= Limits.confirmInterval else { return [] }
        var directives: [NodeDirective] = []
        sendHeartbeats(now: now, into: &directives)
        return directives
    }

    /// The process is asked to stop: the others are told, and take its slots over.
    public mutating func onStop(now: Int) -> [NodeDirective] {
        guard !isStopping else { return [] }
        isStopping = true
        stoppingSince = now
        var directives: [NodeDirective] = []
        sendHeartbeats(now: now, into: &directives)
        return directives
    }

    /// Whether a stopping process may end: its slots have other homes, or nobody will take them.
    public func mayEnd(now: Int) -> Bool {
        guard isStopping, let member else { return true }
        if !member.canBeHome { return true }
        if now - stoppingSince < Limits.stopGather { return epoch.members.count == 1 }
        return !somebodyStays(besides: number) || !canVote()
    }

    /// Whether a stopping node's slots are about to get other homes: the time to begin nothing new.
    public func isHandingOver(now: Int) -> Bool {
        isStopping && now - stoppingSince >= Limits.stopGather && somebodyStays(besides: number)
            && canVote()
    }

    /// Whether enough voters are within reach for another epoch.
    func canVote() -> Bool {
        let reachable = epoch.voters.filter { $0 == number || isHeard($0) }
        return reachable.count >= epoch.voterMajority
    }

    /// Whether a member was heard in this process's life and is not suspected.
    func isHeard(_ member: Int) -> Bool {
        guard let peer = peers[member] else { return false }
        return peer.wasHeard && !peer.isSuspected
    }

    /// Whether a member other than the given one is up, heard and not stopping.
    func somebodyStays(besides leaver: Int) -> Bool {
        epoch.members.contains { member in
            guard member.number != leaver, member.canBeHome else { return false }
            if member.number == number { return !isStopping }
            return isHeard(member.number) && peers[member.number]?.stoppingSince == nil
        }
    }

    /// What this node tells the others to take for down: silent members, those that said that they
    /// stop, and those that are heard but have long heard no majority themselves, so that they
    /// could neither serve nor give their slots away.
    func reportedSuspects(now: Int) -> [Int] {
        var reported: [Int] = []
        for (member, peer) in peers {
            if peer.isSuspected {
                reported.append(member)
            } else if let since = peer.deafSince,
                now - since >= epoch.settings.suspectMilliseconds * 1_000
            {
                reported.append(member)
            } else if let since = peer.stoppingSince, now - since >= Limits.stopGather,
                somebodyStays(besides: member)
            {
                reported.append(member)
            }
        }
        if isStopping, now - stoppingSince >= Limits.stopGather, somebodyStays(besides: number) {
            reported.append(number)
        }
        return reported.sorted()
    }

    mutating func noticeSilence(now: Int, into directives: inout [NodeDirective]) {
        let limit = epoch.settings.suspectMilliseconds * 1_000
        var isChanged = false
        for (member, peer) in peers.sorted(by: { $0.key < $1.key }) where !peer.isSuspected {
            let silence = now - peer.lastHeard
            guard silence > limit || (peer.isRefused && peer.wasHeard) else { continue }
            peers[member]?.isSuspected = true
            isChanged = true
            if epoch.member(number: member)?.canBeHome == true {
                directives.append(
                    .note(
                        .suspected(
                            member: member, silentMicroseconds: silence,
                            isRefused: peer.isRefused)))
            }
        }
        if isChanged { sendHeartbeats(now: now, into: &directives) }
    }

    mutating func sendHeartbeats(now: Int, into directives: inout [NodeDirective]) {
        nextHeartbeat = now + epoch.settings.heartbeatMilliseconds * 1_000
        let heartbeat = Heartbeat(
            epoch: epoch.number, incarnation: incarnation, sentAt: now,
            suspects: reportedSuspects(now: now),
            unsettled: report.epoch == epoch.number ? report.unsettled : ledArcs(),
            level: report.epoch == epoch.number ? report.level : [],
            isStopping: isStopping,
            copied: report.epoch == epoch.number ? report.copied : 0,
            hearsMajority: canVote(), isSharing: isSharing(now: now))
        for member in epoch.everyone where member.number != number {
            directives.append(.send(.heartbeat(heartbeat), to: member.number))
        }
    }

    /// Whether somebody may still answer from copies of slots that this node leads no more.
    private func isSharing(now: Int) -> Bool {
        now < (report.epoch == epoch.number ? report.sharedUntil : mayShareUntil)
    }

    /// First slots of all arcs that this node is home of: what is unsettled until known better.
    func ledArcs() -> [Int] {
        epoch.arcs.filter { $0.present.home == number }.map(\.first)
    }
}
