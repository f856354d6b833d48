/// Generations, processes and the homes' leases: rules 1, 4, 5 and 13.
extension CopyModel {
    func addLife(_ state: State, _ home: Int) {
        adopt(state, home)
        say(state, home)
        lend(state, home)
        choose(state, home)
        if state.crashesLeft > 0 { crash(state, home) }
    }

    /// Rule 1: any later generation, in order or skipping.
    private func adopt(_ state: State, _ home: Int) {
        let former = Int(state.homes[home].era)
        for era in (former + 1)..<max(plan.eras.count, former + 1) {
            var after = state
            after.homes[home].era = UInt8(era)
            let others = plan.eras[former...era].contains { $0.home != home }
            if isLeading(after, home), !others || plan.lacks(.unbrokenHome) {
                carryOver(&after, home)
            } else if isLeading(state, home) {
                leave(&after, home)
            }
            for place in 0..<4 where Int(after.announcements[place].home) == home {
                if after.announcements[place].push == .wanted {
                    after.announcements[place].push = .none
                }
            }
            add(Move(kind: .adopt, home: home, number: era), after)
        }
    }

    /// Rule 15 (f): it goes on with what it knows of the sharer.
    private func carryOver(_ state: inout State, _ home: Int) {
        if plan.lacks(.directory) { state.forgetSharer(home) }
        for place in 0..<4 where state.isAwaited(place, home) {
            if plan.lacks(.carriedWaits) { state.announcements[place].isAwaited = false }
            state.announcements[place].gate = 0
        }
    }

    /// Another node is home: the sharer can be told nothing any more.
    private func leave(_ state: inout State, _ home: Int) {
        var hasCopies = state.homes[home].isRegistered
        for place in 0..<4 where state.isAwaited(place, home) {
            if !plan.lacks(.announcedDeparture) { hasCopies = true }
        }
        state.forgetSharer(home)
        if hasCopies, state.homes[home].lent > 0 {
            state.homes[home].isOver = true
            state.homes[home].isLeft = true
        }
    }

    /// How long somebody may use a copy that this node can tell nothing.
    private func leftTime(_ state: State, _ home: Int) -> UInt8 {
        state.homes[home].isLeft && !plan.lacks(.departure) ? state.homes[home].lent : 0
    }

    /// Rule 13: a promise ends early when its holder says so.
    private func say(_ state: State, _ home: Int) {
        let quiet = plan.lacks(.quietDeparture) ? 0 : state.homes[home].quiet
        let era = Int(state.homes[home].era)
        guard state.homes[home].said < era, !isSealed(state, era - 1), quiet == 0,
            leftTime(state, home) == 0, plan.eras[..<era].contains(where: { $0.home == home })
        else { return }
        var after = state
        after.homes[home].said = state.homes[home].era
        add(Move(kind: .say, home: home), after)
    }

    /// C lends until it has answered the home of a later generation.
    private func lend(_ state: State, _ home: Int) {
        let era = Int(state.homes[home].era)
        let isUseful = state.eras[era].isChosen || state.homes[home].lent > 0
        guard isLeading(state, home), !isSealed(state, era), isUseful else { return }
        var after = state
        after.eras[era].lent = CopyModelPlan.lease
        after.eras[era].held = CopyModelPlan.lease
        if after != state { add(Move(kind: .lend, home: home), after) }
    }

    func isSealed(_ state: State, _ era: Int) -> Bool {
        for later in (era + 1)..<max(plan.eras.count, era + 1) where state.eras[later].isChosen {
            return true
        }
        return false
    }

    /// Rules 4, 5, 7 and 13: a home begins a generation when nobody relies on an earlier one.
    private func choose(_ state: State, _ home: Int) {
        let era = Int(state.homes[home].era)
        guard isLeading(state, home), !state.eras[era].isChosen, !isSealed(state, era),
            isFree(state, home, era)
        else { return }
        var last = 0
        for earlier in 0..<era where state.eras[earlier].isChosen { last = earlier }
        for earlier in last..<era where plan.eras[earlier].home != home {
            guard
                state.eras[earlier].lent == 0
                    || Int(state.homes[plan.eras[earlier].home].said) >= era
            else { return }
        }
        for position in state.eras[last].durable...state.eras[last].length {
            let content = state.content(era: last, position: position)
            var after = state
            after.eras[era].isChosen = true
            after.eras[era].content = content
            add(Move(kind: .choose, home: home, number: Int(content)), after)
        }
    }

    /// Whether no copy may be used that the home can tell nothing, or for longer than the promises
    /// made to it cover.
    private func isFree(_ state: State, _ home: Int, _ era: Int) -> Bool {
        let quiet = plan.lacks(.quietTime) ? 0 : state.homes[home].quiet
        return quiet == 0 && leftTime(state, home) == 0
            && state.homes[home].lent <= state.eras[era].held
    }

    private func crash(_ state: State, _ home: Int) {
        var after = state
        after.crashesLeft -= 1
        after.forgetSharer(home)
        for era in plan.eras.indices where plan.eras[era].home == home {
            after.eras[era].held = 0
        }
        let former = state.homes[home]
        after.homes[home] = State.Home()
        after.homes[home].era = former.era
        after.homes[home].incarnation = former.incarnation
        after.homes[home].said = former.said
        after.homes[home].isAlive = false
        add(Move(kind: .crash, home: home), after)
    }

    func restart(_ state: State, _ home: Int) {
        var after = state
        after.homes[home].isAlive = true
        after.homes[home].incarnation += 1
        after.homes[home].quiet = CopyModelPlan.lease
        add(Move(kind: .restart, home: home), after)
    }
}
