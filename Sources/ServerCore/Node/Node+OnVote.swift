import Ring

/// The acceptor: one single-decree Paxos instance per epoch, in which the voters of epoch e decide
/// epoch e + 1 (Lamport, «Paxos Made Simple», 2001).
extension Node {
    mutating func onPrepare(
        instance: Int, ballot: Ballot, from sender: Int, into directives: inout [NodeDirective]
    ) {
        guard isOpen(instance, from: sender, into: &directives) else { return }
        highestRound = max(highestRound, ballot.round)
        if let promised = vote.promised, ballot < promised {
            answer(.rejected(instance: instance, promised: promised), to: sender, &directives)
            return
        }
        if vote.promised != ballot {
            vote.promised = ballot
            directives.append(.persist(vote))
        }
        let promise = NodeMessage.promise(
            instance: instance, ballot: ballot, accepted: vote.accepted)
        answer(promise, to: sender, &directives)
    }

    mutating func onAccept(
        instance: Int, _ acceptance: Acceptance, from sender: Int,
        into directives: inout [NodeDirective]
    ) {
        guard isOpen(instance, from: sender, into: &directives) else { return }
        highestRound = max(highestRound, acceptance.ballot.round)
        if let promised = vote.promised, acceptance.ballot < promised {
            answer(.rejected(instance: instance, promised: promised), to: sender, &directives)
            return
        }
        guard acceptance.epoch.number == instance, acceptance.epoch.validate() == nil else {
            return
        }
        vote.promised = acceptance.ballot
        vote.accepted = acceptance
        directives.append(.persist(vote))
        answer(
            .accepted(instance: instance, ballot: acceptance.ballot), to: sender, &directives)
    }

    /// Whether the instance is the one that follows the adopted epoch and this node is a voter.
    private func isOpen(
        _ instance: Int, from sender: Int, into directives: inout [NodeDirective]
    ) -> Bool {
        if instance <= epoch.number {
            if sender != number { directives.append(.send(.epoch(epoch), to: sender)) }
            return false
        }
        if instance > epoch.number + 1 {
            if sender != number { directives.append(.send(.wantEpoch, to: sender)) }
            return false
        }
        return epoch.voters.contains(number)
    }

    /// Answers a proposer; this node's own proposer is answered on the spot by its caller.
    private func answer(
        _ message: NodeMessage, to sender: Int, _ directives: inout [NodeDirective]
    ) {
        if sender != number { directives.append(.send(message, to: sender)) }
    }
}
