import ArgumentParser
import Client
import Ring

/// `ringmaster ring`.
struct RingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ring", abstract: "Show the ring, or one node's place on it.",
        discussion: """
            Of a node: predecessor, successor, its tokens with the slots that they own, and the \
            finger table that it would have in Chord, with the hops that a look-up would take \
            there; here every look-up takes one. With --json, the same: {"epoch", "nodes": […]} \
            or one node's {"name", "predecessor", "successor", "tokens", "fingers"}.
            """)

    @Argument(help: "A node's name.")
    var node: String?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let topology = try await cluster.withClient { try await $0.newestTopology().get() }
        guard let epoch = topology.epoch else {
            throw Failure(.notDone, "that is no Ringmaster cluster, and its ring is not known")
        }
        let view = RingView(epoch)
        guard let node else {
            return StandardOutput.line(
                output.json ? try JSONText.of(view.overview) : view.overviewText)
        }
        guard let member = epoch.member(named: node) else {
            let names = epoch.members.map(\.name).joined(separator: " ")
            throw Failure(
                .usage, "there is no node \(Shown.text(Array(node.utf8))); there are \(names)")
        }
        let report = view.report(of: member)
        StandardOutput.line(output.json ? try JSONText.of(report) : report.text)
    }
}
