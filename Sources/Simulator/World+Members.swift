import Ring
import ServerCore

/// Who is a member: changes of the ring that are asked for while everything else goes wrong.
extension World {
    /// Simulated microseconds between two looks of whoever operates the cluster.
    static let careInterval = 700_000
    /// Copies that a key may get.
    private static let replicas = [1, 2, 3, 3, 4, 5]

    /// Processes for members that the newest epoch names first.
    func admitMembers() {
        for number
            in (processes.count + 1)..<max(newestEpoch.queue.lastMember + 1, processes.count + 1)
        {
            let process = SimulatedProcess(number: number, world: self, epoch: newestEpoch)
            // One that was taken back at once is a member of no epoch, and has no process.
            process.isGone = newestEpoch.member(number: number) == nil
            processes.append(process)
            let delay = Int.random(in: 1_000...200_000, using: &random)
            schedule(.restart(process: number), at: now + delay)
        }
    }

    /// Asks for a change of the ring.
    func change(_ kind: FaultKind) {
        let epoch = newestEpoch
        let wish: ChangeRequest.Wish? =
            switch kind {
            case .join: newcomer()
            case .leave:
                epoch.members.count > 3
                    ? some(epoch.members) { $0.state == .up }.map { .leave(member: $0.number) }
                    : nil
            case .evict: some(epoch.members) { $0.state == .down }.map { .evict(member: $0.number) }
            case .cancel: epoch.queue.active.map { .cancel(change: $0.id) }
            case .replicas where isAnyBad: nil
            case .replicas:
                World.replicas.randomElement(using: &random).map {
                    .set(name: "replicas", value: "\($0)")
                }
            case .rebalance: .rebalance
            default: nil
            }
        guard let wish, ask(for: wish) else { return }
        counts.faults += 1
    }

    private func some(_ members: [Member], where isFit: (Member) -> Bool) -> Member? {
        members.filter(isFit).randomElement(using: &random)
    }

    /// A node that is no member yet; nil when there were enough of them.
    private func newcomer() -> ChangeRequest.Wish? {
        guard newestEpoch.queue.lastMember + 1 < World.membersMax else { return nil }
        joinersAsked += 1
        return .join(
            id: NodeID(random: &random), name: "j\(joinersAsked)", host: "10.0.1.\(joinersAsked)",
            port: 7_100)
    }

    /// Asks any node; whether there was one.
    private func ask(for wish: ChangeRequest.Wish) -> Bool {
        guard let node = processes.filter(\.isAlive).randomElement(using: &random) else {
            return false
        }
        requestsMade += 1
        trace.note(now, "n\(node.number) is asked: \(wish.words)")
        let request = ChangeRequest(id: "request-\(requestsMade)", wish: wish)
        schedule(
            .input(process: node.number, life: node.life, .change(request)), at: now + latency())
        return true
    }

    /// Asks for another coherence, and will do so again.
    func switchCoherence() {
        guard isFaulty else { return }
        let choices: [Coherence] = [.off, .validate, .invalidate, .update]
        let coherence = choices.randomElement(using: &copying) ?? .off
        _ = ask(for: .set(name: "coherence", value: coherence.rawValue))
        let next = Int.random(in: World.careInterval...4 * World.careInterval, using: &copying)
        schedule(.switchCoherence, at: now + next)
    }

    /// Sees to it that there are as many members as at first, and copies enough of each key.
    func lookAfterMembers() {
        schedule(.lookAfterMembers, at: now + World.careInterval)
        let epoch = newestEpoch
        let isJoining = epoch.queue.waiting.contains { change in
            if case .join = change.kind { true } else { false }
        }
        let staying = epoch.members.count { !process($0.number).isGone && $0.state != .leaving }
        let wanted = max(foundingCount, epoch.settings.replicas)
        if staying < wanted, !isJoining, let wish = newcomer() { _ = ask(for: wish) }
        let lost = epoch.members.first { member in
            member.state == .down && process(member.number).isDiskLost
                && !epoch.queue.waiting.contains { $0.kind.member == member.number }
        }
        // The core asks by itself once the grace period is over, unless that was taken back.
        if let lost, !isFaulty { _ = ask(for: .evict(member: lost.number)) }
    }

    // MARK: Disks

    /// Whether a disk may be lost or damaged without a majority of any set losing what it has, of the
    /// sets that a change of the ring makes meanwhile included: one disk at a time.
    func mayLose(_ process: SimulatedProcess) -> Bool {
        guard process.isAlive, newestEpoch.number == process.running?.node.epoch.number else {
            return false
        }
        // A change that takes copies away may leave the ones that are lost here.
        let isShrinking = newestEpoch.queue.waiting.contains { change in
            switch change.kind {
            case .join, .rebalance: false
            default: true
            }
        }
        guard !isAnyBad, !isShrinking, newestEpoch.settings.replicas >= 3 else { return false }
        return newestEpoch.arcs.allSatisfy { arc in
            arc.history.allSatisfy { era in
                !era.replicas.contains(process.number) || era.replicas.count >= 3
            }
        }
    }

    /// Whether a disk is lost or damaged of which some set still has the copy.
    private var isAnyBad: Bool {
        processes.contains { other in
            guard other.disk.isRotten || other.isDiskLost else { return false }
            guard let workers = other.running?.workers else { return isNamed(other.number) }
            other.disk.isRotten = workers.contains(where: \.isDamaged)
            return other.disk.isRotten
        }
    }

    /// Whether some set, of an earlier generation perhaps, has the member.
    private func isNamed(_ member: Int) -> Bool {
        newestEpoch.arcs.contains { arc in
            arc.history.contains { $0.replicas.contains(member) }
        }
    }

    /// A disk is gone, and with it the node; whoever comes instead is a new one (rule 14).
    func loseDisk(_ process: SimulatedProcess) {
        guard mayLose(process), newestEpoch.queue.lastMember + 1 < World.membersMax else { return }
        counts.faults += 1
        trace.note(now, "n\(process.number)'s disk is lost")
        process.crash()
        process.isDiskLost = true
        process.isGone = true
    }
}
