import ArgumentParser
import LocalCluster

/// `ringmaster resume`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let paused local nodes go on (SIGCONT).")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try cluster.local().resume(nodes.names)
        try NodeActionReport(action: "resumed", nodes: nodes.names).show(output)
    }
}
