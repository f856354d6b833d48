/// The protocol for one slot, written down as what may happen in a state (`PROTOCOL`, rules 1 to
/// 13), beside the production code and much smaller.
///
/// Messages are not in the state. A record, an install or an acknowledgement that was ever sent may
/// arrive at any time or never, as often as it likes: what it says follows from its generation, so
/// it is enough to remember that. A lease is held or not: its giver's clock outlasts its holder's.
final class SlotModel: SearchModel {
    let plan: ModelPlan
    /// What is wrong with the step that is being made; nil when nothing is.
    var violation: String?
    private var found: [Step] = []

    typealias Step = SearchStep<ModelState, ModelMove>

    init(_ plan: ModelPlan) {
        self.plan = plan
    }

    /// The cluster as founded: settled, every member of the first set with base 1.
    var first: ModelState {
        var state = ModelState()
        state.decided = 1
        state.crashesLeft = plan.crashes
        state.abandonsLeft = plan.abandons
        state.setChosen(0, base: 0, position: 0, 0)
        state.serve(0)
        state.setCommitted(0, 0)
        for node in 0..<plan.nodes {
            state.setAlive(true, node)
            state.setIncarnation(1, node)
            guard plan.eras[0].replicas & (1 << node) != 0 else { continue }
            let copy = ModelState.Copy(base: 1, position: 0, content: 0)
            state.setMemory(copy, node)
            state.setDisk(copy, node)
            state.setDurable(0, 0, node)
        }
        return state
    }

    /// All steps that a state allows, each with the state that it leads to.
    func steps(from state: ModelState) -> [Step] {
        found.removeAll(keepingCapacity: true)
        addDecisions(state)
        for node in 0..<plan.nodes {
            if state.isAlive(node) {
                addLife(state, node)
                addFollowing(state, node)
            } else {
                restart(state, node)
            }
        }
        for era in plan.eras.indices where isLeading(state, era) {
            addSettling(state, era)
            if state.chosen(era) != nil { addService(state, era) }
        }
        return found
    }

    /// Notes a step; without slow disks whatever is written is durable at once.
    func add(_ move: ModelMove, _ state: ModelState) {
        var state = state
        if !plan.hasSlowDisks {
            for node in 0..<plan.nodes where state.isAlive(node) { sync(&state, node) }
        }
        found.append(Step(move: move, state: state, violation: violation))
        violation = nil
    }

    // MARK: What follows from a state

    func era(_ state: ModelState, _ node: Int) -> Int { plan.eraOfEpoch[state.epoch(node)] }

    /// What an index's digest tells apart: a deleted key is as if it had never been.
    func digest(_ content: Int) -> Int {
        content > 0 && plan.writes[content - 1] == .delete ? 0 : content
    }

    /// Rule 3: whether the home of a generation leads it, be it to settle or to serve.
    func isLeading(_ state: ModelState, _ era: Int) -> Bool {
        let home = plan.eras[era].home
        guard state.isAlive(home), self.era(state, home) == era else { return false }
        return state.incarnation(home) == plan.eras[era].incarnation
            || (plan.lacks(.nameOfProcess)
                && state.incarnation(home) > plan.eras[era].incarnation)
    }

    /// The content of a generation as of a position of its stream.
    func content(_ state: ModelState, _ era: Int, _ position: Int) -> Int {
        position == 0 ? state.chosen(era) ?? 0 : state.log(era, position)
    }

    func isMajority(_ nodes: Int, _ era: Int) -> Bool {
        (nodes & plan.eras[era].replicas).nonzeroBitCount >= plan.eras[era].majority
    }

    func isMember(_ node: Int, _ era: Int) -> Bool { plan.eras[era].replicas & (1 << node) != 0 }

    func sync(_ state: inout ModelState, _ node: Int) {
        let copy = state.memory(node)
        state.setDisk(copy, node)
        if copy.base > 0, isMember(node, copy.base - 1) {
            state.setDurable(copy.position, copy.base - 1, node)
        }
    }
}
