/// Epochs, processes and leases: rules 1, 3 and 13.
extension SlotModel {
    /// The next epoch of the plan may be decided at any time.
    ///
    /// One that changes the set has to wait until the slot is settled (rule 16). The history is as
    /// short as it may be.
    func addDecisions(_ state: ModelState) {
        let next = state.decided
        guard next < plan.epochs.count else { return }
        let era = plan.eraOfEpoch[next - 1]
        let isSettled = state.committed(era) >= 0
        let epoch = plan.epochs[next]
        guard isSettled || epoch.replicas == plan.epochs[next - 1].replicas,
            epoch.incarnation <= state.incarnation(epoch.home)
        else { return }
        var after = state
        after.decided += 1
        let isShort = isSettled || plan.lacks(.history)
        after.setOldestEra(isShort ? era : state.oldestEra(next - 1), next)
        add(ModelMove(kind: .decide, number: next), after)
    }

    func addLife(_ state: ModelState, _ node: Int) {
        for epoch in (state.epoch(node) + 1)..<max(state.decided, state.epoch(node) + 1) {
            adopt(state, node, epoch)
        }
        if state.memory(node) != state.disk(node) {
            var after = state
            sync(&after, node)
            add(ModelMove(kind: .sync, node: node), after)
        }
        if state.crashesLeft > 0 { crash(state, node) }
        if plan.hasLeases { addLeases(state, node) }
    }

    /// Rule 1: any later epoch, in order or skipping; a slot whose generation changes is not led
    /// any more, and what became of its writes under way is open.
    private func adopt(_ state: ModelState, _ node: Int, _ epoch: Int) {
        var after = state
        after.setEpoch(epoch, node)
        let former = era(state, node)
        if plan.eraOfEpoch[epoch] != former {
            after.setLeases(0, node)
            if plan.eras[former].home == node {
                for position in 0..<state.logLength(former)
                where state.status(state.log(former, position + 1)) == .pending {
                    after.setStatus(.undecided, state.log(former, position + 1))
                }
            }
        }
        add(ModelMove(kind: .adopt, node: node, number: epoch), after)
    }

    private func crash(_ state: ModelState, _ node: Int) {
        var after = state
        after.crashesLeft -= 1
        after.setAlive(false, node)
        after.setLeases(0, node)
        if state.readEra > 0, plan.eras[state.readEra - 1].home == node { after.endRead() }
        for era in plan.eras.indices where plan.eras[era].home == node {
            for position in 0..<state.logLength(era) {
                let write = state.log(era, position + 1)
                let status = state.status(write)
                if status == .pending || status == .undecided {
                    after.setStatus(.unknown, write)
                }
            }
            for other in 0..<plan.nodes { after.setAnswer(nil, era, other) }
        }
        after.setMemory(state.disk(node), node)
        add(ModelMove(kind: .crash, node: node), after)
        guard state.memory(node) != state.disk(node) else { return }
        // The last batch is torn: what it did to the entries is there, its end is not. Without rule
        // 6 the mark came first.
        var torn = state.disk(node)
        if plan.lacks(.markLast) {
            torn.base = state.memory(node).base
            torn.position = state.memory(node).position
        } else {
            torn.content = state.memory(node).content
            torn.isMixed = true
        }
        after.setDisk(torn, node)
        after.setMemory(torn, node)
        add(ModelMove(kind: .tear, node: node), after)
    }

    func restart(_ state: ModelState, _ node: Int) {
        var after = state
        after.setAlive(true, node)
        after.setIncarnation(state.incarnation(node) + 1, node)
        if plan.lacks(.durableEpoch) { after.setEpoch(0, node) }
        add(ModelMove(kind: .restart, node: node), after)
    }

    private func addLeases(_ state: ModelState, _ node: Int) {
        let era = self.era(state, node)
        guard plan.eras[era].home == node, isLeading(state, era) else { return }
        for giver in 0..<plan.nodes where giver != node && isMember(giver, era) {
            guard state.isAlive(giver), self.era(state, giver) == era,
                state.epoch(giver) <= state.epoch(node), state.leases(node) & (1 << giver) == 0
            else { continue }
            var after = state
            after.setLeases(state.leases(node) | 1 << giver, node)
            add(ModelMove(kind: .grant, node: node, other: giver), after)
        }
        if state.leases(node) != 0 {
            var after = state
            after.setLeases(0, node)
            add(ModelMove(kind: .lapse, node: node), after)
        }
    }

    /// Rule 13: whether a promise to an earlier home forbids a node to answer a Collect.
    func isGuarded(_ state: ModelState, _ node: Int, era: Int, asker: Int) -> Bool {
        if plan.lacks(.leaseGuard) { return false }
        if plan.lacks(.quietTime), state.incarnation(node) > 1 { return false }
        for earlier in 0..<era {
            let holder = plan.eras[earlier].home
            if holder != asker, holder != node, state.isAlive(holder),
                self.era(state, holder) == earlier, state.leases(holder) & (1 << node) != 0
            {
                return true
            }
        }
        return false
    }
}

extension ModelState {
    mutating func endRead() {
        readEra = 0
        readContent = 0
        readFloor = 0
        readConfirmed = 0
    }
}
