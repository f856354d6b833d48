import ArgumentParser
import Bench
import Client
import Ring

/// `ringmaster bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a cluster's speed, its outages, or the ring's evenness.",
        subcommands: [LoadCommand.self, OutageCommand.self, PlacementCommand.self],
        defaultSubcommand: LoadCommand.self)
}

/// `ringmaster bench load`, which is what `ringmaster bench` does.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Measure insertion, retrieval, update and deletion.",
        discussion: """
            The target is the local cluster, or with --at any server of the Redis protocol. The \
            keys are the bench's own and are deleted at the end. With --json: {"format", "plan", \
            "phases": [{"name", "operations", "errors", "unknown", "seconds", "throughput", \
            "p50", "p90", "p99", "p999", "max", "mean"}], "failure"}, times in microseconds.
            """)

    @Option(help: ArgumentHelp("Connections.", valueName: "count"))
    var clients = 50
    @Option(help: ArgumentHelp("Requests under way on each connection.", valueName: "depth"))
    var pipeline = 1
    @Option(help: ArgumentHelp("Operations of each phase.", valueName: "count"))
    var operations = 100_000
    @Option(help: ArgumentHelp("Bytes of each value.", valueName: "bytes"))
    var valueBytes = 64
    @Option(
        help: ArgumentHelp("Different keys; as many as operations if not said.", valueName: "count")
    )
    var keys: Int?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Which of insert, retrieve, update, delete.", valueName: "phase"))
    var phases: [BenchPhase] = BenchPhase.allCases
    @Option(help: ArgumentHelp("The same seed gives the same load.", valueName: "number"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Event loops of the bench itself.", valueName: "count"))
    var loops = 1

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var plan = BenchPlan(
            addresses: try cluster.seeds().map { BenchAddress(host: $0.host, port: $0.port) })
        plan.clients = clients
        plan.pipeline = pipeline
        plan.operations = operations
        plan.valueBytes = valueBytes
        plan.keyspace = keys
        plan.phases = phases
        plan.seed = seed
        plan.threads = loops
        let report = try await BenchRunner.run(plan) { progress in
            Self.show(progress)
        }
        if StandardError.isTerminal { StandardError.write("\r\u{1B}[K") }
        StandardOutput.line(output.json ? try report.json() : report.text)
        if let failure = report.failure { throw Failure(.notDone, failure) }
    }

    private static func show(_ progress: BenchProgress) {
        guard StandardError.isTerminal else { return }
        let percent = progress.total > 0 ? progress.done * 100 / progress.total : 0
        let errors = progress.errors > 0 ? ", \(Shown.number(progress.errors)) errors" : ""
        StandardError.write(
            "\r\u{1B}[K\(progress.phase.rawValue): \(percent) %\(errors)")
    }
}

/// `ringmaster bench placement`.
struct PlacementCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "placement",
        abstract: "Show how even the ring is as it grows and shrinks node by node.",
        discussion: """
            For each size: the most loaded node's home slots and copies over the mean, home slots \
            and copies moved by the last join or leave over the least possible, distinct replica \
            sets, and the odds that two deaths cost some slot its majority. No cluster is needed. \
            With --json: {"format", "slots", "replicas", "sizes": [{"phase", "nodes", "homeLoad", \
            "copiesLoad", "movedSlots", "movedRatio", "movedCopies", "movedCopiesRatio", \
            "replicaSets", "doubleFailureOdds"}]}, where phase is growth or shrink.
            """)

    @Option(help: ArgumentHelp("Grow to so many nodes, and shrink to 3.", valueName: "count"))
    var nodes = 64
    @Option(help: ArgumentHelp("Copies of each key.", valueName: "count"))
    var replicas = 3
    @Option(help: ArgumentHelp("Of the order in which the nodes leave.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...Placement.nodesMax).contains(nodes) else {
            throw ValidationError("--nodes is 1 to \(Placement.nodesMax)")
        }
        guard (1...7).contains(replicas) else { throw ValidationError("--replicas is 1 to 7") }
    }

    func run() throws {
        let report = PlacementReport(nodes: nodes, replicas: replicas, seed: seed)
        StandardOutput.line(output.json ? try report.json() : report.text)
    }
}

extension BenchPhase: ExpressibleByArgument {}
