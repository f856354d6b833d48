import Ring

/// The proposer: what the next epoch should be, and the two phases that get it decided.
extension Node {
    mutating func driveProposal(now: Int, into directives: inout [NodeDirective]) {
        if let proposal, now - proposal.startedAt > Limits.voteTimeout {
            self.proposal = nil
            backOff(now: now)
        }
        // Voters only: their own durable promise keeps a restarted proposer from using one ballot
        // twice.
        guard proposal == nil, epoch.voters.contains(number) else { return }
        let changes = wantedChanges(now: now)
        guard !changes.isEmpty else {
            wantsSince = nil
            return
        }
        let since = wantsSince ?? now
        wantsSince = since
        guard now >= since + rank() * Limits.rankStagger, now >= nextAttempt, canVote() else {
            return
        }
        propose(changes, now: now, into: &directives)
    }

    /// This node's place among the members that could propose, from 0.
    ///
    /// The first one proposes, the others only when it does not. Who stops comes last.
    private func rank() -> Int {
        epoch.members.filter { member in
            (member.number < number || isStopping && member.number != number) && member.isVoter
                && member.canBeHome
                && isHeard(member.number)
                && peers[member.number]?.stoppingSince == nil
        }.count
    }

    private mutating func backOff(now: Int) {
        nextAttempt = now + Int.random(in: 50_000...250_000, using: &random)
    }

    /// What this node thinks the next epoch should change; empty when the present one is right.
    ///
    /// What service depends on goes first and alone: it must not wait for anything else.
    func wantedChanges(now: Int) -> [EpochChange] {
        let states = wantedStates(now: now)
        if !states.isEmpty || isGathering(now: now) { return states }
        return wantedMoves(now: now)
    }

    private func wantedStates(now: Int) -> [EpochChange] {
        let reported = reportedSuspects(now: now)
        var changes: [EpochChange] = []
        var hasDown = false
        for member in epoch.members {
            let number = member.number
            if member.canBeHome, isTakenForDown(number, reported: reported) {
                changes.append(.down(member: number))
                hasDown = true
            } else if member.canBeHome, let incarnation = restart(of: member) {
                changes.append(
                    .up(
                        member: number, incarnation: incarnation, host: member.host,
                        port: member.port))
            } else if member.state == .down, mayReturn(member, now: now) {
                let heard = number == self.number ? incarnation : peers[number]?.incarnation ?? 0
                changes.append(
                    .up(
                        member: number, incarnation: heard, host: member.host, port: member.port))
            }
        }
        if !hasDown, isGathering(now: now) { return [] }
        return changes
    }

    /// Whether a majority of the voters reports the member.
    private func isTakenForDown(_ member: Int, reported: [Int]) -> Bool {
        let reporters = epoch.voters.filter { voter in
            if voter == number { return reported.contains(member) }
            if voter == member, peers[voter]?.heartbeat?.isStopping != true { return false }
            return isHeard(voter) && peers[voter]?.heartbeat?.suspects.contains(member) == true
        }
        return reporters.count >= epoch.voterMajority
    }

    /// The incarnation that a member runs with, when it is not the one that the epoch names.
    private func restart(of member: Member) -> Int? {
        if member.number == number { return incarnation > member.incarnation ? incarnation : nil }
        guard isHeard(member.number), let peer = peers[member.number],
            peer.incarnation > member.incarnation
        else { return nil }
        return peer.incarnation
    }

    /// Whether this process is young and some member that should be up was not heard yet: a
    /// cluster that restarts as a whole then comes back in one epoch.
    private func isGathering(now: Int) -> Bool {
        guard now - startedAt < Limits.restartGather else { return false }
        return epoch.members.contains { member in
            guard member.canBeHome, member.number != number else { return false }
            return peers[member.number]?.incarnation == 0
        }
    }

    /// Whether a down member is level with all homes of its slots, or a slot has no home without
    /// it.
    private func mayReturn(_ member: Member, now: Int) -> Bool {
        if member.number != number {
            guard isHeard(member.number), let peer = peers[member.number],
                peer.stoppingSince == nil, peer.deafSince == nil, now >= peer.mayReturnAt,
                peer.incarnation > 0
            else { return false }
        } else if isStopping {
            return false
        }
        var homes: Set<Int> = []
        for arc in epoch.arcs where arc.present.replicas.contains(member.number) {
            guard let home = arc.present.home else { return true }
            homes.insert(home)
        }
        // Its own return is for the others to propose: they know how often it fell.
        if member.number == number { return false }
        return homes.allSatisfy { home in
            if home == number {
                return report.epoch == epoch.number && report.level.contains(member.number)
            }
            guard isHeard(home), let heartbeat = peers[home]?.heartbeat else { return false }
            return heartbeat.epoch == epoch.number && heartbeat.level.contains(member.number)
        }
    }

    private mutating func propose(
        _ changes: [EpochChange], now: Int, into directives: inout [NodeDirective]
    ) {
        let instance = epoch.number + 1
        let round = max(highestRound, vote.promised?.round ?? 0) + 1
        let ballot = Ballot(round: round, member: number)
        highestRound = round
        proposal = Proposal(instance: instance, ballot: ballot, startedAt: now)
        directives.append(.note(.proposing(instance: instance, changes)))
        for voter in epoch.voters where voter != number {
            directives.append(.send(.prepare(instance: instance, ballot: ballot), to: voter))
        }
        guard epoch.voters.contains(number) else { return }
        onPrepare(instance: instance, ballot: ballot, from: number, into: &directives)
        if vote.promised == ballot {
            onPromise(
                instance: instance, ballot: ballot, accepted: vote.accepted, from: number,
                now: now, into: &directives)
        }
    }

    mutating func onPromise(
        instance: Int, ballot: Ballot, accepted: Acceptance?, from sender: Int, now: Int,
        into directives: inout [NodeDirective]
    ) {
        guard var proposal, proposal.instance == instance, proposal.ballot == ballot,
            proposal.phase == .preparing, epoch.voters.contains(sender)
        else { return }
        proposal.promises.insert(sender)
        if let accepted, proposal.best.map({ $0.ballot < accepted.ballot }) ?? true {
            proposal.best = accepted
        }
        self.proposal = proposal
        guard proposal.promises.count >= epoch.voterMajority else { return }
        beginAccepting(now: now, into: &directives)
    }

    /// Phase 2: the value that some acceptor may have helped to decide, else this node's own.
    private mutating func beginAccepting(now: Int, into directives: inout [NodeDirective]) {
        guard var proposal else { return }
        guard let value = proposal.best?.epoch ?? ownValue(now: now) else {
            // What is wanted cannot be an epoch now; asking for votes again at once would not help.
            self.proposal = nil
            backOff(now: now)
            return
        }
        proposal.phase = .accepting
        proposal.value = value
        self.proposal = proposal
        let acceptance = Acceptance(ballot: proposal.ballot, epoch: value)
        for voter in epoch.voters where voter != number {
            directives.append(
                .send(
                    .accept(instance: proposal.instance, acceptance: acceptance), to: voter))
        }
        guard epoch.voters.contains(number) else { return }
        onAccept(instance: proposal.instance, acceptance, from: number, into: &directives)
        if vote.accepted?.ballot == proposal.ballot {
            onAccepted(
                instance: proposal.instance, ballot: proposal.ballot, from: number, now: now,
                into: &directives)
        }
    }

    private func ownValue(now: Int) -> RingEpoch? {
        let changes = wantedChanges(now: now)
        guard !changes.isEmpty else { return nil }
        return epoch.next(applying: changes, settled: isSettled)
    }

    /// Whether the home of an arc has confirmed, in this epoch, that the arc is settled.
    func isSettled(_ arc: Arc) -> Bool {
        guard let home = arc.present.home else { return false }
        if home == number {
            return report.epoch == epoch.number && !report.unsettled.contains(arc.first)
        }
        guard let heartbeat = peers[home]?.heartbeat,
            heartbeat.incarnation == epoch.member(number: home)?.incarnation
        else { return false }
        return heartbeat.epoch == epoch.number && !heartbeat.unsettled.contains(arc.first)
    }

    mutating func onAccepted(
        instance: Int, ballot: Ballot, from sender: Int, now: Int,
        into directives: inout [NodeDirective]
    ) {
        guard var proposal, proposal.instance == instance, proposal.ballot == ballot,
            proposal.phase == .accepting, epoch.voters.contains(sender)
        else { return }
        proposal.accepts.insert(sender)
        self.proposal = proposal
        guard proposal.accepts.count >= epoch.voterMajority, let value = proposal.value else {
            return
        }
        adopt(value, now: now, into: &directives)
        for member in epoch.members where member.number != number {
            directives.append(.send(.epoch(epoch), to: member.number))
        }
    }

    mutating func onRejected(instance: Int, promised: Ballot, now: Int) {
        guard let proposal, proposal.instance == instance, proposal.ballot < promised else {
            return
        }
        highestRound = max(highestRound, promised.round)
        self.proposal = nil
        backOff(now: now)
    }
}
