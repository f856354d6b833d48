import ArgumentParser
import LocalCluster

/// `ringmaster stop`.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop local nodes in good order (SIGTERM).")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let stopped = try await cluster.local().stop(
            nodes.names, progress: StandardError.progress)
        try NodeActionReport(action: "stopped", nodes: stopped).show(output)
        let others = nodes.names.filter { !stopped.contains($0) }
        if !others.isEmpty { throw Failure(.no, "\(others.joined(separator: " ")) not running") }
    }
}
