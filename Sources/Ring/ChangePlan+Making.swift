extension ChangePlan {
    /// Says what a wish would do to a ring.
    ///
    /// - Parameters:
    ///   - wish: what somebody thinks of asking for.
    ///   - epoch: the newest epoch; valid.
    ///   - facts: what the slots hold.
    public init(of wish: ChangeRequest.Wish, in epoch: RingEpoch, facts: SlotFacts) {
        self.init(wish, epoch: epoch)
        let request = ChangeRequest(id: Self.requestID, wish: wish)
        if let reason = epoch.refusal(of: request) {
            refused = reason
            return
        }
        guard let asked = epoch.next(applying: [.request(request)], settled: { _ in true }) else {
            refused = "the ring is just changing; try again"
            return
        }
        guard let change = asked.queue.answer(to: Self.requestID)?.change else { return }
        guard let ready = awaitTurn(of: change, in: asked) else { return }
        if let ended = ready.queue.ended.last(where: { $0.id == change }) {
            refused = ended.reason
            return
        }
        guard let target = ready.target else { return }
        replicas.after = target.replicas
        fill(ready, target, facts)
    }

    /// No request of a cluster has this identity: nodes draw theirs at random.
    private static let requestID = "plan"

    /// Goes through the changes that come first, as if each was done.
    ///
    /// - Returns: the ring when the change's turn has come; nil when that cannot be foreseen.
    private mutating func awaitTurn(of change: Int, in asked: RingEpoch) -> RingEpoch? {
        var ring = asked
        while let active = ring.queue.active, active.id != change {
            waitsBehind.append(active.id)
            guard waitsBehind.count <= ChangeQueue.waitingMax,
                let next = ring.next(
                    applying: [.finish(change: active.id)], settled: { _ in true })
            else {
                warnings = ["what it moves is known when its turn comes"]
                return nil
            }
            ring = next
        }
        return ring
    }

    private mutating func fill(_ ring: RingEpoch, _ target: RingTarget, _ facts: SlotFacts) {
        var sum = PlanSum(ring: ring, target: target)
        for arc in ring.arcs { sum.add(arc, facts.amount(of: arc)) }
        moves = sum.moves
        for move in moves { total += move.amount }
        least = sum.least
        loads = sum.loads
        let rate = ring.settings.moveBytesPerSecond
        if rate > 0 && !ring.settings.areMovesPaused {
            seconds = (sum.largestSource + rate - 1) / rate
        }
        warnings = PlanWarnings(plan: self, sum: sum, facts: facts).texts
    }
}

/// Adds up what a change does to each arc.
struct PlanSum {
    let ring: RingEpoch
    let target: RingTarget
    /// Slots without a majority of members that are up after the change.
    private(set) var slotsWithoutMajority = 0
    /// Slots that would have to be copied and have no home to do it.
    private(set) var slotsWithoutSource = 0
    private var amounts: [Route: Amount] = [:]
    private var carried: [Int: Carried] = [:]

    typealias Amount = ChangePlan.Amount

    private struct Route: Hashable {
        /// 0 where nobody can copy.
        var from: Int
        var to: Int
    }

    /// What a member carries before and after.
    private struct Carried {
        var load: ChangePlan.Load
        var before = Amount()
        var after = Amount()
    }

    init(ring: RingEpoch, target: RingTarget) {
        self.ring = ring
        self.target = target
        for member in ring.members {
            carried[member.number] = Carried(load: ChangePlan.Load(node: member.name))
        }
    }

    mutating func add(_ arc: Arc, _ amount: Amount) {
        let before = arc.present.replicas
        let after = target.replicas(of: arc.first)
        for member in after where !before.contains(member) {
            amounts[Route(from: arc.present.home ?? 0, to: member), default: Amount()] += amount
            if arc.present.home == nil { slotsWithoutSource += amount.slots }
        }
        for member in before { carried[member]?.before += amount }
        for member in after { carried[member]?.after += amount }
        count(home: arc.present.home, amount, \.before)
        let serving = after.filter { number in
            target.members.contains { $0.number == number && $0.canBeHome }
        }
        count(home: serving.first, amount, \.after)
        if serving.count < after.count / 2 + 1 { slotsWithoutMajority += amount.slots }
    }

    private mutating func count(
        home: Int?, _ amount: Amount, _ side: WritableKeyPath<ChangePlan.Span, Int>
    ) {
        guard let home, carried[home] != nil else { return }
        carried[home]?.load.homeSlots[keyPath: side] += amount.slots
        carried[home]?.load.homeKeys[keyPath: side] += amount.keys
    }

    /// What is copied, by receiver and then by source.
    var moves: [ChangePlan.Move] {
        amounts.sorted { ($0.key.to, $0.key.from) < ($1.key.to, $1.key.from) }.map {
            route, amount in
            ChangePlan.Move(from: name(route.from), to: name(route.to) ?? "?", amount: amount)
        }
    }

    /// Bytes that the member sends that has most to send.
    var largestSource: Int {
        var sent: [Int: Int] = [:]
        for (route, amount) in amounts { sent[route.from, default: 0] += amount.bytes }
        return sent.values.max() ?? 0
    }

    /// What members hold more afterwards than before: somebody has to send that much.
    var least: Amount {
        var least = Amount()
        for (_, member) in carried {
            least.slots += max(0, member.after.slots - member.before.slots)
            least.keys += max(0, member.after.keys - member.before.keys)
            least.bytes += max(0, member.after.bytes - member.before.bytes)
        }
        return least
    }

    var loads: [ChangePlan.Load] {
        carried.sorted { $0.key < $1.key }.map { _, member in
            var load = member.load
            load.copySlots = .init(before: member.before.slots, after: member.after.slots)
            load.copyBytes = .init(before: member.before.bytes, after: member.after.bytes)
            return load
        }
    }

    private func name(_ number: Int) -> String? {
        (target.members + ring.members).first { $0.number == number }?.name
    }
}
