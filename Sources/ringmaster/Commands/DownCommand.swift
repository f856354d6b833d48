import ArgumentParser
import LocalCluster

/// `ringmaster down`.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Stop all local nodes; the data stay.",
        discussion: """
            With --json: {"stopped": ["n1", …], "wiped": true, "left": [names in the folder that \
            are not known to be the cluster's, and stay]}.
            """)

    @Flag(help: "Remove the cluster with all its data, after asking.")
    var wipe = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var stopped: [String]
        var wiped: Bool
        var left: [String]
    }

    func run() async throws {
        let local = try cluster.local()
        let manifest = try local.manifest()
        if wipe && !yes { try confirm(manifest.name, local.folder.path) }
        let stopped = try await local.stop(progress: StandardError.progress)
        let left = wipe ? try await local.wipe() : []
        if output.json {
            return StandardOutput.line(
                try JSONText.of(Report(stopped: stopped, wiped: wipe, left: left)))
        }
        let nodes =
            stopped.isEmpty ? "no node was running" : "stopped \(stopped.joined(separator: " "))"
        StandardOutput.line(wipe ? "\(nodes); removed \(manifest.name) with all data" : nodes)
        if !left.isEmpty {
            let names = left.map { Shown.text(Array($0.utf8)) }.joined(separator: " ")
            StandardError.line("not the cluster's, and still in \(local.folder.path): \(names)")
        }
    }

    private func confirm(_ name: String, _ folder: String) throws {
        guard StandardInput.isTerminal, StandardError.isTerminal else {
            throw Failure(.usage, "--wipe removes all data of \(name); say --yes to mean it")
        }
        StandardError.line("This removes \(name) with all its data in \(folder).")
        StandardError.line("Type the cluster's name to go on:")
        guard readLine() == name else { throw Failure(.no, "nothing was removed") }
    }
}
