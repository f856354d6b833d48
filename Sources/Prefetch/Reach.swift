/// How far ahead runs are guessed: far enough that guesses come before their reader, and not so
/// far that copies make way for others before they are read.
///
/// Neither the round trip nor the room is known; late guesses show the one, wasted ones the other.
struct Reach: Sendable, Equatable {
    /// Outcomes that are judged together.
    private static let outcomesMin = 64

    /// Keys ahead of the reader.
    private(set) var value: Int
    /// Whether some run has been guessed that far ahead since the last change.
    var isReached = false
    private var late = 0
    private var right = 0
    private var wrong = 0
    /// Outcomes still to come of guesses that were made before the last change.
    private var outcomesBefore = 0
    /// Reads before which it does not grow, as it has just been too far; and how long next time.
    private var holdEnd = 0
    private var holdReads: Int
    private let holdReadsMax: Int
    private let lateMax: Int
    private let wasteMax: Double
    private let values: ClosedRange<Int>

    init(limits: PrefetchLimits) {
        let least = max(1, limits.reachMin)
        values = least...max(least, limits.reachMax)
        value = least
        holdReads = limits.reachHoldReadsMin
        holdReadsMax = limits.reachHoldReadsMax
        lateMax = limits.lateMax
        wasteMax = limits.wasteMax
    }

    /// A guess was late.
    ///
    /// Late guesses of runs that have only begun do not count, nor do those that were made before
    /// the last change.
    mutating func onLate(reads: Int, outstanding: Int) {
        guard isReached, outcomesBefore == 0, reads >= holdEnd else { return }
        late += 1
        if late >= lateMax { change(to: value * 2, outstanding: outstanding) }
    }

    /// A guess has served a client, or was dropped unread.
    mutating func onOutcome(isRight: Bool, reads: Int, outstanding: Int) {
        guard outcomesBefore == 0 else {
            outcomesBefore -= 1
            return
        }
        if isRight { right += 1 } else { wrong += 1 }
        guard right + wrong >= Self.outcomesMin else { return }
        let isWasteful = Double(wrong) > wasteMax * Double(right + wrong)
        (right, wrong) = (0, 0)
        guard isWasteful else { return }
        change(to: value / 2, outstanding: outstanding)
        holdEnd = reads + holdReads
        holdReads = min(holdReads * 2, holdReadsMax)
    }

    private mutating func change(to value: Int, outstanding: Int) {
        self.value = min(max(value, values.lowerBound), values.upperBound)
        (late, right, wrong) = (0, 0, 0)
        isReached = false
        outcomesBefore = outstanding
    }
}
