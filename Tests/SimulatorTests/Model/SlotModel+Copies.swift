/// Settling and following: rules 2 and 4 to 8, 11 and 12.
extension SlotModel {
    // MARK: The home of a new generation

    func addSettling(_ state: ModelState, _ era: Int) {
        guard state.chosen(era) == nil else { return }
        let home = plan.eras[era].home
        let oldest = state.oldestEra(state.epoch(home))
        var asked = 0
        for earlier in oldest...era { asked |= plan.eras[earlier].replicas }
        for node in 0..<plan.nodes where asked & (1 << node) != 0 {
            answerCollect(state, era, node)
        }
        choose(state, era, oldest: oldest)
    }

    /// Rule 4: all that the answer speaks of is durable, and the node acts by the generation.
    private func answerCollect(_ state: ModelState, _ era: Int, _ node: Int) {
        let home = plan.eras[era].home
        let own = self.era(state, node)
        guard state.isAlive(node), state.answer(era, node) == nil,
            state.memory(node) == state.disk(node),
            own == era || (plan.lacks(.adoptBeforeAnswer) && own < era),
            !isGuarded(state, node, era: era, asker: home)
        else { return }
        var after = state
        after.setAnswer(state.memory(node), era, node)
        add(ModelMove(kind: .answerCollect, node: home, other: node), after)
    }

    /// Rule 5: the one copy that knows most, when enough have answered.
    private func choose(_ state: ModelState, _ era: Int, oldest: Int) {
        var answered = 0
        var best: ModelState.Copy?
        for node in 0..<plan.nodes {
            guard let copy = state.answer(era, node) else { continue }
            answered |= 1 << node
            if best.map({ copy.exceeds($0) }) ?? true { best = copy }
        }
        guard let best, isEnough(answered, era, oldest: oldest, base: best.base) else { return }
        let home = plan.eras[era].home
        let isOwnBest = state.answer(era, home).map { !best.exceeds($0) } ?? false
        for node in 0..<plan.nodes {
            guard let copy = state.answer(era, node), !best.exceeds(copy),
                node == home || !isOwnBest
            else { continue }
            let isFetched = digest(copy.content) != digest(state.memory(home).content)
            let isWithinReach = state.isAlive(node) && self.era(state, node) == era
            guard !isFetched || isWithinReach || node == home else { continue }
            settle(state, era, node, copy)
            if isFetched, node != home, state.abandonsLeft > 0 {
                abandon(state, era, node, copy)
            }
        }
    }

    private func isEnough(_ answered: Int, _ era: Int, oldest: Int, base: Int) -> Bool {
        if plan.lacks(.allSets) { return isMajority(answered, era) }
        for earlier in oldest..<max(era, oldest) where earlier + 1 >= base {
            if !isMajority(answered, earlier) { return false }
        }
        return true
    }

    private func settle(
        _ state: ModelState, _ era: Int, _ source: Int, _ chosen: ModelState.Copy
    ) {
        let home = plan.eras[era].home
        var after = state
        var content = chosen.content
        var agreeing = 0
        for node in 0..<plan.nodes {
            guard let copy = state.answer(era, node) else { continue }
            let isSame = digest(copy.content) == digest(chosen.content)
            if isSame, copy.base == chosen.base, copy.position == chosen.position {
                agreeing |= 1 << node
            }
            // Without the rule: of each key the entry with the largest version.
            if plan.lacks(.noMerge), digest(copy.content) > digest(content) {
                content = copy.content
            }
            after.setAnswer(nil, era, node)
        }
        let isTrue = !chosen.isMixed || plan.lacks(.trueLabels)
        after.setChosen(
            content, base: isTrue ? chosen.base : 0, position: isTrue ? chosen.position : 0, era)
        after.setMemory(ModelState.Copy(base: era + 1, position: 0, content: content), home)
        if isMajority(agreeing, era) { after.serve(era) }
        add(ModelMove(kind: .choose, node: home, other: source), after)
    }

    /// The source falls silent after the first piece of what was fetched.
    private func abandon(_ state: ModelState, _ era: Int, _ source: Int, _ copy: ModelState.Copy) {
        let home = plan.eras[era].home
        var after = state
        after.abandonsLeft -= 1
        var own = state.memory(home)
        own.content = copy.content
        own.isMixed = true
        after.setMemory(own, home)
        after.setAnswer(nil, era, home)
        after.setAnswer(nil, era, source)
        add(ModelMove(kind: .abandonFetch, node: home, other: source), after)
    }

    // MARK: The members of the set, and those that learn

    func addFollowing(_ state: ModelState, _ node: Int) {
        let own = self.era(state, node)
        for era in plan.eras.indices where state.chosen(era) != nil {
            guard plan.eras[era].home != node, own == era || (plan.lacks(.seal) && own > era)
            else { continue }
            if isMember(node, era) {
                stream(state, node, era)
                if own == era { install(state, node, era) }
            } else if own == era {
                learn(state, node, era)
            }
        }
        dropSurplus(state, node, own)
    }

    /// Rule 6: entries first, in pieces; (base, position) last.
    private func install(_ state: ModelState, _ node: Int, _ era: Int) {
        let copy = state.memory(node)
        for position in 0...state.logLength(era) {
            let isKnown = !(copy.base < era + 1 || copy.position < position)
            guard !isKnown || (plan.lacks(.idempotence) && copy.position > position) else {
                continue
            }
            let content = self.content(state, era, position)
            if digest(copy.content) == digest(content) {
                let whole = ModelState.Copy(
                    base: era + 1, position: position, content: content)
                var after = state
                after.setMemory(whole, node)
                add(ModelMove(kind: .mark, node: node, number: position), after)
            } else {
                var after = state
                after.setMemory(touched(copy, content), node)
                add(ModelMove(kind: .takePart, node: node, number: position), after)
            }
        }
    }

    private func touched(_ copy: ModelState.Copy, _ content: Int) -> ModelState.Copy {
        var copy = copy
        copy.content = content
        copy.isMixed = true
        return copy
    }

    /// Rule 8: the next record, for a copy that has the stream's base.
    private func stream(_ state: ModelState, _ node: Int, _ era: Int) {
        var copy = state.memory(node)
        let isOfBase = copy.base == era + 1
        guard isOfBase || plan.lacks(.base), copy.position < state.logLength(era) else { return }
        copy.position += 1
        copy.content = state.log(era, copy.position)
        var after = state
        after.setMemory(copy, node)
        if !isOfBase || plan.lacks(.durability) { after.setDurable(copy.position, era, node) }
        add(ModelMove(kind: .stream, node: node, number: copy.position), after)
    }

    /// A learner takes entries once the slot is settled, and no base; the stream is the same to it.
    private func learn(_ state: ModelState, _ node: Int, _ era: Int) {
        let copy = state.memory(node)
        guard plan.epochs[state.epoch(node)].learners & (1 << node) != 0,
            state.committed(era) >= 0
        else { return }
        for position in 0...state.logLength(era) {
            let content = self.content(state, era, position)
            guard copy.content != content else { continue }
            var after = state
            after.setMemory(touched(copy, content), node)
            add(ModelMove(kind: .takePart, node: node, number: position), after)
        }
    }

    /// Rule 12: who is in no set of the history drops its copy.
    private func dropSurplus(_ state: ModelState, _ node: Int, _ own: Int) {
        let nothing = ModelState.Copy(base: 0, position: 0, content: 0)
        guard state.memory(node) != nothing,
            plan.epochs[state.epoch(node)].learners & (1 << node) == 0
        else { return }
        let oldest = plan.lacks(.evictedData) ? own : state.oldestEra(state.epoch(node))
        for era in oldest...own where isMember(node, era) { return }
        var after = state
        after.setMemory(nothing, node)
        add(ModelMove(kind: .drop, node: node), after)
    }
}
