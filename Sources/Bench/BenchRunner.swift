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
    /// With a workload an insertion of its keys goes before it and a deletion follows. A connection
    /// that dies, a server that stops answering and a cancelled task end the run; the report then
    /// says why, and counts the requests whose fate is unknown.
    ///
    /// - Parameters:
    ///   - plan: what to do.
    ///   - progress: told at most ten times a second how far the phase has come.
    /// - Returns: what was measured, also when the run ended early.
    /// - Throws: ``BenchError`` when the plan is wrong or a connection does not come about.
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
    /// - Throws: ``BenchError`` when there is no such node, or none can be reached.
    public static func entrances(
        _ through: String, from addresses: [BenchAddress]
    ) async throws -> [BenchAddress] {
        try await withEventLoops(1) { group in
            let target = try await BenchTarget.find(addresses, on: group)
            await target.close()
            return try target.entrances(through).map(\.line.address)
        }
    }

    private static func run(
        _ plan: BenchPlan, on group: any EventLoopGroup,
        _ progress: @escaping @Sendable (BenchProgress) -> Void
    ) async throws -> BenchReport {
        let connections = try await LoadGroup.open(
            on: group, to: plan.addresses, clients: plan.clients, pipeline: plan.pipeline)
        var report = BenchReport(plan: plan, phases: [])
        for load in plan.loads where report.failure == nil {
            let outcome = try await connections.run(load, progress: progress)
            report.phases +=
                load.isMixed
                ? outcome.mixedResults(writes: plan.workload == .ycsbD ? .insert : .update)
                : [outcome.result(load.phase)]
            report.failure = outcome.failure
        }
        try await connections.close()
        return report
    }
}

extension BenchPlan {
    /// What is done one after the other.
    var loads: [Load] {
        guard let workload else { return phases.map { Load($0, of: self) } }
        let shape = WorkloadShape(workload, keyCount: keyCount, clients: clients, seed: seed)
        var before = self
        before.operations = keyCount
        before.rate = nil
        // A hot key is written by the clients themselves here: there are no others.
        let requests = Load(
            phase: .retrieve, total: operations, stallMilliseconds: stallMilliseconds,
            isMixed: true, rate: rate
        ) { client in
            RequestStream(
                WorkloadStream(shape, client: client),
                count: RequestStream.share(of: operations, client: client, clients: clients),
                valueBytes: valueBytes, seed: seed ^ UInt64(client))
        }
        var after = before
        // New keys are numbered by client in turn, behind those that were there.
        after.keyspace = keyCount + (workload == .ycsbD ? operations + clients : 0)
        after.operations = after.keyspace ?? keyCount
        return [Load(.insert, of: before), requests, Load(.delete, of: after)]
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
