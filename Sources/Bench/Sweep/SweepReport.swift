/// What a sweep measured.
///
/// As JSON:
///
/// ```
/// {
///   "format": 1,
///   "plan": { what was asked for: every property of SweepPlan },
///   "failure": why the run ended early, in words; absent when it did not,
///   "lost": [ {"host", "port"} of each server that was lost while others went on ],
///   "results": [ {
///     "point": { "clients", "pipeline", "valueBytes", "operations" },
///     "phase": "insert" | "retrieve" | "update" | "delete",
///     "median": { the medians over the rounds, named as in BenchReport },
///     "rounds": [ { each round's figures } ]
///   } ]
/// }
/// ```
public struct SweepReport: Codable, Sendable, Equatable {
    /// The version of this schema.
    public var format = 1
    /// What was asked for.
    public var plan: SweepPlan
    /// Why the run ended early, in words; nil when it did not.
    public var failure: String?
    /// Servers that did not accept a connection, or died, while others went on.
    public var lost: [BenchAddress] = []
    /// A result for each point and phase, point by point.
    public var results: [SweepResult] = []

    /// Makes a report without results.
    public init(plan: SweepPlan) {
        self.plan = plan
    }

    /// The report as JSON text, keys in alphabetical order.
    ///
    /// - Returns: one object over several lines.
    /// - Throws: what the encoder throws.
    public func json() throws -> String { try encodedJSON(self) }

    /// What the results differ in; clients when there is one point only.
    public var axes: [SweepAxis] {
        let varied = SweepAxis.allCases.filter { axis in
            Set(plan.points.map { axis.value(of: $0) }).count > 1
        }
        return varied.isEmpty ? [.clients] : varied
    }

    /// Adds one round's figures of a point and computes the medians anew.
    mutating func add(_ figures: PhaseResult, at point: SweepPoint) {
        let place = results.firstIndex { $0.point == point && $0.phase == figures.name }
        if let place {
            results[place].rounds.append(figures)
        } else {
            results.append(SweepResult(point: point, rounds: [figures]))
        }
        results[place ?? results.count - 1].computeMedian()
    }

    /// Puts the results in the order of the points, whichever was measured first.
    mutating func sort() {
        let points = Dictionary(
            uniqueKeysWithValues: plan.points.enumerated().map { ($0.element, $0.offset) })
        let places = results.enumerated().map { ($0.offset, points[$0.element.point] ?? 0) }
        let order = places.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        results = order.map { results[$0.0] }
    }
}

/// One phase at one point of a sweep.
public struct SweepResult: Codable, Sendable, Equatable {
    /// Where.
    public var point: SweepPoint
    /// Which phase.
    public var phase: BenchPhase
    /// Medians over the rounds; counts are of all rounds together.
    public var median: PhaseResult
    /// Each round's figures.
    public var rounds: [PhaseResult]

    init(point: SweepPoint, rounds: [PhaseResult]) {
        self.point = point
        phase = rounds[0].name
        median = rounds[0]
        self.rounds = rounds
    }

    typealias Figure = WritableKeyPath<PhaseResult, Double> & Sendable

    mutating func computeMedian() {
        let figures: [Figure] = [
            \.seconds, \.throughput, \.p50, \.p90, \.p99, \.p999, \.max, \.mean,
        ]
        for figure in figures {
            median[keyPath: figure] = rounds.map { $0[keyPath: figure] }.median ?? 0
        }
        median.operations = rounds.reduce(0) { $0 + $1.operations }
        median.errors = rounds.reduce(0) { $0 + $1.errors }
        median.unknown = rounds.reduce(0) { $0 + $1.unknown }
        median.misses = rounds.reduce(0) { $0 + $1.misses }
    }

    /// The least and the largest of a figure over the rounds.
    func range(_ figure: Figure) -> ClosedRange<Double>? {
        let values = rounds.map { $0[keyPath: figure] }
        guard let least = values.min(), let largest = values.max() else { return nil }
        return least...largest
    }
}
