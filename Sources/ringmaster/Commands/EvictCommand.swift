import ArgumentParser
import Client

/// `ringmaster evict`.
struct EvictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evict",
        abstract: "Give a down node's place to the others, without waiting for its grace period.",
        discussion: """
            The others make new copies of its slots. The node keeps its data until that is done; \
            when it comes back it drops them and joins anew, empty. With --json and with --plan, as \
            `leave`.
            """)

    @Argument(help: "The node's name.")
    var node: String

    @OptionGroup var change: ChangeOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let run = ChangeRun(cluster: cluster, change: change, output: output)
        try await cluster.withClient { client in
            let plan = try await run.plan(.evict(node), by: client)
            if try run.isPlanOnly(plan) { return }
            try run.confirm("\(node) loses its place, and its copies are made elsewhere")
            let report = try await run.carryOut(.evict(node), plan, by: client)
            try run.finish(report, done: "\(node) is evicted")
            // Without a folder of this very cluster there is nothing to tidy.
            guard report.outcome == "done", cluster.at == nil else { return }
            try await cluster.local().forgetLost(node)
        }
    }
}
