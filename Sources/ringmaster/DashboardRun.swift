import ArgumentParser
import Client
import Dashboard
import LocalCluster

/// How the dashboard was asked to look.
struct DashboardFlags: ParsableArguments {
    @Flag(help: "Refuse everything that changes the cluster.")
    var readonly = false

    @Option(help: ArgumentHelp("A theme's name, or a theme file.", valueName: "theme"))
    var theme: String?

    @Flag(help: "Draw with ASCII only.")
    var ascii = false
}

/// Opens the dashboard.
struct DashboardRun {
    let cluster: ClusterOptions
    let flags: DashboardFlags
    let color: OutputOptions.Color

    /// Opens it over the local cluster: founded on first use, started when it is stopped, attached
    /// to when it is running, with the nodes left alone that do not run.
    ///
    /// - Throws: why the cluster cannot be started or the terminal not be used.
    func openLocal(_ founding: FoundingFlags) async throws {
        if let at = cluster.at { return try await open(at: at) }
        try requireTerminal()
        let start = try ClusterStart(cluster)
        let isRunning = try start.local.folder.manifest() != nil && start.local.hasProcess()
        if !isRunning { _ = try await start.up(founding) }
        try await open(ClusterWatch(cluster))
    }

    /// Opens it over a cluster that is already there.
    ///
    /// - Throws: that nothing answers, or why the terminal cannot be used.
    func open(at endpoint: Endpoint) async throws {
        try requireTerminal()
        let client = ClusterClient(seeds: [endpoint])
        let topology = await client.newestTopology()
        await client.close()
        guard try topology.get().epoch != nil else {
            throw Failure(
                .notDone, "\(endpoint) is no Ringmaster node; get, set and bench work with --at")
        }
        try await open(ClusterWatch(at: endpoint))
    }

    private func open(_ watch: ClusterWatch) async throws {
        let access = LiveAccess(watch, options: cluster)
        let end = try await DashboardProgram.run(access: access, options: options)
        await access.close()
        switch end {
        case .quit: break
        case .stoppedAll(let text): StandardOutput.line(text)
        case .terminalLost: throw Failure(.notDone, "")
        }
    }

    private var options: DashboardOptions {
        var options = DashboardOptions()
        options.isReadOnly = flags.readonly
        options.isASCII = flags.ascii
        options.theme = flags.theme
        options.color = DashboardOptions.Color(rawValue: color.rawValue) ?? .auto
        return options
    }

    private func requireTerminal() throws {
        guard StandardInput.isTerminal, StandardOutput.isTerminal else {
            throw Failure(
                .usage, "the dashboard needs a terminal; `ringmaster status` prints its facts")
        }
    }
}

extension LocalCluster {
    /// Whether any node has a process.
    ///
    /// - Throws: what reading the cluster's folder throws.
    func hasProcess() throws -> Bool {
        try findUnrecorded()
        return try processes().contains(where: \.isAlive)
    }
}
