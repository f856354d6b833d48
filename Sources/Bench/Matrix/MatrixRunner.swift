import NIOCore

/// Measures each coherence with each prefetching under each workload, on a running cluster.
///
/// A cell begins with empty caches: both mechanisms are switched off on all nodes, then to what the
/// cell is about, and it is waited until every node acts by them. Some operations warm up, the
/// next ones are measured, and all nodes' counters are read before and after. At the end, and also
/// when the run fails or its task is cancelled, settings are put back and the keys deleted.
public enum MatrixRunner {
    /// Carries a plan out.
    ///
    /// - Parameters:
    ///   - plan: what to measure.
    ///   - progress: told at most ten times a second how far it has come, and of each cell.
    /// - Returns: what was measured, also when the run ended early.
    /// - Throws: ``BenchError`` when the plan is wrong or a server cannot be reached at the start.
    public static func run(
        _ plan: MatrixPlan, progress: @escaping @Sendable (MatrixProgress) -> Void = { _ in }
    ) async throws -> MatrixReport {
        try plan.validate()
        return try await withEventLoops(min(plan.threads, plan.clients)) { group in
            let target = try await BenchTarget.find(plan.addresses, on: group)
            do {
                let field = try await MatrixField.open(plan, target, on: group)
                var run = MatrixRun(plan: plan, target: target, field: field, progress: progress)
                await run.all()
                // What was changed is put back also when this task is cancelled.
                let report = await Task { [run] in await run.cleaned() }.value
                await target.close()
                return report
            } catch {
                await target.close()
                throw error
            }
        }
    }
}

/// The connections of a matrix.
struct MatrixField: Sendable {
    /// Where the clients are connected to.
    let entrances: [BenchTarget.Node]
    /// The clients that are measured.
    let clients: LoadGroup
    /// Those that insert the keys, on all nodes.
    let loaders: LoadGroup

    /// Their event loops.
    let group: any EventLoopGroup

    /// Connections that insert keys.
    static let loaderCount = 8
    /// Requests that each of them keeps under way.
    static let loaderPipeline = 32

    static func open(
        _ plan: MatrixPlan, _ target: BenchTarget, on group: any EventLoopGroup
    ) async throws -> MatrixField {
        let entrances = try target.entrances(plan.through)
        let clients = try await LoadGroup.open(
            on: group, to: entrances.map(\.line.address), clients: plan.clients,
            pipeline: plan.pipeline)
        do {
            let loaders = try await LoadGroup.open(
                on: group, to: target.nodes.map(\.line.address), clients: loaderCount,
                pipeline: loaderPipeline)
            return MatrixField(
                entrances: entrances, clients: clients, loaders: loaders, group: group)
        } catch {
            try await clients.close()
            throw error
        }
    }

    func close() async throws {
        try await clients.close()
        try await loaders.close()
    }
}
