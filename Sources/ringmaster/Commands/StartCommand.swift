import ArgumentParser
import LocalCluster

/// `ringmaster start`.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start local nodes, and wait until they answer.")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let start = try ClusterStart(cluster)
        let report = try await start.local.start(nodes.names, progress: StandardError.progress)
        if !report.started.isEmpty { try await start.awaitAnswer(report.started) }
        try NodeActionReport(action: "started", nodes: report.started).show(output)
        if !report.alreadyRunning.isEmpty {
            let names = report.alreadyRunning.joined(separator: " ")
            throw Failure(.no, "\(names) already running")
        }
    }
}

/// The nodes that a command is about.
struct NodeNames: ParsableArguments {
    @Argument(help: ArgumentHelp("The nodes: n1 n2 …", valueName: "node"))
    var names: [String]
}

/// What was done to nodes: `{"action": "killed", "nodes": ["n4"]}`.
struct NodeActionReport: Encodable {
    var action: String
    var nodes: [String]

    /// Prints it.
    ///
    /// - Throws: what the encoder throws.
    func show(_ output: OutputOptions) throws {
        if output.json { return StandardOutput.line(try JSONText.of(self)) }
        if !nodes.isEmpty { StandardOutput.line("\(action) \(nodes.joined(separator: " "))") }
    }
}
