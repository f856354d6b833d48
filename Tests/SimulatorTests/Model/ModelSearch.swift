import Testing

/// Goes through every state that a model allows, nearest first.
struct ModelSearch<Model: SearchModel> {
    /// What a search came to.
    struct Outcome {
        /// Distinct states.
        var states = 0
        /// Steps to the farthest of them.
        var depth = 0
        /// Whether all states were gone through.
        var isExhausted = false
        /// What went wrong first; nil when nothing did.
        var violation: String?
        /// The shortest way there, in words.
        var trace: [String] = []

        /// Expects that nothing went wrong in all states, or in as many as were allowed.
        func expectNoViolation(_ name: String, mayBeCut: Bool) {
            #expect(violation == nil, "\(violation ?? ""): \(trace.joined(separator: "; "))")
            #expect(isExhausted || mayBeCut)
            let bound = isExhausted ? "all of them" : "and more"
            print("\(name): \(states) states in \(depth) steps, \(bound)")
        }
    }

    let model: Model
    /// Distinct states after which the search gives up.
    var statesMax = 2_000_000

    func run() -> Outcome {
        var outcome = Outcome()
        var seen: Set<Model.State> = [model.first]
        var states = [model.first]
        /// Of each state but the first: from where, and how.
        var origins: [(parent: Int, move: Model.Move)] = []
        var levelEnd = 1
        var next = 0
        while next < states.count {
            if next == levelEnd {
                outcome.depth += 1
                levelEnd = states.count
            }
            for step in model.steps(from: states[next]) where outcome.violation == nil {
                let isNew = seen.insert(step.state).inserted
                if isNew || step.violation != nil {
                    states.append(step.state)
                    origins.append((next, step.move))
                    outcome.violation = step.violation ?? model.fault(of: step.state)
                }
            }
            if outcome.violation != nil {
                outcome.trace = trace(to: states.count - 1, origins)
                outcome.depth = outcome.trace.count
                break
            }
            next += 1
            if states.count > statesMax { break }
        }
        outcome.states = states.count
        outcome.isExhausted = next == states.count
        return outcome
    }

    private func trace(to last: Int, _ origins: [(parent: Int, move: Model.Move)]) -> [String] {
        var place = last
        var words: [String] = []
        while place > 0 {
            words.append(origins[place - 1].move.words)
            place = origins[place - 1].parent
        }
        return words.reversed()
    }
}

extension ModelSearch where Model == SlotModel {
    init(plan: ModelPlan, statesMax: Int = 2_000_000) {
        self.init(model: SlotModel(plan), statesMax: statesMax)
    }
}
