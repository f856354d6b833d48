/// How far a matrix has come.
public struct MatrixProgress: Sendable, Equatable {
    /// What is being done.
    public enum Stage: String, Sendable, Equatable {
        /// Keys are inserted.
        case loading
        /// The mechanisms of the next cell come in force.
        case switching
        /// The cell's load runs, and is not measured yet.
        case warming
        /// The cell is measured.
        case measuring
        /// Settings are put back and keys deleted.
        case cleaning
    }

    /// What is being done.
    public var stage: Stage
    /// The cell that it is done for; nil before the first and after the last one.
    public var cell: MatrixCellID?
    /// The round, from 1.
    public var round: Int
    /// Cells that are through, over all rounds.
    public var cellsDone: Int
    /// Cells of all rounds.
    public var cellsTotal: Int
    /// Requests of the stage that are answered.
    public var done: Int
    /// Requests of the stage; 0 when it has none.
    public var total: Int
    /// About how many seconds the cells take that are left; nil before one is through.
    public var secondsLeft: Double?
    /// What is measured so far, when a cell has just been finished; else nil.
    public var report: MatrixReport?
}
