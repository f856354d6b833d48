/// Says how much may be guessed, and stops a predictor that does more harm than good.
///
/// A predictor begins with a *trial* of a few guesses. Once enough of them were right it is *open*;
/// when too few were, in the trial or later, it is *stopped*: it sees no reads for a while, twice
/// as long after each failure, and then has another trial. So reads that cannot be guessed cost a
/// trial per pause and nearly nothing between.
///
/// Time is counted in reads. Outcomes are counts: which guess came to what does not matter here.
struct Governor: Sendable {
    private enum State { case trial, open, stopped }

    /// Reads between two looks at guesses that nobody reads; a power of two.
    private static let spanReads = 64

    private let limits: PrefetchLimits
    private var state = State.trial
    private var reads = 0
    /// Reads at which the present pause ends.
    private var pauseEnd = 0
    private var pauseReads: Int

    /// Guesses that were right and wrong; halved now and then.
    private var right = 0
    private var wrong = 0
    /// Right guesses since the trial was passed.
    private var rightSinceOpen = 0

    /// Guesses asked for since the trial began, and those of them whose outcome is known.
    private var asked = 0
    private var resolved = 0
    /// Reads at which some were last asked for.
    private var askedAt = 0
    /// Guesses asked for in each of the last spans, and in all spans before.
    private var spans: [Int]
    private var askedBefore = 0
    /// Guesses given up as nobody read them in time; that they are dropped is no news then.
    private var givenUp = 0

    /// Guesses made of which the worker has not said yet how many it asked for.
    private var offered = 0
    private var offeredAt = 0

    private var reach: Reach

    init(limits: PrefetchLimits) {
        self.limits = limits
        pauseReads = limits.pauseReadsMin
        spans = Array(repeating: 0, count: max(1, limits.patienceReads / Self.spanReads))
        reach = Reach(limits: limits)
    }

    /// Whether the predictor has stopped itself.
    var isStopped: Bool { state == .stopped }

    /// What the next guesses must keep to.
    var pace: Pace { Pace(reach: reach.value, room: state == .stopped ? 0 : max(0, room)) }

    private var room: Int {
        let allowed =
            state == .trial
            ? limits.trialGuesses - asked : limits.guessesOutstandingMax - (asked - resolved)
        return min(limits.guessesPerReadMax, allowed - offered)
    }

    /// What the predictor has to do with a read.
    enum Answer { case rest, learn, beginAnew }

    /// Counts a read.
    @inline(__always)
    mutating func onRead() -> Answer {
        reads &+= 1
        if state == .stopped {
            guard reads >= pauseEnd else { return .rest }
            beginTrial()
            return .beginAnew
        }
        if reads & (Self.spanReads - 1) == 0 { onSpan() }
        return state == .stopped ? .rest : .learn
    }

    /// The predictor has made guesses.
    mutating func onOffered(_ count: Int, pace: Pace) {
        guard count > 0 else { return }
        offered += count
        offeredAt = reads
        if pace.isAtReach { reach.isReached = true }
    }

    /// The worker has asked for some of the guesses; the others need not be asked for.
    mutating func onAsked(_ count: Int) {
        offered = 0
        guard state != .stopped else {
            givenUp += count
            return
        }
        asked += count
        if count > 0 { askedAt = reads }
        spans[spanIndex] += count
    }

    /// A guess was right, and in time.
    mutating func onUsed() {
        if givenUp > 0, state == .stopped || resolved == asked {
            // One that was given up: it says nothing of those asked for since.
            givenUp -= 1
            return
        }
        guard state != .stopped else { return }
        reach.onOutcome(isRight: true, reads: reads, outstanding: asked - resolved)
        right += 1
        rightSinceOpen += 1
        resolve()
    }

    /// A guess was right, but came too late.
    mutating func onLate() {
        guard state != .stopped else { return }
        reach.onLate(reads: reads, outstanding: asked - resolved)
        onUsed()
    }

    /// A guess was wrong.
    mutating func onWasted() {
        if givenUp > 0 {
            givenUp -= 1
        } else if state != .stopped {
            reach.onOutcome(isRight: false, reads: reads, outstanding: asked - resolved)
            wrong += 1
            resolve()
        }
    }

    private var spanIndex: Int { reads / Self.spanReads % spans.count }

    /// Gives up the guesses that nobody has read in time.
    private mutating func onSpan() {
        askedBefore += spans[spanIndex]
        spans[spanIndex] = 0
        if offered > 0, reads - offeredAt >= limits.offerReadsMax { offered = 0 }
        // The few guesses of a trial are of what comes next: it does not wait as long for them.
        let isTrialOver = state == .trial && reads - askedAt >= limits.trialPatienceReads
        let unread = (isTrialOver ? asked : askedBefore) - resolved
        guard unread > 0 else { return }
        givenUp += unread
        wrong += unread
        resolved += unread
        judge()
    }

    private mutating func resolve() {
        resolved = min(resolved + 1, asked)
        judge()
    }

    private mutating func judge() {
        let enough = limits.accuracyMin * Double(limits.trialGuesses)
        switch state {
        case .trial:
            if Double(right) >= enough {
                state = .open
                rightSinceOpen = 0
            } else if Double(limits.trialGuesses - wrong) < enough {
                stop()
            }
        case .open:
            let outcomes = right + wrong
            guard outcomes >= limits.trialGuesses else { return }
            if Double(right) < limits.accuracyMin * Double(outcomes) {
                stop()
            } else if outcomes >= limits.outcomesMax {
                right /= 2
                wrong /= 2
            }
        case .stopped:
            break
        }
    }

    private mutating func stop() {
        if state == .open, rightSinceOpen >= limits.outcomesMax {
            pauseReads = limits.pauseReadsMin
        }
        state = .stopped
        pauseEnd = reads + pauseReads
        pauseReads = min(pauseReads * 2, limits.pauseReadsMax)
        givenUp += asked - resolved
    }

    private mutating func beginTrial() {
        state = .trial
        (right, wrong, asked, resolved, askedBefore, offered) = (0, 0, 0, 0, 0, 0)
        for index in spans.indices { spans[index] = 0 }
        reach = Reach(limits: limits)
    }
}
