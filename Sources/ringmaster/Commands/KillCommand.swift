import ArgumentParser
import LocalCluster

/// `ringmaster kill`.
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "End local nodes at once (SIGKILL).")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await cluster.local().kill(nodes.names)
        try NodeActionReport(action: "killed", nodes: nodes.names).show(output)
    }
}
