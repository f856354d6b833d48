import NIOCore

/// What all connections of a group are to ask for, until they are through.
struct Load: Sendable {
    /// What it is called.
    var phase: BenchPhase
    /// Requests of all connections.
    var total: Int
    /// How long no answer may come before the load is given up, in milliseconds.
    var stallMilliseconds: Int
    /// Whether it is part of the report.
    var isMeasured = true
    /// Whether reads and writes are counted apart.
    var isMixed = false
    /// Requests per second of all connections, whether or when answers come; nil is as fast as
    /// answers come.
    var rate: Int?
    /// Told of writes and asked about reads; nil when values are not numbered.
    var ledger: FreshnessLedger?
    /// Each connection's requests.
    var requests: @Sendable (_ client: Int) -> RequestStream
}

extension Load {
    /// A phase of a plan.
    init(_ phase: BenchPhase, of plan: BenchPlan) {
        self.init(
            phase: phase, total: plan.operationCount(of: phase),
            stallMilliseconds: plan.stallMilliseconds, rate: plan.rate
        ) { RequestStream(phase, client: $0, plan: plan) }
    }
}
