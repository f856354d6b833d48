import Ring

/// What a node that joins has to do next, by what an epoch says: a pure decision.
enum JoinStep: Equatable {
    /// The epoch lists the node: its directory can be founded.
    case found(Member)
    /// The node has to ask for a change that adds it under this name.
    case ask(name: String)
    /// The epoch does not allow it at the moment.
    case wait(String)
    /// The epoch has no place for it; a newer one may have.
    case refuse(JoinFailure)
    /// It is not to be, whatever comes.
    case fail(JoinFailure)

    /// Looks at an epoch that a node of the cluster has told.
    ///
    /// - Parameters:
    ///   - ticket: who joins.
    ///   - epoch: a valid one.
    init(_ ticket: JoinTicket, in epoch: RingEpoch) {
        if let failure = JoinStep.strangeness(ticket, epoch) ?? JoinStep.end(ticket, epoch) {
            self = .fail(failure)
        } else if let member = epoch.member(id: ticket.id) {
            self = JoinStep.listed(ticket, member)
        } else {
            self = JoinStep.free(ticket, epoch)
        }
    }

    /// Why this is not the cluster that is looked for.
    private static func strangeness(_ ticket: JoinTicket, _ epoch: RingEpoch) -> JoinFailure? {
        if let wanted = ticket.clusterName, wanted != epoch.clusterName {
            return .otherName(found: epoch.clusterName, wanted: wanted)
        }
        if let wanted = ticket.clusterID, wanted != epoch.clusterID {
            return .otherID(name: epoch.clusterName, found: epoch.clusterID, wanted: wanted)
        }
        return nil
    }

    /// Why a node that was a member is not to be one again: not everybody who is out was evicted.
    private static func end(_ ticket: JoinTicket, _ epoch: RingEpoch) -> JoinFailure? {
        guard let number = ticket.formerNumber,
            let change = epoch.queue.ended.last(where: { $0.kind.member == number })
        else { return nil }
        switch (change.kind, change.outcome) {
        case (.leave, .done):
            return .hasLeft(name: change.name)
        case (.join, .cancelled), (.join, .failed):
            return .withdrawn(name: change.name, reason: change.reason)
        default:
            return nil
        }
    }

    private static func listed(_ ticket: JoinTicket, _ member: Member) -> JoinStep {
        guard member.host == ticket.host, member.port == ticket.port else {
            return .fail(
                .elsewhere(member: member.name, address: "\(member.host):\(member.port)"))
        }
        return .found(member)
    }

    private static func free(_ ticket: JoinTicket, _ epoch: RingEpoch) -> JoinStep {
        if let other = ticket.name.flatMap({ epoch.member(named: $0) }) {
            return .refuse(.nameTaken(name: other.name, address: "\(other.host):\(other.port)"))
        }
        let holder = epoch.members.first { $0.host == ticket.host && $0.port == ticket.port }
        if let holder {
            return .refuse(
                .addressTaken(member: holder.name, address: "\(holder.host):\(holder.port)"))
        }
        guard epoch.members.count < RingEpoch.membersMax else {
            return .refuse(.full(membersMax: RingEpoch.membersMax))
        }
        let name = ticket.name ?? nextName(in: epoch)
        let request = ChangeRequest(
            id: "join",
            wish: .join(id: ticket.id, name: name, host: ticket.host, port: ticket.port))
        return epoch.refusal(of: request).map { .wait($0) } ?? .ask(name: name)
    }

    /// The first of `n1`, `n2`, `n3` … that nobody has, former members included.
    static func nextName(in epoch: RingEpoch) -> String {
        let names = Set(epoch.everyone.map(\.name))
        var number = 1
        while names.contains("n\(number)") { number += 1 }
        return "n\(number)"
    }
}
