/// What `bench outage` measured.
///
/// A key's *gap* is the time between two successes in a row, less the time that the load leaves
/// between two operations on it. A fault's *outage* is the longest gap that overlaps its window,
/// from the moment that the node is hit until it is let back, less the longest gap of the same run
/// while nothing was disturbed; at least 0. As JSON, times in milliseconds:
///
/// ```
/// {
///   "format": 1,
///   "plan": { what was asked for: every property of OutagePlan },
///   "undisturbed": longest gap of the whole run while nothing was disturbed,
///   "median", "worst": outage over all trials,
///   "medianReturn", "worstReturn": the same of the nodes' coming back,
///   "counts": { "done", "notDone", "unknown", "notBegun": operations as the clients see them },
///   "trials": [ {
///     "node": which one was hit,
///     "outage", "returnOutage": as above,
///     "gap", "returnGap", "calmGap": longest gap that overlaps the fault, the return, neither,
///     "key": the number of the key with that gap,
///     "lastBefore", "firstAfter": its two successes, counted from the fault,
///     "counts": those of this trial
///   } ],
///   "failure": why the run ended early, in words; absent when it did not
/// }
/// ```
public struct OutageReport: Codable, Sendable, Equatable {
    /// The version of this schema.
    public var format = 1
    /// What was asked for.
    public var plan: OutagePlan
    /// Longest undisturbed gap of the run, in milliseconds.
    public var undisturbed = 0.0
    /// Half of the outages were at most so long.
    public var median = 0.0
    /// The longest outage.
    public var worst = 0.0
    /// Half of the returns cost at most so much.
    public var medianReturn = 0.0
    /// What the costliest return cost.
    public var worstReturn = 0.0
    /// Operations of all trials.
    public var counts = OutageCounts()
    /// The trials in their order.
    public var trials: [OutageTrial]
    /// Why the run ended early, in words; nil when it did not.
    public var failure: String?

    /// Computes a report from trials.
    public init(plan: OutagePlan, trials: [OutageTrial], failure: String? = nil) {
        self.plan = plan
        self.failure = failure
        let undisturbed = trials.map(\.calmGap).max() ?? 0
        self.undisturbed = undisturbed
        self.trials = trials.map { trial in
            var trial = trial
            trial.outage = max(0, trial.gap - undisturbed)
            trial.returnOutage = max(0, trial.returnGap - undisturbed)
            return trial
        }
        for trial in trials { counts += trial.counts }
        (median, worst) = Self.middleAndMax(self.trials.map(\.outage))
        (medianReturn, worstReturn) = Self.middleAndMax(self.trials.map(\.returnOutage))
    }

    /// The report as JSON text, keys in alphabetical order.
    ///
    /// - Returns: one object over several lines.
    /// - Throws: what the encoder throws.
    public func json() throws -> String { try encodedJSON(self) }

    private static func middleAndMax(_ values: [Double]) -> (Double, Double) {
        let sorted = values.sorted()
        guard let last = sorted.last else { return (0, 0) }
        let half = sorted.count / 2
        let middle =
            sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
        return (middle, last)
    }
}

/// One fault and what it cost; times in milliseconds.
public struct OutageTrial: Codable, Sendable, Equatable {
    /// The node that was hit.
    public var node: String
    /// Longest gap that overlaps the fault, less the run's longest undisturbed one.
    public var outage = 0.0
    /// The same of the node's coming back.
    public var returnOutage = 0.0
    /// Longest gap that overlaps the fault.
    public var gap: Double
    /// Longest of the others that overlap the return.
    public var returnGap: Double
    /// Longest of the others.
    public var calmGap: Double
    /// The key with the longest gap that overlaps the fault.
    public var key: Int
    /// When that key last succeeded before it, counted from the fault.
    public var lastBefore: Double
    /// When that key first succeeded after it, counted from the fault.
    public var firstAfter: Double
    /// What became of the operations.
    public var counts: OutageCounts

    init(
        node: String, _ longest: [KeyGaps.Window: KeyGaps.Longest], _ counts: OutageCounts,
        faultAt: Int
    ) {
        func milliseconds(_ time: Int) -> Double { Double(time) / 1_000 }
        let fault = longest[.fault] ?? KeyGaps.Longest()
        self.node = node
        self.counts = counts
        gap = milliseconds(fault.length)
        returnGap = milliseconds(longest[.return]?.length ?? 0)
        calmGap = milliseconds(longest[.calm]?.length ?? 0)
        key = fault.key
        lastBefore = fault.length > 0 ? milliseconds(fault.from - faultAt) : 0
        firstAfter = fault.length > 0 ? milliseconds(fault.to - faultAt) : 0
    }
}
