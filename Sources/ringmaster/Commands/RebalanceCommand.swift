import ArgumentParser
import Client

/// `ringmaster rebalance`.
struct RebalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance", abstract: "Let all nodes carry the same.",
        discussion: """
            Tokens move, and the slots that they own are copied first. ^C ends the wait, not the \
            change. With --json and with --plan, as `leave`.
            """)

    @OptionGroup var change: ChangeOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let run = ChangeRun(cluster: cluster, change: change, output: output)
        try await cluster.withClient { client in
            let plan = try await run.plan(.rebalance, by: client)
            if try run.isPlanOnly(plan) { return }
            let report = try await run.carryOut(.rebalance, plan, by: client)
            try run.finish(report, done: "the ring is as even as it gets")
        }
    }
}
