/// One thing that the next epoch changes; a proposal carries several.
public enum EpochChange: Codable, Equatable, Sendable {
    /// A member no longer answers: it keeps its place in the replica sets and is home of nothing.
    case down(member: Int)
    /// A member answers again, or does so under a new incarnation or address.
    case up(member: Int, incarnation: Int, host: String, port: Int)
    /// Other cluster-wide settings.
    case settings(ClusterSettings)
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
    ///   another (an unknown or joining member, an older incarnation, two different things of one
    ///   member, settings that are not valid); and when they have to wait until an arc is settled,
    ///   because they alter its replica set or its history is full.
    public func next(applying changes: [EpochChange], settled isSettled: (Arc) -> Bool)
        -> RingEpoch?
    {
        guard let draft = draft(applying: changes) else { return nil }
        if draft.members == members && draft.settings == settings { return nil }
        return succeeded(by: draft.members, draft.settings, settled: isSettled)
    }

    /// Members and settings after the changes; nil when these contradict.
    private func draft(
        applying changes: [EpochChange]
    ) -> (members: [Member], settings: ClusterSettings)? {
        var draft = (members: members, settings: settings)
        var applied: [Int: EpochChange] = [:]
        var newSettings: ClusterSettings?
        for change in changes {
            switch change {
            case .down(let number), .up(let number, _, _, _):
                if let earlier = applied.updateValue(change, forKey: number) {
                    guard earlier == change else { return nil }
                    continue
                }
                guard let index = members.firstIndex(where: { $0.number == number }),
                    let member = members[index].applying(change)
                else { return nil }
                draft.members[index] = member
            case .settings(let settings):
                guard newSettings.map({ $0 == settings }) ?? true, settings.validate() == nil
                else { return nil }
                newSettings = settings
                draft.settings = settings
            }
        }
        draft.members.replaceDownVoters()
        return draft
    }
}

extension Member {
    /// This member after a change of it; nil when the change contradicts it.
    fileprivate func applying(_ change: EpochChange) -> Member? {
        guard state != .joining else { return nil }
        var member = self
        switch change {
        case .down:
            member.state = .down
        case .up(_, let incarnation, let host, let port):
            guard incarnation >= self.incarnation, incarnation < RingEpoch.numberLimit,
                Member.isAddress(host: host, port: port)
            else { return nil }
            if state == .down { member.state = .up }
            member.incarnation = incarnation
            member.host = host
            member.port = port
        case .settings:
            return nil
        }
        return member
    }
}

extension [Member] {
    /// Gives the votes of down voters to up members without one, lowest numbers first.
    fileprivate mutating func replaceDownVoters() {
        for index in indices where self[index].isVoter && self[index].state == .down {
            guard let other = firstIndex(where: { !$0.isVoter && $0.state == .up }) else { return }
            self[index].isVoter = false
            self[other].isVoter = true
        }
    }
}
