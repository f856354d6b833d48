/// How far ahead of its reader one run is guessed.
///
/// Counted in steps of the run, whatever a step is. The window doubles each time the reader has
/// used up half of what was guessed, up to the reach, so that guesses come in batches that share
/// messages, and a run that ends soon has cost little. The same idea as an operating system's
/// read-ahead of files.
struct GuessWindow: Equatable {
    /// Steps that are kept ahead; 0 before the first guess.
    private(set) var size = 0
    /// Steps ahead of the reader that have been guessed.
    private(set) var guessed = 0
    /// Whether the last batch was cut short for want of room.
    private var isShort = false

    /// The reader has gone on.
    mutating func advance(by steps: Int) {
        guessed = max(0, guessed &- steps)
    }

    /// The reader has left the run: the next one begins with half the window.
    mutating func onBreak() {
        size /= 2
        guessed = 0
        isShort = false
    }

    /// Fewer steps than taken could be guessed, as the run is not known any further.
    mutating func onEnd(guessed: Int) {
        self.guessed = guessed
        isShort = false
    }

    /// The next batch.
    ///
    /// - Parameters:
    ///   - pace: how far ahead and how many.
    ///   - first: the window at the beginning of a run.
    /// - Returns: steps ahead of the reader to guess now; nil when it is not time.
    mutating func take(_ pace: inout Pace, first: Int) -> ClosedRange<Int>? {
        if !isShort {
            guard guessed &* 2 <= size else { return nil }
            size = min(max(size &* 2, first), pace.reach)
        }
        if size >= pace.reach { pace.isAtReach = true }
        let end = min(size, guessed &+ pace.room)
        isShort = end < size
        guard end > guessed else { return nil }
        defer { guessed = end }
        return (guessed &+ 1)...end
    }
}
