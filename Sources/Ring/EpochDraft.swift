/// Members, settings and queue of the next epoch while it is being made.
struct EpochDraft {
    let epoch: Int
    let before: RingEpoch
    var members: [Member]
    var settings: ClusterSettings
    var queue: ChangeQueue

    init(_ epoch: RingEpoch) {
        before = epoch
        self.epoch = epoch.number + 1
        members = epoch.members
        settings = epoch.settings
        queue = epoch.queue
    }

    func index(of number: Int) -> Int? { members.firstIndex { $0.number == number } }

    /// Decides what somebody asked for: it takes effect, or it is refused.
    mutating func take(_ request: ChangeRequest) {
        guard queue.answer(to: request.id) == nil, Member.isName(request.id) else { return }
        if let reason = present.refusal(of: request) {
            answer(request, refusal: reason)
        } else {
            answer(request, change: carryOut(request))
        }
    }

    /// Puts what somebody asked for into effect.
    ///
    /// - Returns: the change that it takes; nil when it takes none.
    private mutating func carryOut(_ request: ChangeRequest) -> Int? {
        switch request.wish {
        case .join(let id, let name, let host, let port):
            queue.lastMember += 1
            members.append(
                Member(
                    number: queue.lastMember, id: id, name: name, host: host, port: port,
                    tokens: [], state: .joining, incarnation: 1, isVoter: false))
            return enqueue(.join(member: queue.lastMember))
        case .leave(let member):
            return enqueue(.leave(member: member))
        case .evict(let member):
            return enqueue(.evict(member: member))
        case .rebalance:
            return enqueue(.rebalance)
        case .set("replicas", let value):
            return Int(value).map { enqueue(.replicas($0)) }
        case .set(let name, let value):
            settings = settings.setting(name, to: value) ?? settings
        case .cancel(let change):
            end(change: change, .cancelled, "taken back")
        }
        return nil
    }

    private mutating func answer(
        _ request: ChangeRequest, change: Int? = nil, refusal: String? = nil
    ) {
        queue.requests.append(
            AnsweredRequest(request: request.id, change: change, epoch: epoch, refusal: refusal))
        let surplus = queue.requests.count - ChangeQueue.requestsMax
        if surplus > 0 { queue.requests.removeFirst(surplus) }
    }

    /// The epoch before, with what the draft has made of it so far.
    private var present: RingEpoch {
        var present = before
        present.members = members
        present.settings = settings
        present.queue = queue
        return present
    }

    private mutating func enqueue(_ kind: RingChange.Kind) -> Int {
        queue.lastChange += 1
        queue.waiting.append(RingChange(id: queue.lastChange, kind: kind))
        return queue.lastChange
    }

    /// Switches to what the change under way has copied.
    mutating func finish() {
        guard let change = queue.active else { return }
        let name = name(of: change)
        (members, settings) = RingEpoch.after(change, members: members, settings: settings)
        queue.waiting.removeFirst()
        note(change, name: name, .done, "")
    }

    /// Takes a change out of the queue without doing it.
    mutating func end(change id: Int, _ outcome: EndedChange.Outcome, _ reason: String) {
        guard let place = queue.waiting.firstIndex(where: { $0.id == id }) else { return }
        let change = queue.waiting.remove(at: place)
        note(change, name: name(of: change), outcome, reason)
        // Who was not let in is no member.
        if case .join(let number) = change.kind { members.removeAll { $0.number == number } }
    }

    private func name(of change: RingChange) -> String {
        change.kind.member.flatMap { index(of: $0) }.map { members[$0].name } ?? ""
    }

    private mutating func note(
        _ change: RingChange, name: String, _ outcome: EndedChange.Outcome, _ reason: String
    ) {
        queue.ended.append(
            EndedChange(
                id: change.id, kind: change.kind, name: name, outcome: outcome, reason: reason,
                epoch: epoch))
        let surplus = queue.ended.count - ChangeQueue.endedMax
        if surplus > 0 { queue.ended.removeFirst(surplus) }
    }

    /// Makes members and queue fit each other: ends what has lost its reason, begins the next
    /// change, and gives votes and states accordingly.
    mutating func settle() {
        for change in queue.waiting {
            if let reason = lostReason(of: change) { end(change: change.id, .cancelled, reason) }
        }
        while let change = queue.active, change.tokens == nil {
            if let tokens = tokens(for: change) {
                queue.waiting[0].tokens = tokens
            } else {
                end(change: change.id, .failed, "no other member could hold the slots")
            }
        }
        for index in members.indices { members[index].state = state(of: members[index]) }
        members.giveVotes()
    }

    private func lostReason(of change: RingChange) -> String? {
        guard let number = change.kind.member else { return nil }
        guard let index = index(of: number) else { return "the member is gone" }
        if case .evict = change.kind, members[index].state != .down {
            return "\(members[index].name) is back"
        }
        return nil
    }

    /// A member is leaving exactly while its own change is under way.
    private func state(of member: Member) -> MemberState {
        let isLeaver = queue.active?.kind == .leave(member: member.number)
        switch member.state {
        case .up where isLeaver: return .leaving
        case .leaving where !isLeaver: return .up
        default: return member.state
        }
    }

    /// The tokens of those whose tokens a change alters; nil when it cannot be done.
    private func tokens(for change: RingChange) -> [Int: [Int]]? {
        let holders = members.filter(\.isEligible)
        let existing = holders.map(\.tokens)
        let numbers = holders.map(\.number)
        let replicas = settings.replicas
        var after: [[Int]]
        switch change.kind {
        case .join(let member):
            after = Placement.tokens(joining: existing, replicas: replicas)
            return changed(numbers + [member], from: existing + [[]], to: after)
        case .leave(let member), .evict(let member):
            guard holders.count > 1, let place = numbers.firstIndex(of: member) else {
                return nil
            }
            after = Placement.tokens(leaving: place, from: existing, replicas: replicas)
        case .rebalance:
            after = Placement.rebalanced(existing, replicas: replicas)
        case .replicas:
            after = existing
        }
        return changed(numbers, from: existing, to: after)
    }

    private func changed(
        _ numbers: [Int], from before: [[Int]], to after: [[Int]]
    ) -> [Int: [Int]] {
        var changed: [Int: [Int]] = [:]
        for (place, number) in numbers.enumerated() where before[place] != after[place] {
            changed[number] = after[place]
        }
        return changed
    }
}

extension RingEpoch {
    /// Members and settings once a change is done.
    static func after(
        _ change: RingChange, members: [Member], settings: ClusterSettings
    ) -> ([Member], ClusterSettings) {
        var members = members
        var settings = settings
        for index in members.indices {
            if let tokens = change.tokens?[members[index].number] { members[index].tokens = tokens }
        }
        switch change.kind {
        case .join(let number):
            for index in members.indices where members[index].number == number {
                members[index].state = .up
            }
        case .leave(let number), .evict(let number):
            members.removeAll { $0.number == number }
        case .rebalance:
            break
        case .replicas(let count):
            settings.replicas = count
        }
        return (members, settings)
    }
}

extension [Member] {
    /// Sees to it that there are as many voters as there may be: the votes of down voters go to up
    /// members without one, lowest numbers first, and free ones to down members last.
    fileprivate mutating func giveVotes() {
        for index in indices where self[index].isVoter && self[index].state == .down {
            guard let other = firstIndex(where: { !$0.isVoter && $0.state == .up }) else { break }
            self[index].isVoter = false
            self[other].isVoter = true
        }
        var missing = RingEpoch.votersMax - count(where: \.isVoter)
        let idle = indices.filter { !self[$0].isVoter && self[$0].isEligible }
        let inOrder =
            idle.filter { self[$0].state != .down } + idle.filter { self[$0].state == .down }
        for index in inOrder where missing > 0 {
            self[index].isVoter = true
            missing -= 1
        }
    }
}
