/// A step of a model.
protocol SearchMove {
    /// The step in words, for a counterexample.
    var words: String { get }
}

/// A move, where it leads, and which promise it breaks.
struct SearchStep<State, Move> {
    let move: Move
    let state: State
    /// What is wrong with it; nil when nothing is.
    let violation: String?
}

/// What ``ModelSearch`` can go through: a first state, and what may happen in each.
protocol SearchModel {
    associatedtype State: Hashable
    associatedtype Move: SearchMove

    var first: State { get }

    /// All steps that a state allows, each with the state that it leads to.
    func steps(from state: State) -> [SearchStep<State, Move>]

    /// What is wrong with a state by itself; nil when nothing is.
    func fault(of state: State) -> String?
}
