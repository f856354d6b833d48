import ArgumentParser
import LocalCluster

/// `ringmaster up`.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Found the local cluster if there is none, and start it.",
        discussion: """
            Ends when every node is up and every slot is served. The nodes outlive this command. \
            With --json: {"founded": true, "started": ["n1", …], "alreadyRunning": […], \
            "nodes": [{"name", "host", "port", "pid"}], "folder": "…"}.
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var founding: FoundingFlags
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        struct Node: Encodable {
            var name: String
            var host: String
            var port: Int
            var pid: Int?
        }

        var founded: Bool
        var started: [String]
        var alreadyRunning: [String]
        var nodes: [Node]
        var folder: String
    }

    func run() async throws {
        let start = try ClusterStart(cluster)
        let done = try await start.up(founding)
        let nodes = try start.local.processes()
        if output.json {
            let report = Report(
                founded: done.hasFounded, started: done.started,
                alreadyRunning: done.alreadyRunning,
                nodes: nodes.map {
                    Report.Node(name: $0.name, host: $0.host, port: $0.port, pid: $0.pid)
                },
                folder: start.local.folder.path)
            return StandardOutput.line(try JSONText.of(report))
        }
        let verb = done.hasFounded ? "founded and started" : "started"
        let name = try start.local.manifest().name
        let what =
            done.started.isEmpty
            ? "\(name) is running" : "\(verb) \(name): \(done.started.joined(separator: " "))"
        StandardOutput.line("\(what), first node at \(nodes[0].host):\(nodes[0].port)")
    }
}
