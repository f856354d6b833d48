import Simulator
import Synchronization

/// Many simulated runs, several at a time.
struct SimulationSurvey: Encodable {
    var summary = SimulationSummary()
    /// How many runs were asked for.
    var wanted = 0
    /// Seconds since the first began.
    var seconds = 0.0
    var seedsPerSecond: Double { seconds > 0 ? Double(summary.runs) / seconds : 0 }

    private enum CodingKeys: String, CodingKey {
        case summary, seconds, seedsPerSecond
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(summary, forKey: .summary)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(seedsPerSecond, forKey: .seedsPerSecond)
    }

    /// Runs seeds; each job takes the next one that nobody has.
    ///
    /// - Parameters:
    ///   - first: the first seed.
    ///   - count: how many.
    ///   - jobs: how many at the same time.
    ///   - onRun: told after each run what there is so far; on any thread.
    /// - Returns: all of it.
    static func run(
        first: UInt64, count: Int, jobs: Int, onRun: @escaping @Sendable (Self) -> Void
    ) async -> Self {
        let start = ContinuousClock.now
        let seeds = Seeds(first: first, count: count)
        var survey = SimulationSurvey()
        survey.wanted = count
        await withTaskGroup(of: SimulationReport?.self) { group in
            for _ in 0..<min(jobs, count) { group.addTask { seeds.runNext() } }
            while let report = await group.next() {
                guard let report else { continue }
                survey.summary.add(report)
                survey.seconds = (ContinuousClock.now - start) / .seconds(1)
                onRun(survey)
                group.addTask { seeds.runNext() }
            }
        }
        return survey
    }

    /// The seeds that are left.
    private final class Seeds: Sendable {
        private let first: UInt64
        private let count: Int
        private let taken = Atomic(0)

        init(first: UInt64, count: Int) {
            self.first = first
            self.count = count
        }

        /// Runs the next seed; nil when there is none left.
        func runNext() -> SimulationReport? {
            let place = taken.wrappingAdd(1, ordering: .relaxed).oldValue
            guard place < count else { return nil }
            return Simulation.run(seed: first + UInt64(place))
        }
    }

    // MARK: In words

    /// One line while it runs.
    var progress: String {
        let broken =
            summary.violationCount > 0
            ? ", \(Shown.number(summary.violationCount)) VIOLATIONS" : ""
        return "\(Shown.number(summary.runs)) of \(Shown.number(wanted)) seeds, \(rate)\(broken)"
    }

    private var rate: String {
        let tenths = Int((seedsPerSecond * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) seeds/s"
    }

    /// All of it, for people.
    var text: String {
        var lines: [String] = []
        for violation in summary.violations {
            lines.append(
                "seed \(violation.seed): \(violation.kind) at "
                    + "\(violation.microseconds) µs: \(violation.text)\n"
                    + "  again: ringmaster simulate --seed \(violation.seed)")
        }
        for run in summary.uncounted {
            lines.append("seed \(run.seed) does not count: \(run.reason)")
        }
        let share = Double(summary.counted) / Double(max(1, summary.runs)) * 100
        let longest = summary.convergenceMicrosecondsMax / 100_000
        lines.append(
            """
            \(Shown.number(summary.runs)) seeds in \(Int(seconds)) s, \(rate): \
            \(Shown.number(summary.counted)) counted (\(Int(share)) %), \
            \(Shown.number(summary.uncountedCount)) with too little in them, \
            \(Shown.number(summary.violationCount)) violations
            \(Shown.number(summary.completed)) operations answered, \
            \(Shown.number(summary.acknowledgedWrites)) writes acknowledged, \
            \(Shown.number(summary.unknown)) of unknown fate; \(Shown.number(summary.faults)) \
            faults, \(Shown.number(summary.epochChanges)) epochs; level again after at most \
            \(longest / 10).\(longest % 10) simulated seconds
            """)
        return lines.joined(separator: "\n")
    }
}

/// One run, as JSON.
struct ToldRun: Encodable {
    var format = 1
    var seed: UInt64
    /// `passed`, `uncounted` or `violated`.
    var verdict: String
    var text: String
    /// Equal for equal runs.
    var hash: String
    var counts: SimulationCounts
    var history: [String]

    init(_ report: SimulationReport) {
        seed = report.seed
        text = report.text
        hash = String(report.traceHash, radix: 16)
        counts = report.counts
        history = report.trace
        verdict =
            switch report.verdict {
            case .passed: "passed"
            case .uncounted: "uncounted"
            case .violated: "violated"
            }
    }
}

extension SimulationReport {
    /// How it ended, in a line or two.
    var text: String {
        let much =
            "\(Shown.number(counts.completed)) of \(Shown.number(counts.operations)) operations "
            + "answered, \(Shown.number(counts.acknowledgedWrites)) writes acknowledged, "
            + "\(Shown.number(counts.unknown)) of unknown fate, \(Shown.number(counts.faults)) "
            + "faults, \(Shown.number(counts.epochChanges)) epochs"
        let end =
            switch verdict {
            case .passed: "every promise was kept"
            case .uncounted(let reason): "does not count: \(reason)"
            case .violated(let violation): "VIOLATION: \(violation)"
            }
        return "seed \(seed): \(end)\n\(much); run \(String(traceHash, radix: 16))"
    }
}
