import NIOConcurrencyHelpers
import Synchronization

/// An open loop: asks for all keys in turn at a fixed rate, whether or when answers come, and
/// keeps the gaps of each key.
///
/// Every second operation is a write, and a key is read and written in turn.
public final class OutageLoad: Sendable {
    /// One operation that falls due.
    public struct Request: Sendable {
        /// Which client is to ask, from 0.
        public var client: Int
        /// Which key is meant, from 0.
        public var key: Int
        /// Whether it is a write.
        public var isWrite: Bool
    }

    /// Most operations under way; what falls due beyond that is not begun.
    public static let underWayMax = 50_000
    /// How often is looked what falls due.
    private static let tick: Duration = .milliseconds(2)

    private let plan: OutagePlan
    private let perform: @Sendable (Request) async -> OutageFailure?
    /// In a lock that the thread sanitizer knows.
    private let gaps: NIOLockedValueBox<KeyGaps>
    private let underWay = Atomic(0)
    private let start = ContinuousClock.now

    /// Makes a load.
    ///
    /// - Parameters:
    ///   - plan: rate, keys and clients.
    ///   - perform: carries an operation out; nil when it succeeded.
    public init(
        _ plan: OutagePlan, perform: @escaping @Sendable (Request) async -> OutageFailure?
    ) {
        self.plan = plan
        self.perform = perform
        gaps = NIOLockedValueBox(KeyGaps(keys: plan.keys, spacing: plan.spacingMicroseconds))
    }

    /// Asks until the task is cancelled, and ends when the last operation has.
    public func run() async {
        await withDiscardingTaskGroup { group in
            let begin = now
            var next = 0
            while !Task.isCancelled {
                let due = (now - begin) * plan.rate / 1_000_000
                while next < due {
                    launch(next, in: &group)
                    next += 1
                }
                // A cancelled sleep returns at once, and the loop's condition then ends the loop.
                try? await Task.sleep(for: Self.tick)
            }
        }
    }

    /// Begins a trial: from now on nothing is disturbed.
    public func beginCalm() { begin(.calm) }

    /// A node is about to be hit.
    public func beginFault() { begin(.fault) }

    /// A node is about to be let back.
    public func beginReturn() { begin(.return) }

    /// Ends a trial.
    ///
    /// - Parameter node: which one was hit.
    /// - Returns: its gaps and counts.
    public func finish(node: String) -> OutageTrial {
        let time = now
        let (result, fault) = gaps.withLockedValue { gaps in
            (gaps.finish(at: time), gaps.start(.fault) ?? time)
        }
        return OutageTrial(node: node, result.longest, result.counts, faultAt: fault)
    }

    private func begin(_ window: KeyGaps.Window) {
        let time = now
        gaps.withLockedValue { $0.begin(window, at: time) }
    }

    private func launch(_ number: Int, in group: inout DiscardingTaskGroup) {
        let (round, key) = number.quotientAndRemainder(dividingBy: plan.keys)
        let request = Request(
            client: number % plan.clients, key: key, isWrite: (round + key).isMultiple(of: 2))
        guard underWay.add(1, ordering: .relaxed).newValue <= Self.underWayMax else {
            underWay.subtract(1, ordering: .relaxed)
            gaps.withLockedValue { $0.onFailure(.notBegun) }
            return
        }
        group.addTask { [self] in
            let failure = await perform(request)
            let time = now
            gaps.withLockedValue { gaps in
                if let failure {
                    gaps.onFailure(failure)
                } else {
                    gaps.onSuccess(key: request.key, at: time)
                }
            }
            underWay.subtract(1, ordering: .relaxed)
        }
    }

    /// Microseconds since the load was made.
    private var now: Int { Int((ContinuousClock.now - start) / .microseconds(1)) }
}
