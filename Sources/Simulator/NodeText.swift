import Ring
import ServerCore

extension NodeMessage {
    /// The message in words; heartbeats have none, as there is nothing but heartbeats all the time.
    var words: [String] {
        switch self {
        case .heartbeat, .heartbeatReply: []
        case .prepare(let instance, let ballot):
            ["asks to vote on epoch \(instance), \(ballot.words)"]
        case .promise(let instance, let ballot, let accepted):
            [
                "promises for epoch \(instance), \(ballot.words)"
                    + (accepted.map { ", has accepted \($0.ballot.words)" } ?? "")
            ]
        case .accept(let instance, let acceptance):
            ["asks to accept epoch \(instance), \(acceptance.ballot.words)"]
        case .accepted(let instance, let ballot):
            ["has accepted epoch \(instance), \(ballot.words)"]
        case .rejected(let instance, let promised):
            ["rejects epoch \(instance): promised \(promised.words)"]
        case .epoch(let epoch): ["sends epoch \(epoch.number)"]
        case .request(let request): ["is asked: \(request.wish.words)"]
        default: ["\(self)"]
        }
    }
}

extension Ballot {
    var words: String { "ballot \(round) of n\(member)" }
}

extension NodeNote {
    /// The note in words.
    var words: String {
        switch self {
        case .suspected(let member, let silence, let isRefused):
            isRefused
                ? "suspects n\(member): refused" : "suspects n\(member): silent for \(silence) µs"
        case .heardAgain(let member): "hears n\(member) again"
        case .proposing(let instance, let changes):
            "proposes epoch \(instance): " + changes.map(\.words).joined(separator: ", ")
        }
    }
}

extension EpochChange {
    /// The change in words.
    var words: String {
        switch self {
        case .down(let member): "n\(member) down"
        case .request(let request): "\(request.wish.words)"
        case .finish(let change): "change \(change) done"
        case .fail(let change, let reason): "change \(change) failed: \(reason)"
        case .up(let member, let incarnation, _, _): "n\(member) up as start \(incarnation)"
        default: "\(self)"
        }
    }
}

extension ChangeRequest.Wish {
    /// What is asked for, in words.
    var words: String {
        switch self {
        case .join(_, let name, _, _): "\(name) joins"
        case .leave(let member): "n\(member) leaves"
        case .evict(let member): "n\(member) is evicted"
        case .rebalance: "rebalance"
        case .cancel(let change): "change \(change) is taken back"
        case .set(let name, let value): "\(name) becomes \(value)"
        }
    }
}

extension RingEpoch {
    /// Who is a member and what changes, in words.
    var words: String {
        let members = members.map { "\($0.name) \($0.state)/\($0.incarnation)" }
        var text = members.joined(separator: ", ") + ", N \(settings.replicas)"
        if let change = queue.active { text += ", under way: \(change.kind)" }
        return text
    }
}
