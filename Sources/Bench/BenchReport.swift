import Foundation

/// What a bench measured.
///
/// As JSON:
///
/// ```
/// {
///   "format": 1,
///   "plan": { what was asked for: every property of BenchPlan },
///   "failure": why the run ended early, in words; absent when it did not,
///   "lost": [ {"host", "port"} of each server that did not accept a connection, or died; the
///     others went on ],
///   "left": which keys may be left and why, in words; absent when all are deleted,
///   "phases": [ {
///     "name": "insert" | "retrieve" | "update" | "delete",
///     "operations": answered without an error,
///     "misses": of those, the ones that found no key (retrieve and delete),
///     "errors": answered with an error,
///     "unknown": sent and never answered; such a write may have been done or not,
///     "seconds": from the first request to the last answer,
///     "throughput": operations per second,
///     "p50", "p90", "p99", "p999", "max", "mean": microseconds from request to answer,
///     "errorCounts": { first word of the error: how many },
///     "errorSamples": [ the first few different errors as sent ]
///   } ]
/// }
/// ```
///
/// Latencies are exact to three digits; without any answer they are 0.
public struct BenchReport: Codable, Sendable, Equatable {
    /// The version of this schema.
    public var format = 1
    /// What was asked for.
    public var plan: BenchPlan
    /// The phases that were begun, in order.
    public var phases: [PhaseResult]
    /// Why the run ended early, in words; nil when it did not.
    public var failure: String?
    /// Servers that did not accept a connection, or died, while others went on.
    public var lost: [BenchAddress] = []
    /// Which keys may be left and why, in words; nil when all are deleted.
    public var left: String?

    /// Makes a report.
    public init(plan: BenchPlan, phases: [PhaseResult], failure: String? = nil) {
        self.plan = plan
        self.phases = phases
        self.failure = failure
    }

    /// The report as JSON text, keys in alphabetical order.
    ///
    /// - Returns: one object over several lines.
    /// - Throws: what the encoder throws.
    public func json() throws -> String { try encodedJSON(self) }
}

/// What one phase of a bench measured; latencies in microseconds.
public struct PhaseResult: Codable, Sendable, Equatable {
    /// Which phase.
    public var name: BenchPhase
    /// Requests answered without an error.
    public var operations = 0
    /// Of those, the ones that found no key.
    public var misses = 0
    /// Requests answered with an error.
    public var errors = 0
    /// Requests sent and never answered.
    public var unknown = 0
    /// From the first request to the last answer.
    public var seconds = 0.0
    /// Operations per second.
    public var throughput = 0.0
    /// Half of the requests were answered within this time.
    public var p50 = 0.0
    /// 90 % of the requests were.
    public var p90 = 0.0
    /// 99 % were.
    public var p99 = 0.0
    /// 99.9 % were.
    public var p999 = 0.0
    /// The slowest answer.
    public var max = 0.0
    /// The mean of all.
    public var mean = 0.0
    /// Errors by their first word.
    public var errorCounts: [String: Int] = [:]
    /// The first few different errors, as sent.
    public var errorSamples: [String] = []

    /// Makes a result with everything at zero.
    public init(name: BenchPhase) {
        self.name = name
    }
}

/// How far a bench has come.
public struct BenchProgress: Sendable, Equatable {
    /// The phase that runs.
    public var phase: BenchPhase
    /// Requests of the phase that are answered, errors included.
    public var done: Int
    /// Requests of the phase.
    public var total: Int
    /// Errors among the answers.
    public var errors: Int
    /// Seconds since the phase began.
    public var seconds: Double
}

func encodedJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
