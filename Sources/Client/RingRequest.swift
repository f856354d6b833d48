import Ring

/// What people ask of the ring, with members by their names.
public enum RingRequest: Sendable, Equatable {
    /// A node that is no member yet is to become one; asked for by that node itself.
    case join(id: NodeID, name: String, host: String, port: Int)
    /// A member is to hand its slots over and to go.
    case leave(String)
    /// A down member is to lose its place.
    case evict(String)
    /// Tokens are to move until all members carry the same.
    case rebalance
    /// A change that waits or is under way is to be taken back.
    case cancel(Int)
    /// A setting is to have another value.
    case set(name: String, value: String)

    /// The command that asks a node for it.
    var words: [String] {
        switch self {
        case .join(let id, let name, let host, let port):
            ["RING", "JOIN", id.description, name, host, "\(port)"]
        case .leave(let name): ["RING", "LEAVE", name]
        case .evict(let name): ["RING", "EVICT", name]
        case .rebalance: ["RING", "REBALANCE"]
        case .cancel(let change): ["RING", "CANCEL", "\(change)"]
        case .set(let name, let value): ["CONFIG", "SET", name, value]
        }
    }

    /// The wish in an epoch's terms; nil when the epoch has no such member.
    func inTerms(of epoch: RingEpoch) -> ChangeRequest.Wish? {
        switch self {
        case .join(let id, let name, let host, let port):
            .join(id: id, name: name, host: host, port: port)
        case .leave(let name): epoch.member(named: name).map { .leave(member: $0.number) }
        case .evict(let name): epoch.member(named: name).map { .evict(member: $0.number) }
        case .rebalance: .rebalance
        case .cancel(let change): .cancel(change: change)
        case .set(let name, let value): .set(name: name, value: value)
        }
    }

    /// Whether an epoch shows that the wish took effect after another one.
    ///
    /// For a wish whose answer was lost. What shows nothing for certain is said to be unknown.
    ///
    /// - Parameters:
    ///   - before: the newest epoch before the wish was sent.
    ///   - after: a later one.
    /// - Returns: nil when it does not show; else the change that it became, if it became one.
    func trace(from before: RingEpoch, to after: RingEpoch) -> RingTrace? {
        guard before.clusterID == after.clusterID else { return nil }
        switch self {
        case .cancel(let change):
            let wasWaiting = before.queue.waiting.contains { $0.id == change }
            let isCancelled = after.queue.ended.contains {
                $0.id == change && $0.outcome == .cancelled
            }
            return wasWaiting && isCancelled ? RingTrace(change: nil) : nil
        case .set(let name, let value) where name != "replicas":
            return after.settings.value(ofSetting: name) == value ? RingTrace(change: nil) : nil
        case .join, .leave, .evict, .rebalance, .set:
            guard let kind = changeKind(in: before) else { return nil }
            let waiting = after.queue.waiting.map { ($0.id, $0.kind) }
            let ended = after.queue.ended.map { ($0.id, $0.kind) }
            return (waiting + ended).last { $0.0 > before.queue.lastChange && $0.1 == kind }
                .map { RingTrace(change: $0.0) }
        }
    }

    private func changeKind(in epoch: RingEpoch) -> RingChange.Kind? {
        switch self {
        case .leave(let name): epoch.member(named: name).map { .leave(member: $0.number) }
        case .evict(let name): epoch.member(named: name).map { .evict(member: $0.number) }
        case .rebalance: .rebalance
        case .set("replicas", let value): Int(value).map { .replicas($0) }
        case .join, .cancel, .set: nil
        }
    }
}

/// What an epoch shows of a wish that took effect.
struct RingTrace: Equatable {
    /// The change that it became; nil when it needed none.
    var change: Int?
}
