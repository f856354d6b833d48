/// Copies of one key, written down as what may happen in a state (`PROTOCOL`, rule 15), beside the
/// production code and much smaller.
///
/// How replicas follow is the other model's business (``SlotModel``): here a write is stored by a
/// majority at some time, and a new generation begins with some content between what a majority has
/// and what its last home had. Clocks agree: what a lease's holder takes off is not modelled. One
/// sharer is enough, as the home keeps an account of each.
final class CopyModel: SearchModel {
    typealias State = CopyModelState
    typealias Move = CopyModelMove

    let plan: CopyModelPlan
    /// What is wrong with the step that is being made; nil when nothing is.
    var violation: String?
    private var found: [SearchStep<State, Move>] = []

    init(_ plan: CopyModelPlan) {
        self.plan = plan
        precondition(plan.writes.count <= State.Limits.writes)
        precondition(plan.eras.count <= State.Limits.eras)
    }

    var first: State {
        var state = State()
        state.eras[0].isChosen = true
        state.questionsLeft = UInt8(plan.questions)
        state.crashesLeft = UInt8(plan.crashes)
        state.takeBacksLeft = UInt8(plan.takeBacks)
        return state
    }

    func steps(from state: State) -> [SearchStep<State, Move>] {
        found.removeAll(keepingCapacity: true)
        tick(state)
        for home in 0..<2 where plan.eras.contains(where: { $0.home == home }) {
            if state.homes[home].isAlive {
                addLife(state, home)
                addService(state, home)
                addSharing(state, home)
            } else {
                restart(state, home)
            }
        }
        addQuestions(state)
        addHearing(state)
        addCopyReads(state)
        return found
    }

    func fault(of state: State) -> String? { nil }

    /// Notes a step.
    func add(_ move: Move, _ state: State) {
        var state = state
        forgetPast(&state)
        found.append(SearchStep(move: move, state: state, violation: violation))
        violation = nil
    }

    /// Of what can make no difference any more one state will do.
    private func forgetPast(_ state: inout State) {
        for era in plan.eras.indices where Int(state.homes[plan.eras[era].home].era) > era {
            state.eras[era].held = 0
            guard isSealed(state, era) else { continue }
            state.eras[era] = State.Era()
            state.eras[era].isChosen = true
        }
        for place in 0..<4 where state.announcements[place].isSent {
            let home = Int(state.announcements[place].home)
            let session = state.announcements[place].session
            if session < state.homes[home].session, session < state.sessions[home].number {
                state.announcements[place] = State.Announcement()
            }
        }
    }

    /// A client is shown a content, or promised a write.
    ///
    /// - Parameters:
    ///   - state: the state after it.
    ///   - content: what is shown.
    ///   - floor: what had been shown when the client asked: the answer must contain that.
    ///   - event: what happens, in words.
    func show(_ state: inout State, _ content: UInt8, since floor: UInt8, _ event: String) {
        if !state.isWithin(floor, content) {
            violation = "\(event) without write \(floor), which was seen before"
        } else if state.isWithin(state.floor, content) {
            state.floor = content
        } else if !state.isWithin(content, state.floor) {
            violation = "\(event): writes \(content) and \(state.floor) exclude each other"
        }
    }

    // MARK: What follows from a state

    /// Whether a node leads the generation that it acts by.
    func isLeading(_ state: State, _ home: Int) -> Bool {
        let era = plan.eras[Int(state.homes[home].era)]
        return state.homes[home].isAlive && era.home == home
            && UInt8(era.incarnation) == state.homes[home].incarnation
    }

    /// Whether it may be asked anything: nothing of the generation before is waited for any more.
    func isServing(_ state: State, _ home: Int) -> Bool {
        isLeading(state, home) && state.eras[Int(state.homes[home].era)].isChosen
            && gate(state, home) >= 0
    }

    /// Up to where its slot may be committed, as the sharer is waited for; -1 for not at all.
    func gate(_ state: State, _ home: Int) -> Int {
        var least = Int(UInt8.max)
        if plan.lacks(.waits) { return least }
        for place in 0..<4 where state.isAwaited(place, home) {
            least = min(least, Int(state.announcements[place].gate) - 1)
        }
        return least
    }

    // MARK: Time

    /// Everything that lasts is a tick shorter; a home notices at once that a lease is over.
    private func tick(_ state: State) {
        var after = state
        for era in plan.eras.indices {
            countDown(&after.eras[era].lent)
            countDown(&after.eras[era].held)
        }
        for home in 0..<2 {
            countDown(&after.homes[home].quiet)
            countDown(&after.sessions[home].left)
            if after.homes[home].lent > 0 {
                after.homes[home].lent -= 1
                if after.homes[home].lent == 0 { after.endLease(home) }
            }
        }
        if after.question.stage != .none {
            after.question.age = min(after.question.age + 1, CopyModelPlan.lease)
        }
        if after != state { add(Move(kind: .tick), after) }
    }

    private func countDown(_ ticks: inout UInt8) {
        if ticks > 0 { ticks -= 1 }
    }
}

extension CopyModelState {
    func isAwaited(_ place: Int, _ home: Int) -> Bool {
        announcements[place].isAwaited && Int(announcements[place].home) == home
    }

    /// The sharer's lease is over, or it has begun another session.
    mutating func forgetSharer(_ home: Int) {
        homes[home].isRegistered = false
        for place in 0..<4 where isAwaited(place, home) { announcements[place].isAwaited = false }
    }

    fileprivate mutating func endLease(_ home: Int) {
        forgetSharer(home)
        homes[home].isOver = true
        homes[home].isLeft = false
    }
}
