/// What clients rely on. Every write is applied to the content that its home had, so contents form a
/// tree; all that anyone is ever shown must lie on one path of it, and the path only grows.
extension SlotModel {
    /// Whether a content contains a write, by way of what it was made from.
    func isWithin(_ state: ModelState, _ write: Int, _ content: Int) -> Bool {
        var content = content
        while content > write { content = state.predecessor(content) }
        return content == write
    }

    /// A client is shown a content, or promised a write.
    ///
    /// - Parameters:
    ///   - state: the state after it.
    ///   - content: what is shown.
    ///   - floor: what had been shown when the client asked: the answer must contain that.
    ///   - event: what happens, in words.
    func show(_ state: inout ModelState, _ content: Int, since floor: Int, _ event: String) {
        if !isWithin(state, floor, content) {
            violation = "\(event) without write \(floor), which was seen before"
        } else if isWithin(state, state.floor, content) {
            state.floor = content
        } else if !isWithin(state, content, state.floor) {
            violation = "\(event): writes \(content) and \(state.floor) exclude each other"
        }
        refuseUndone(state, content, event)
    }

    /// A generation is settled: its content will be the past of everything later.
    func settled(_ state: inout ModelState, _ content: Int) {
        if !isWithin(state, state.floor, content) {
            violation = "a generation is settled without write \(state.floor), which was seen"
        }
        refuseUndone(state, content, "a generation is settled")
    }

    private func refuseUndone(_ state: ModelState, _ content: Int, _ event: String) {
        for write in plan.writes.indices where state.status(write + 1) == .notDone {
            if isWithin(state, write + 1, content) {
                violation = "\(event) with write \(write + 1), which was called not done"
            }
        }
    }

    /// What is wrong with a state by itself; nil when nothing is.
    func fault(of state: ModelState) -> String? {
        guard plan.hasLeases else { return nil }
        var homes = 0
        for era in plan.eras.indices where isLeading(state, era) && state.isServed(era) {
            let home = plan.eras[era].home
            if isMajority(state.leases(home) | 1 << home, era) { homes += 1 }
        }
        return homes > 1 ? "two homes answer by leases" : nil
    }
}
