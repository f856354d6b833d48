import ArgumentParser

/// `ringmaster` without a subcommand.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Open the dashboard, which is also what no subcommand does.",
        discussion: """
            On first use it founds and starts a local cluster; later it starts the stopped cluster \
            that it finds, or attaches to the running one.
            """)

    @Option(
        name: .customShort("f"),
        help: ArgumentHelp(
            "Carry out the key commands of a file instead; - is stdin.",
            discussion: """
                A line holds get, create, set, update or delete with its KEY and VALUE, quoted as \
                in redis-cli. Empty lines and lines that begin with # are passed over.
                """, valueName: "file"))
    var file: String?

    @OptionGroup var dashboard: DashboardFlags
    @OptionGroup var founding: FoundingFlags
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let file {
            try await BatchRun(cluster: cluster, output: output, file: file).run()
        } else {
            try await DashboardRun(cluster: cluster, flags: dashboard, color: output.color)
                .openLocal(founding)
        }
    }
}
