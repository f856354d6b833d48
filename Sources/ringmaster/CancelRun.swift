import Client
import LocalCluster
import Ring

/// Takes a change of the ring back, and sees off a local node that was joining.
struct CancelRun {
    /// How long the ring may take to tell how the change ended.
    static let patience: Duration = .seconds(10)

    let cluster: ClusterOptions
    let output: OutputOptions

    func cancel(_ id: Int) async throws {
        let ended = try await cluster.withClient { client -> EndedChange in
            _ = try await client.request(.cancel(id)).get()
            return try await awaitEnd(of: id, by: client)
        }
        // It may have been done in the very epoch before.
        guard ended.outcome == .cancelled else {
            throw Failure(.no, "change \(id) was over already: \(ended.outcome.rawValue)")
        }
        try await tidyUp(ended)
        let report = ChangeReport(ended)
        let what = report.brief
        StandardOutput.line(
            output.json
                ? try JSONText.of(report)
                : "change \(id) (\(what)) is taken back, epoch \(ended.epoch)")
    }

    /// Waits until the node that is asked has the epoch in which the change ended, which another one
    /// may have had before it.
    private func awaitEnd(of id: Int, by client: ClusterClient) async throws -> EndedChange {
        let end = ContinuousClock.now + Self.patience
        while true {
            let epoch = try await client.newestEpoch().get()
            if let ended = epoch.queue.ended.last(where: { $0.id == id }) { return ended }
            guard ContinuousClock.now < end else {
                throw Failure(.unknown, "the ring does not tell yet how change \(id) ended")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func tidyUp(_ ended: EndedChange) async throws {
        let local = try cluster.local()
        guard try local.folder.manifest()?.nodes.contains(where: { $0.name == ended.name }) == true
        else { return }
        switch ended.kind {
        case .join: try await LocalNodeEnd(local: local).seeOffJoiner(ended.name)
        case .leave: try await local.note(leaving: false, of: ended.name)
        case .evict, .rebalance, .replicas: break
        }
    }
}
