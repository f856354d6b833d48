/// What the sharer asks, hears and answers: rule 15 (b), (d) and (e).
extension CopyModel {
    func addQuestions(_ state: State) {
        for era in (Int(state.sharerEra) + 1)..<max(plan.eras.count, Int(state.sharerEra) + 1) {
            var after = state
            after.sharerEra = UInt8(era)
            // Reads go to the new home instead.
            if Int(state.question.home) != plan.eras[era].home {
                after.question = State.Question()
            }
            add(Move(kind: .sharerAdopts, number: era), after)
        }
        guard state.questionsLeft > 0 else { return }
        var after = state
        if state.question.stage != .none {
            after.question = State.Question()
            add(Move(kind: .giveUp), after)
            return
        }
        let home = plan.eras[Int(state.sharerEra)].home
        let session = state.sessions[home]
        guard Int(session.number) <= plan.sessions else { return }
        after.questionsLeft -= 1
        after.question.stage = .asked
        after.question.home = UInt8(home)
        after.question.session = session.number
        after.question.isFill = true
        after.question.floor = state.floor
        add(Move(kind: .ask, home: home), after)
        if plan.renews {
            after.question.isFill = false
            after.question.floor = 0
            add(Move(kind: .askTime, home: home), after)
        }
    }

    // MARK: What homes say

    func addHearing(_ state: State) {
        if state.question.stage == .answered { hearAnswer(state) }
        for place in 0..<4 where state.announcements[place].isSent {
            hearInvalidation(state, place)
            if state.announcements[place].push == .sent { hearPush(state, place) }
        }
    }

    private func hearAnswer(_ state: State) {
        let question = state.question
        let home = Int(question.home)
        var after = state
        after.question = State.Question()
        extend(&after, home, question)
        if question.isFill {
            show(&after, question.content, since: question.floor, "S answers as the home said")
            keep(&after, home, question)
        }
        add(Move(kind: .hearAnswer, home: home), after)
    }

    private func extend(_ state: inout State, _ home: Int, _ question: State.Question) {
        let session = state.sessions[home]
        guard question.session == session.number, question.lease > 0 else { return }
        if session.isTimed, session.left == 0 {
            end(&state, home)
        } else if question.lease > question.age {
            state.sessions[home].isTimed = true
            state.sessions[home].left = max(session.left, question.lease - question.age)
        }
    }

    private func keep(_ state: inout State, _ home: Int, _ question: State.Question) {
        let session = state.sessions[home]
        guard question.asOf >= session.announced || plan.lacks(.lateFills),
            plan.eras[Int(state.sharerEra)].home == home
        else { return }
        let isKnown = question.lease > 0 && question.session == session.number
        guard isKnown, session.left > 0 || plan.lacks(.deadFills) else {
            state.copy = State.Copy()
            return
        }
        state.copy = State.Copy(
            isThere: true, content: question.content, home: question.home,
            session: question.session)
    }

    /// The copy goes before that is said.
    private func hearInvalidation(_ state: State, _ place: Int) {
        let announcement = state.announcements[place]
        let home = Int(announcement.home)
        var after = state
        if state.sessions[home].number == announcement.session {
            after.sessions[home].announced = max(
                state.sessions[home].announced, announcement.version)
        }
        if state.copy.isThere, Int(state.copy.home) == home { after.copy = State.Copy() }
        after.announcements[place].isDropped = true
        if after != state {
            add(Move(kind: .hearInvalidation, home: home, number: place + 1), after)
        }
    }

    private func hearPush(_ state: State, _ place: Int) {
        let announcement = state.announcements[place]
        let home = Int(announcement.home)
        let session = state.sessions[home]
        guard plan.eras[Int(state.sharerEra)].home == home,
            session.number == announcement.session, session.left > 0,
            announcement.version >= session.announced || plan.lacks(.latePushes)
        else { return }
        var after = state
        after.copy = State.Copy(
            isThere: true, content: UInt8(place + 1), home: announcement.home,
            session: session.number)
        if after != state { add(Move(kind: .hearPush, home: home, number: place + 1), after) }
    }

    // MARK: Reads

    func addCopyReads(_ state: State) {
        for home in 0..<2 where state.sessions[home].isTimed && state.questionsLeft > 0 {
            let isTold =
                state.homes[home].isOver
                && state.homes[home].session == state.sessions[home].number
            if state.sessions[home].left == 0 || isTold {
                var after = state
                end(&after, home)
                add(Move(kind: .endSession, home: home), after)
            }
        }
        let copy = state.copy
        let home = Int(copy.home)
        guard copy.isThere, plan.eras[Int(state.sharerEra)].home == home,
            copy.session == state.sessions[home].number || plan.lacks(.lapse),
            state.sessions[home].left > 0
        else { return }
        var after = state
        show(&after, copy.content, since: state.floor, "S answers a read from its copy")
        add(Move(kind: .readCopy, home: home, number: Int(copy.content)), after)
    }

    /// Rule 15 (d): nothing of an ended session is used or taken any more.
    private func end(_ state: inout State, _ home: Int) {
        state.sessions[home] = State.Session(number: state.sessions[home].number + 1)
        if !plan.lacks(.lapse), Int(state.copy.home) == home { state.copy = State.Copy() }
    }
}
