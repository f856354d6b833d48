/// One thing that the next epoch changes; a proposal carries several.
public enum EpochChange: Codable, Equatable, Sendable {
    /// A member no longer answers: it keeps its place in the replica sets and is home of nothing.
    case down(member: Int)
    /// A member answers again, or does so under a new incarnation or address.
    case up(member: Int, incarnation: Int, host: String, port: Int)
    /// Something that somebody asked for.
    case request(ChangeRequest)
    /// All copies for the change under way are made: switch to them.
    case finish(change: Int)
    /// The change under way cannot be done.
    case fail(change: Int, reason: String)
    /// Histories forget what was before the present, settled generation.
    case trim

    /// The order in which changes of one epoch take effect.
    fileprivate var order: (Int, Int, String) {
        switch self {
        case .down(let member), .up(let member, _, _, _): (0, member, "")
        case .finish(let change): (1, change, "")
        case .fail(let change, _): (2, change, "")
        case .request(let request): (3, 0, request.id)
        case .trim: (4, 0, "")
        }
    }
}

extension RingEpoch {
    /// The epoch after this one.
    ///
    /// The same changes in any order give the same epoch. Each arc's generation stays unless its
    /// replica set, its home or the home's incarnation changes; then a new one begins with the new
    /// epoch. An arc that is settled first forgets the generations before its present one.
    ///
    /// - Parameters:
    ///   - changes: what to change.
    ///   - isSettled: whether an arc of this epoch is confirmed settled in its present generation;
    ///     asked at most once for each.
    /// - Returns: nil when the changes alter nothing; when they contradict this epoch or one
    ///   another (an unknown member, an older incarnation, two different things of one member); and
    ///   when they have to wait until an arc is settled, because they alter its replica set or its
    ///   history is full. A request that cannot be carried out is answered with its refusal.
    public func next(applying changes: [EpochChange], settled isSettled: (Arc) -> Bool)
        -> RingEpoch?
    {
        guard let draft = draft(applying: changes) else { return nil }
        let isSame =
            draft.members == members && draft.settings == settings && draft.queue == queue
        if isSame && !changes.contains(.trim) { return nil }
        guard let next = succeeded(by: draft, settled: isSettled) else { return nil }
        return isSame && next.arcs == arcs && next.former == former ? nil : next
    }

    /// Members, settings and queue after the changes; nil when these contradict.
    private func draft(applying changes: [EpochChange]) -> EpochDraft? {
        var draft = EpochDraft(self)
        var applied: [Int: EpochChange] = [:]
        for change in changes.sorted(by: { $0.order < $1.order }) {
            switch change {
            case .down(let number), .up(let number, _, _, _):
                if let earlier = applied.updateValue(change, forKey: number) {
                    guard earlier == change else { return nil }
                    continue
                }
                guard let index = draft.index(of: number),
                    let member = draft.members[index].applying(change)
                else { return nil }
                draft.members[index] = member
            case .finish(let change):
                guard draft.queue.active?.id == change else { return nil }
                draft.finish()
            case .fail(let change, let reason):
                guard draft.queue.active?.id == change else { return nil }
                draft.end(change: change, .failed, reason)
            case .request(let request):
                draft.take(request)
            case .trim:
                continue
            }
        }
        draft.settle()
        return draft
    }
}

extension Member {
    /// This member after a change of it; nil when the change contradicts it.
    fileprivate func applying(_ change: EpochChange) -> Member? {
        var member = self
        switch change {
        case .down:
            guard state != .joining else { return nil }
            member.state = .down
        case .up(_, let incarnation, let host, let port):
            guard incarnation >= self.incarnation, incarnation < RingEpoch.numberLimit,
                Member.isAddress(host: host, port: port)
            else { return nil }
            if state == .down { member.state = .up }
            member.incarnation = incarnation
            member.host = host
            member.port = port
        case .request, .finish, .fail, .trim:
            return nil
        }
        return member
    }
}
