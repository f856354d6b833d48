import ArgumentParser
import Client
import LocalCluster

/// `ringmaster status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the cluster and its nodes are.",
        discussion: """
            The same facts as the dashboard's. With --json, at least: {"cluster": {"id", "name", \
            "epoch", "replicas", "keys"}, "nodes": [{"id", "name", "host", "port", "state", \
            "incarnation", "pid", "tokens", "homeSlots", "homeKeys", "replicaKeys", "lagRecords", \
            "lagMilliseconds", "evictionSeconds"}], "former": [{"name", "number", "host", "port", \
            "state"}], "slots": {"settled", "underReplicated", "settling", "unavailable", "moving"}, \
            "moves": as `moves`}; state is joining, up, down or leaving, of a former node left or evicted; \
            what nobody can tell at the moment is null.
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let monitor = try ClusterWatch(cluster).monitor()
        guard let status = ClusterStatus(await monitor.paced(withRates: true)) else {
            throw cluster.nobodyAnswers
        }
        let text = StatusText(status, Paint(output.color)).text
        StandardOutput.line(output.json ? try JSONText.of(status) : text)
    }
}
