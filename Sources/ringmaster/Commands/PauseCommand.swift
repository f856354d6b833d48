import ArgumentParser
import LocalCluster

/// `ringmaster pause`.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Hold local nodes where they are (SIGSTOP).")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try cluster.local().pause(nodes.names)
        try NodeActionReport(action: "paused", nodes: nodes.names).show(output)
    }
}
