import ArgumentParser
import Bench

/// `ringmaster bench outage`.
struct OutageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outage",
        abstract: "Show how long keys are out of service when a node is hit.",
        discussion: """
            Starts a cluster of its own in a temporary folder, puts an open loop of reads and \
            writes on it, hits one node after the other, and removes it all. A key's gap is the \
            time between two successes, less the time between two operations on it; an outage is \
            the longest gap of a fault less the longest undisturbed one of the run. With --json: \
            {"format", "plan", "undisturbed", "median", "worst", "medianReturn", "worstReturn", \
            "counts": {"done", "notDone", "unknown", "notBegun"}, "trials": [{"node", "outage", \
            "returnOutage", "gap", "returnGap", "calmGap", "key", "lastBefore", "firstAfter", \
            "counts"}], "failure"}, times in milliseconds.
            """)

    @Option(
        help: "What happens: a node is killed, paused or stopped, or it leaves or joins the ring.")
    var fault: OutageFault = .kill
    @Option(help: ArgumentHelp("How often.", valueName: "times"))
    var count = 20
    @Option(help: ArgumentHelp("Nodes of the cluster.", valueName: "count"))
    var nodes = 5
    @Option(help: ArgumentHelp("Operations per second.", valueName: "operations"))
    var rate = 2_000
    @Option(help: ArgumentHelp("Clients.", valueName: "count"))
    var clients = 8
    @Option(help: ArgumentHelp("Different keys.", valueName: "count"))
    var keys = 1_000
    @Option(help: ArgumentHelp("Bytes of each value.", valueName: "bytes"))
    var valueBytes = 100
    @Flag(help: "Leave the cluster's folder with the nodes' logs behind, and say where it is.")
    var keep = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        var plan = OutagePlan(fault: fault)
        plan.count = count
        plan.nodes = nodes
        plan.rate = rate
        plan.clients = clients
        plan.keys = keys
        plan.valueBytes = valueBytes
        try plan.validate()
        let report = try await OutageRun.run(plan, keepsFolder: keep)
        StandardOutput.line(output.json ? try report.json() : report.text)
        if let failure = report.failure { throw Failure(.notDone, failure) }
    }
}

extension OutageFault: ExpressibleByArgument {}
