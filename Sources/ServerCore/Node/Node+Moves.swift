import Ring

/// Changes of the ring: what was asked for, what is copied, and what is over.
extension Node {
    func wantedMoves(now: Int) -> [EpochChange] {
        var changes: [EpochChange] = []
        if let change = epoch.queue.active {
            if let reason = failure(of: change, now: now) {
                changes.append(.fail(change: change.id, reason: reason))
            } else if isCopied(change) {
                changes.append(.finish(change: change.id))
            }
        }
        changes += requests.map { .request($0.request) }
        changes += evictions(now: now).map { .request($0) }
        if changes.isEmpty, now - adoptedAt >= Limits.trimDelay, epoch.hasSurplusHistory,
            epoch.arcs.allSatisfy({ $0.history.count == 1 || isSettled($0) })
        {
            changes.append(.trim)
        }
        return changes
    }

    /// Why the change under way has no hope any more.
    private func failure(of change: RingChange, now: Int) -> String? {
        switch change.kind {
        case .leave, .rebalance, .replicas: deadMember(now: now)
        case .join(let joiner): silence(of: joiner, now: now) ?? deadMember(now: now)
        // Where two are dead, each would fail for the other's sake, for ever.
        case .evict: nil
        }
    }

    private func silence(of joiner: Int, now: Int) -> String? {
        guard joiner != number, let peer = peers[joiner], let member = epoch.member(number: joiner)
        else { return nil }
        let silence = now - peer.lastHeard
        guard silence > epoch.settings.graceMilliseconds * 1_000 else { return nil }
        return "nothing heard from \(member.name) for \(silence / 1_000_000) s"
    }

    /// Why the change cannot be switched to: a member that has been down for its grace period
    /// belongs to a set that the change makes, and what would take its place waits behind it.
    private func deadMember(now: Int) -> String? {
        let grace = epoch.settings.graceMilliseconds * 1_000
        let dead = epoch.members.filter { member in
            let since = peers[member.number]?.downSince ?? now
            return member.state == .down && now - since > grace
        }
        guard !dead.isEmpty, let target = epoch.target else { return nil }
        var sets: Set<Int> = []
        for arc in epoch.arcs {
            let set = target.replicas(of: arc.first)
            if set != arc.present.replicas { sets.formUnion(set) }
        }
        return dead.first { sets.contains($0.number) }.map { "\($0.name) is down" }
    }

    /// Whether every home has copied all that the change adds to the sets of its slots, and all
    /// slots whose set it alters are settled (`PROTOCOL`, rule 16).
    private func isCopied(_ change: RingChange) -> Bool {
        // Every node reports, also one that has nothing to copy; this one's own report is at hand.
        guard !epoch.settings.areMovesPaused, report.epoch == epoch.number,
            report.copied == change.id, let target = epoch.target, epoch.missing.isEmpty
        else { return false }
        if case .join(let joiner) = change.kind, joiner != number, !isHeard(joiner) {
            return false
        }
        var homes: Set<Int> = []
        for arc in epoch.arcs {
            let set = target.replicas(of: arc.first)
            guard set != arc.present.replicas else { continue }
            guard let home = arc.present.home, isSettled(arc) else { return false }
            homes.insert(home)
        }
        return homes.allSatisfy { home in
            if home == number {
                return report.epoch == epoch.number && report.copied == change.id
            }
            guard isHeard(home), let heartbeat = peers[home]?.heartbeat else { return false }
            return heartbeat.epoch == epoch.number && heartbeat.copied == change.id
        }
    }

    /// Requests to evict those whose grace period is over; the same at every voter of an epoch.
    private func evictions(now: Int) -> [ChangeRequest] {
        evictionsDue(now: now).filter { $0.value == 0 }.keys.sorted().compactMap { member in
            let request = ChangeRequest(
                id: "evict-\(member)-after-\(epoch.queue.lastChange)",
                wish: .evict(member: member))
            let isOpen =
                epoch.queue.answer(to: request.id) == nil && epoch.refusal(of: request) == nil
            return isOpen ? request : nil
        }
    }

    /// Whether enough other members are up to hold all copies of each slot without a down one.
    var canReplaceDown: Bool {
        epoch.members.count { $0.canBeHome } >= epoch.settings.replicas
    }
}
