/// Writes, reads and outcomes: rules 7 to 10.
extension SlotModel {
    func addService(_ state: ModelState, _ era: Int) {
        commit(state, era)
        guard state.isServed(era) else { return }
        write(state, era)
        let home = plan.eras[era].home
        let committed = max(state.committed(era), 0)
        let isClean = state.logLength(era) <= committed || plan.lacks(.pendingReads)
        if isClean {
            if plan.hasLeases { readLeased(state, era) }
            if plan.hasConfirms, state.readEra == 0 {
                var after = state
                after.readEra = era + 1
                after.readContent = state.memory(home).content
                after.readFloor = state.floor
                after.readConfirmed = 1 << home
                add(ModelMove(kind: .beginRead, node: home), after)
            }
        }
        if state.readEra == era + 1 { confirm(state, era) }
        for node in 0..<plan.nodes where state.isAlive(node) && self.era(state, node) == era {
            tellOutcome(state, era, node)
        }
    }

    /// Rules 7 and 9: the home learns what a majority has.
    private func commit(_ state: ModelState, _ era: Int) {
        var positions: [Int] = []
        for node in 0..<plan.nodes where isMember(node, era) {
            positions.append(state.durable(era, node))
        }
        positions.sort(by: >)
        let position = min(positions[plan.eras[era].majority - 1], state.logLength(era))
        guard position > state.committed(era) else { return }
        let home = plan.eras[era].home
        var after = state
        after.setCommitted(position, era)
        after.serve(era)
        // Of a generation that is over, its home may learn late that it was settled.
        let isNewest = !plan.eras.indices.contains { $0 > era && state.chosen($0) != nil }
        if state.committed(era) < 0, isNewest { settled(&after, content(state, era, 0)) }
        for done in 0..<position {
            let write = state.log(era, done + 1)
            guard state.status(write) == .pending else { continue }
            after.setStatus(.done, write)
            show(&after, write, since: 0, "write \(write) is answered")
        }
        add(ModelMove(kind: .commit, node: home), after)
    }

    /// Rule 8: evaluated against the newest content; a delete of nothing changes nothing.
    private func write(_ state: ModelState, _ era: Int) {
        guard let place = plan.writes.indices.first(where: { state.status($0 + 1) == .unissued })
        else { return }
        let home = plan.eras[era].home
        var copy = state.memory(home)
        if plan.writes[place] == .delete, digest(copy.content) == 0 { return }
        var after = state
        after.setStatus(.pending, place + 1)
        after.setPredecessor(copy.content, place + 1)
        copy.position += 1
        copy.content = place + 1
        after.setMemory(copy, home)
        after.appendLog(place + 1, position: copy.position, era)
        add(ModelMove(kind: .write, node: home, number: place + 1), after)
    }

    // MARK: Rule 10

    private func isLeased(_ state: ModelState, _ era: Int) -> Bool {
        let home = plan.eras[era].home
        return isMajority(state.leases(home) | 1 << home, era)
    }

    private func readLeased(_ state: ModelState, _ era: Int) {
        guard isLeased(state, era) || plan.lacks(.leasedReads) else { return }
        let home = plan.eras[era].home
        var after = state
        show(&after, state.memory(home).content, since: state.floor, "a read is answered")
        add(ModelMove(kind: .read, node: home), after)
    }

    private func confirm(_ state: ModelState, _ era: Int) {
        let home = plan.eras[era].home
        for node in 0..<plan.nodes
        where isMember(node, era) && state.readConfirmed & (1 << node) == 0
            && state.isAlive(node) && self.era(state, node) == era
        {
            var after = state
            after.readConfirmed |= 1 << node
            add(ModelMove(kind: .confirmRead, node: home, other: node), after)
        }
        guard isMajority(state.readConfirmed, era) || plan.lacks(.confirms) else { return }
        var after = state
        show(
            &after, state.readContent, since: state.readFloor, "a confirmed read is answered")
        after.endRead()
        add(ModelMove(kind: .endRead, node: home), after)
    }

    // MARK: Outcomes

    /// A former home asks with which copy the present generation was settled.
    private func tellOutcome(_ state: ModelState, _ era: Int, _ node: Int) {
        guard state.committed(era) >= 0 else { return }
        for earlier in 0..<era where plan.eras[earlier].home == node {
            for place in 0..<state.logLength(earlier) {
                let write = state.log(earlier, place + 1)
                guard state.status(write) == .undecided else { continue }
                var after = state
                if state.settledBase(era) != earlier + 1 {
                    after.setStatus(.unknown, write)
                } else if place + 1 <= state.settledPosition(era) {
                    after.setStatus(.done, write)
                    show(&after, write, since: 0, "write \(write) is answered afterwards")
                } else {
                    after.setStatus(.notDone, write)
                    if isWithin(after, write, state.floor) {
                        violation = "write \(write) is called not done, and was seen"
                    }
                }
                add(ModelMove(kind: .askOutcome, node: node, number: write), after)
            }
        }
    }
}
