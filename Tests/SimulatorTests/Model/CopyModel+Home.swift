/// Writes and reads at the home, and what it gives away: rules 8 to 10 and 15 (a) to (c) and (f).
extension CopyModel {
    func addService(_ state: State, _ home: Int) {
        guard isLeading(state, home) else { return }
        let era = Int(state.homes[home].era)
        guard state.eras[era].isChosen else { return }
        store(state, home, era)
        guard isServing(state, home) else { return }
        commit(state, home, era)
        write(state, home, era)
        guard state.eras[era].committed == state.eras[era].length else { return }
        if state.eras[era].held > 0 {
            var after = state
            let content = state.newest(era: era)
            show(&after, content, since: state.floor, "the home answers a read")
            add(Move(kind: .read, home: home, number: Int(content)), after)
        }
    }

    /// A majority takes another record, unless it follows a later generation.
    private func store(_ state: State, _ home: Int, _ era: Int) {
        guard state.eras[era].durable < state.eras[era].length, !isSealed(state, era) else {
            return
        }
        var after = state
        after.eras[era].durable += 1
        add(Move(kind: .store, home: home, number: Int(after.eras[era].durable)), after)
    }

    private func commit(_ state: State, _ home: Int, _ era: Int) {
        let position = UInt8(min(answerable(state, home, era), Int(UInt8.max)))
        guard position > state.eras[era].committed else { return }
        var after = state
        after.eras[era].committed = position
        for done in (state.eras[era].committed + 1)...position {
            let write = state.write(era: era, position: done)
            show(&after, write, since: 0, "write \(write) is answered")
            push(&after, write, home, isNewest: done == state.eras[era].length)
        }
        add(Move(kind: .commit, home: home, number: Int(position)), after)
    }

    private func answerable(_ state: State, _ home: Int, _ era: Int) -> Int {
        let durable = Int(state.eras[era].durable)
        if plan.lacks(.inheritedWaits) {
            var isWaiting = false
            for place in 0..<4 where state.isAwaited(place, home) {
                if Int(state.announcements[place].gate) == durable { isWaiting = true }
            }
            if !isWaiting { return durable }
        }
        return min(durable, gate(state, home))
    }

    /// Rule 15 (e): who had a copy gets the new value.
    private func push(_ state: inout State, _ write: UInt8, _ home: Int, isNewest: Bool) {
        let place = Int(write) - 1
        guard state.announcements[place].push == .wanted else { return }
        let isOpen =
            state.homes[home].session == state.announcements[place].session
            && !state.homes[home].isOver && state.homes[home].lent > 0
        let isSent = isNewest && isOpen && !plan.isAbsent(write)
        state.announcements[place].push = isSent ? .sent : .none
        if isSent { state.homes[home].isRegistered = true }
    }

    private func write(_ state: State, _ home: Int, _ era: Int) {
        guard Int(state.issued) < plan.writes.count else { return }
        let place = Int(state.issued)
        let newest = state.newest(era: era)
        if plan.writes[place] == .delete, plan.isAbsent(newest) { return }
        var after = state
        after.issued += 1
        after.eras[era].length += 1
        let position = after.eras[era].length
        after.writes[place] = State.Write(
            era: UInt8(era), position: position, predecessor: newest)
        let version = State.version(era: era, position: position, turn: 0)
        tell(&after, place, home, version: version, gate: position)
        if after.announcements[place].isSent, plan.pushes {
            after.announcements[place].push = .wanted
        }
        add(Move(kind: .write, home: home, number: place + 1), after)
    }

    /// Rule 15 (c): the sharer is told before anything changes for anyone.
    private func tell(
        _ state: inout State, _ place: Int, _ home: Int, version: UInt8, gate: UInt8
    ) {
        guard state.homes[home].isRegistered, state.homes[home].lent > 0 else { return }
        state.homes[home].isRegistered = false
        state.announcements[place].isSent = true
        state.announcements[place].isAwaited = true
        state.announcements[place].home = UInt8(home)
        state.announcements[place].session = state.homes[home].session
        state.announcements[place].version = version
        state.announcements[place].gate = gate
    }

    // MARK: The sharer

    func addSharing(_ state: State, _ home: Int) {
        for place in 0..<4 where state.announcements[place].isDropped {
            hearDropped(state, home, place)
        }
        if state.question.stage == .asked, Int(state.question.home) == home {
            if state.question.isFill {
                answerFill(state, home)
            } else {
                answerRenewal(state, home)
            }
        }
        if state.takeBacksLeft > 0, isLeading(state, home) { takeBack(state, home) }
    }

    private func hearDropped(_ state: State, _ home: Int, _ dropped: Int) {
        let session = state.announcements[dropped].session
        guard Int(state.announcements[dropped].home) == home,
            session == state.homes[home].session
        else { return }
        var after = state
        for place in 0..<4 where state.isAwaited(place, home) {
            if place == dropped || plan.lacks(.matchedDrops) {
                after.announcements[place].isAwaited = false
            }
        }
        if after != state {
            add(Move(kind: .hearDropped, home: home, number: dropped + 1), after)
        }
    }

    /// Too many keys have sharers.
    private func takeBack(_ state: State, _ home: Int) {
        guard state.homes[home].isRegistered, state.homes[home].lent > 0 else { return }
        var after = state
        after.takeBacksLeft -= 1
        after.homes[home].turn += 1
        let era = Int(state.homes[home].era)
        var position = state.eras[era].length
        var gate = position + 1
        if !state.eras[era].isChosen {
            // While the slot settles, its copy is still that of an earlier generation.
            for earlier in 0..<era where state.eras[earlier].isChosen {
                position = state.eras[earlier].length
            }
            gate = plan.lacks(.takenBackWaits) ? position + 1 : 0
        }
        let version = State.version(era: era, position: position, turn: after.homes[home].turn)
        tell(&after, 3, home, version: version, gate: gate)
        add(Move(kind: .takeBack, home: home), after)
    }

    /// Rule 15 (b): a read that registers who asks.
    private func answerFill(_ state: State, _ home: Int) {
        let era = Int(state.homes[home].era)
        guard isServing(state, home), state.eras[era].held > 0,
            state.eras[era].committed == state.eras[era].length
        else { return }
        var after = state
        let content = state.newest(era: era)
        after.question.stage = .answered
        after.question.content = content
        after.question.asOf = State.version(
            era: era, position: state.eras[era].length, turn: state.homes[home].turn)
        after.question.lease = give(&after, home)
        if after.homes[home].lent > state.eras[era].held, !plan.lacks(.boundedLease) {
            after.question.lease = 0
        }
        if after.question.lease > 0, !plan.isAbsent(content) || !plan.lacks(.absence) {
            after.homes[home].isRegistered = true
        }
        add(Move(kind: .answerFill, home: home, number: Int(content)), after)
    }

    private func answerRenewal(_ state: State, _ home: Int) {
        var after = state
        after.question.stage = .answered
        after.question.lease = give(&after, home)
        add(Move(kind: .answerRenewal, home: home), after)
    }

    /// Rule 15 (a): time in the session that is asked in, no more than the home has itself.
    ///
    /// - Returns: how much; 0 when nothing can be lent.
    private func give(_ state: inout State, _ home: Int) -> UInt8 {
        let session = state.question.session
        if session < state.homes[home].session { return 0 }
        if session > state.homes[home].session {
            // A newer session: the copies of the one before are dropped already.
            state.forgetSharer(home)
            state.homes[home].session = session
            state.homes[home].lent = 0
            state.homes[home].isOver = false
            state.homes[home].isLeft = false
        }
        if state.homes[home].isOver { return 0 }
        if state.homes[home].quiet > 0, !plan.lacks(.quietLending) { return 0 }
        var time = CopyModelPlan.lease
        if isLeading(state, home), !plan.lacks(.boundedLease) {
            time = min(time, state.eras[Int(state.homes[home].era)].held)
        }
        state.homes[home].lent = max(state.homes[home].lent, time)
        return time
    }
}
