import NIOCore

/// Deletes the keys of a run that did not come to do so, or not of all.
struct KeyCleaner: Sendable {
    /// Connections that delete.
    private static let clients = 8
    /// Requests that each keeps under way.
    private static let pipeline = 32
    /// Between two passes of which the first was refused in part.
    private static let pause: Duration = .milliseconds(100)

    /// Where the keys can be deleted.
    let addresses: [BenchAddress]
    /// What they begin with.
    let keyPrefix: String
    /// Their numbers are 0 and up, without this one.
    let keyCount: Int
    /// How long it may take, and how long no answer may come meanwhile.
    let patienceMilliseconds: Int

    /// Deletes until no key is found any more, also when the caller's task is cancelled.
    ///
    /// - Parameters:
    ///   - group: the event loops.
    ///   - progress: told at most ten times a second how far it has come.
    /// - Returns: which keys may be left and why; nil when none are.
    func clean(
        on group: any EventLoopGroup,
        _ progress: @escaping @Sendable (BenchProgress) -> Void = { _ in }
    ) async -> String? {
        let work = Task { await deleteAll(on: group, progress) }
        let alarm = Task {
            try await Task.sleep(for: .milliseconds(patienceMilliseconds))
            work.cancel()
        }
        defer { alarm.cancel() }
        return await work.value.map { "some keys \(keyPrefix)* may be left: \($0)" }
    }

    private func deleteAll(
        on group: any EventLoopGroup, _ progress: @escaping @Sendable (BenchProgress) -> Void
    ) async -> String? {
        do {
            let connections = try await LoadGroup.open(
                on: group, to: addresses, clients: Self.clients, pipeline: Self.pipeline)
            let reason = try await deleteAll(over: connections, progress)
            try await connections.close()
            return reason
        } catch {
            return "\(error)"
        }
    }

    /// A write that was under way when the run ended may come after a deletion of its key, so the
    /// last pass finds nothing.
    private func deleteAll(
        over connections: LoadGroup, _ progress: @escaping @Sendable (BenchProgress) -> Void
    ) async throws -> String? {
        while true {
            let outcome = try await connections.run(Load(.delete, of: plan), progress: progress)
            let refusal = outcome.errors.samples.first
            if let failure = outcome.failure { return late ?? refusal ?? failure }
            guard outcome.errorCount + outcome.unknown > 0 || outcome.operations > outcome.misses
            else { return nil }
            if outcome.errorCount > 0 { try? await Task.sleep(for: Self.pause) }
            if let late { return refusal ?? late }
        }
    }

    private var late: String? {
        Task.isCancelled ? "their deletion takes longer than \(patienceMilliseconds) ms" : nil
    }

    private var plan: BenchPlan {
        var plan = BenchPlan(addresses: addresses)
        plan.keyPrefix = keyPrefix
        plan.operations = keyCount
        plan.keyspace = keyCount
        plan.phases = [.delete]
        plan.clients = Self.clients
        plan.stallMilliseconds = patienceMilliseconds
        return plan
    }
}
