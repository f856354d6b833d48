import Checker
import NIOConcurrencyHelpers

/// Writes down what clients ask and are told, in the order in which it happens.
final class Recorder: Sendable {
    /// How many operations ended how.
    struct Counts: Equatable {
        var answered = 0
        var notDone = 0
        var unknown = 0
        /// Begun and not ended yet.
        var underWay = 0

        var ended: Int { answered + notDone + unknown }
    }

    private struct State {
        var history = History()
        var counts = Counts()
    }

    // A lock that the thread sanitizer knows.
    private let state = NIOLockedValueBox(State())
    private let start = ContinuousClock.now

    /// What was recorded so far.
    var history: History { state.withLockedValue { $0.history } }

    /// How many operations ended how, so far.
    var counts: Counts { state.withLockedValue { $0.counts } }

    /// Records one operation from its beginning to its end.
    ///
    /// - Parameters:
    ///   - client: who asks; one operation at a time.
    ///   - action: what is asked.
    ///   - key: of which key.
    ///   - ask: asks it; is called once.
    func record(
        client: Int, _ action: Action, on key: [UInt8], _ ask: () async -> Outcome
    ) async {
        let id = state.withLockedValue { state in
            state.counts.underWay += 1
            return state.history.begin(client: client, key: key, action, at: time)
        }
        let outcome = await ask()
        state.withLockedValue { state in
            state.history.complete(id, outcome, at: time)
            state.counts.underWay -= 1
            switch outcome {
            case .answered: state.counts.answered += 1
            case .notDone: state.counts.notDone += 1
            case .unknown: state.counts.unknown += 1
            }
        }
    }

    /// Microseconds since this recorder was made.
    private var time: Int { Int((ContinuousClock.now - start) / .microseconds(1)) }
}
