import ArgumentParser
import Client

/// `ringmaster attach`.
struct AttachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Open the dashboard over a cluster that is already there.")

    @Argument(help: ArgumentHelp("Any node of the cluster.", valueName: "host:port"))
    var address: Endpoint

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var dashboard: DashboardFlags
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await DashboardRun(cluster: cluster, flags: dashboard, color: output.color)
            .open(at: address)
    }
}
