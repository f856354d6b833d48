import ArgumentParser
import Client
import LocalCluster
import Ring

/// `ringmaster join`.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Start a new local node and let it join the running cluster.",
        discussion: """
            Makes the folder of a new node with the next free name and port, starts its process, \
            and waits until it carries its share: its future slots are copied while the others go \
            on serving them, then it takes over in one step. ^C ends the wait, not the change; \
            `ringmaster moves` shows it. A node on another machine is started with \
            `ringmaster node --join`.

            With --json: {"change", "kind", "node", "outcome", "reason", "epoch", "host", "port", \
            "pid"}, where outcome is done, cancelled, failed or underWay. With --plan, as `leave`.
            """)

    @Argument(help: "What the new node is called; the next free one of n1, n2, n3 …")
    var name: String?

    @Option(
        help: ArgumentHelp("The new node's port; one that fits its name.", valueName: "port"))
    var port: Int?

    @OptionGroup var change: ChangeOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let name, let why = LocalName.complaint(about: name) {
            throw ValidationError("the name: \(why)")
        }
        if let port, !(1...65_535).contains(port) {
            throw ValidationError("--port is 1 to 65535, not \(port)")
        }
    }

    /// What became of the change, and the node that is there now.
    private struct Report: Encodable {
        var change: ChangeReport
        var host: String
        var port: Int
        var pid: Int?

        func encode(to encoder: any Encoder) throws {
            try change.encode(to: encoder)
            var fields = encoder.container(keyedBy: Keys.self)
            try fields.encode(host, forKey: .host)
            try fields.encode(port, forKey: .port)
            try fields.encode(pid, forKey: .pid)
        }

        private enum Keys: CodingKey { case host, port, pid }
    }

    func run() async throws {
        let run = ChangeRun(cluster: cluster, change: change, output: output)
        let local = try cluster.local()
        let join = LocalJoin(local: local, monitor: try ClusterWatch(cluster).monitor())
        guard let order = try await plannedOrder(run, join) else { return }
        let interruption = Interruption()
        defer { interruption.end() }
        let asked = try await interruption.during { try await join.begin(order) }
        let name = asked.member.name
        let report = try await run.follow(asked.change, kind: "join", node: name, interruption) {
            try join.requireAlive(name, change: asked.change)
        }
        if report.outcome == "cancelled" || report.outcome == "failed" {
            try await LocalNodeEnd(local: local).seeOffJoiner(name)
        }
        try show(report, asked.member, run)
    }

    /// What to make, after its plan was shown; nil when that was all that was asked for.
    private func plannedOrder(_ run: ChangeRun, _ join: LocalJoin) async throws -> NodeOrder? {
        let manifest = try join.local.manifest()
        return try await cluster.withClient { client -> NodeOrder? in
            let wanted = try LocalJoin.order(
                name: name, port: port, epoch: try await client.newestEpoch().get(),
                manifest: manifest)
            guard change.plan || StandardError.isTerminal else { return wanted }
            let plan = try await run.plan(try join.request(wanted), by: client)
            return try run.isPlanOnly(plan) ? nil : wanted
        }
    }

    private func show(_ report: ChangeReport, _ member: Member, _ run: ChangeRun) throws {
        let address = Endpoint(host: member.host, port: member.port)
        guard output.json, ["done", "underWay"].contains(report.outcome) else {
            return try run.finish(report, done: "\(member.name) at \(address) has joined")
        }
        let process = try cluster.local().processes().first { $0.name == member.name }
        StandardOutput.line(
            try JSONText.of(
                Report(
                    change: report, host: member.host, port: member.port, pid: process?.pid)))
    }
}
