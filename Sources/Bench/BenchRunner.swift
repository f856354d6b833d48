import NIOCore
import NIOPosix

/// Puts load on a server that speaks the Redis protocol, and measures how it bears it.
///
/// In a closed loop every connection keeps a fixed number of requests under way and sends the next
/// ones as answers arrive; a latency is the time from handing a request to the socket to reading
/// its answer. At a fixed rate (an open loop) it counts from when the request fell due, so that a
/// server that stands still is charged for all that it kept waiting: no coordinated omission.
public enum BenchRunner {
    /// Between two reports of progress.
    public static let progressInterval = Duration.milliseconds(100)

    /// Runs all phases of a plan, one after the other, over the same connections.
    ///
    /// With a workload an insertion of its keys goes before it and a deletion follows. When a server
    /// of several dies, its connections go on at the others. The death of the last one, servers that
    /// stop answering and a cancelled task end the run; the report then says why, and the keys are
    /// deleted nevertheless. Requests whose fate is unknown are counted.
    ///
    /// - Parameters:
    ///   - plan: what to do.
    ///   - progress: told at most ten times a second how far the phase has come.
    /// - Returns: what was measured, also when the run ended early.
    /// - Throws: ``BenchError`` when the plan is wrong or no server accepts a connection.
    public static func run(
        _ plan: BenchPlan, progress: @escaping @Sendable (BenchProgress) -> Void = { _ in }
    ) async throws -> BenchReport {
        try plan.validate()
        return try await withEventLoops(min(plan.threads, plan.clients)) { group in
            try await run(plan, on: group, progress)
        }
    }

    /// Finds where the nodes of a cluster listen that clients are to connect to.
    ///
    /// - Parameters:
    ///   - through: `all`, a node's name or its `HOST:PORT`.
    ///   - addresses: where to begin: any nodes of the cluster.
    /// - Returns: at least one address.
    /// - Throws: ``BenchError`` when there is no such node, or none answers.
    public static func entrances(
        _ through: String, from addresses: [BenchAddress]
    ) async throws -> [BenchAddress] {
        try await withEventLoops(1) { group in
            try await BenchTarget.entrances(through, from: addresses, on: group)
        }
    }

    private static func run(
        _ plan: BenchPlan, on group: any EventLoopGroup,
        _ progress: @escaping @Sendable (BenchProgress) -> Void
    ) async throws -> BenchReport {
        let connections = try await LoadGroup.open(
            on: group, to: plan.addresses, clients: plan.clients, pipeline: plan.pipeline)
        let keyPrefix = plan.keyPrefix ?? KeyNames.ownPrefix()
        var report = BenchReport(plan: plan, phases: [])
        report.plan.keyPrefix = keyPrefix
        var isClean = false
        for load in plan.loads(keyPrefix: keyPrefix) where report.failure == nil {
            let outcome = try await connections.run(load, progress: progress)
            if load.isMeasured { report.phases += plan.results(of: load, outcome) }
            report.failure = outcome.failure
            isClean = load.phase == .delete && outcome.operations == plan.keysMade
        }
        report.lost = try await connections.lost()
        try await connections.close()
        if plan.deletesKeys, !isClean {
            report.left = await plan.cleaner(keyPrefix).clean(on: group, progress)
        }
        return report
    }
}

extension BenchPlan {
    /// What is done one after the other.
    fileprivate func loads(keyPrefix: String) -> [Load] {
        var plan = self
        plan.keyPrefix = keyPrefix
        if workload != nil { return plan.workloadLoads(keyPrefix: keyPrefix) }
        let loads = phases.map { Load($0, of: plan) }
        guard self.keyPrefix == nil, !phases.contains(.insert) else { return loads }
        return [plan.insertion] + loads
    }

    private func workloadLoads(keyPrefix: String) -> [Load] {
        guard let workload else { return [] }
        let shape = WorkloadShape(workload, keyCount: keyCount, clients: clients, seed: seed)
        // A hot key is written by the clients themselves here: there are no others.
        let requests = Load(
            phase: .retrieve, total: operations, stallMilliseconds: stallMilliseconds,
            isMixed: true, rate: rate
        ) { client in
            RequestStream(
                WorkloadStream(shape, client: client),
                count: RequestStream.share(of: operations, client: client, clients: clients),
                keyPrefix: keyPrefix, valueBytes: valueBytes, seed: seed ^ UInt64(client))
        }
        var before = insertion
        before.isMeasured = true
        var after = self
        after.rate = nil
        after.keyspace = keysMade
        after.operations = keysMade
        return [before, requests, Load(.delete, of: after)]
    }

    /// Inserts all keys, as fast as it goes.
    private var insertion: Load {
        var plan = self
        plan.operations = keyCount
        plan.rate = nil
        var load = Load(.insert, of: plan)
        load.isMeasured = false
        return load
    }

    fileprivate func results(of load: Load, _ outcome: PhaseOutcome) -> [PhaseResult] {
        guard load.isMixed else { return [outcome.result(load.phase)] }
        return outcome.mixedResults(writes: workload == .ycsbD ? .insert : .update)
    }

    fileprivate func cleaner(_ keyPrefix: String) -> KeyCleaner {
        KeyCleaner(
            addresses: (addresses + spareAddresses).uniqued, keyPrefix: keyPrefix,
            keyCount: keysMade, patienceMilliseconds: cleaningMilliseconds)
    }
}

/// Gives event loops to work with and ends them afterwards.
func withEventLoops<Result>(
    _ count: Int, _ work: (MultiThreadedEventLoopGroup) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
    do {
        let result = try await work(group)
        try await group.shutdownGracefully()
        return result
    } catch {
        try await group.shutdownGracefully()
        throw error
    }
}
