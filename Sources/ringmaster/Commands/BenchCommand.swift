import ArgumentParser
import Bench
import Client
import Ring

/// `ringmaster bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a cluster's speed, its caches, its outages, or the ring's evenness.",
        subcommands: [
            LoadCommand.self, SweepCommand.self, MatrixCommand.self, OutageCommand.self,
            PlacementCommand.self,
        ],
        defaultSubcommand: LoadCommand.self)
}

/// `ringmaster bench load`, which is what `ringmaster bench` does.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Measure insertion, retrieval, update and deletion.",
        discussion: """
            The target is the local cluster, or with --at any server of the Redis protocol. When a \
            node of several dies, its connections go on at the others, and what was under way \
            there is counted as unknown. The keys are the run's own and are deleted at the end, \
            also after ^C. With --prefix they are those keys, and only the phases that are asked \
            for are done to them. With a workload (uniform, zipfian, sequential, strided, \
            sessions, hot-key, ycsb-a to ycsb-d) its keys are inserted first, and it takes the \
            phases' place. With a rate, latencies count from when an operation fell due, whether \
            or when answers came. With --json: {"format", "plan", "phases": [{"name", \
            "operations", "misses", "errors", "unknown", "seconds", "throughput", "p50", "p90", \
            "p99", "p999", "max", "mean"}], "failure", "lost", "left"}, times in microseconds.
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
        help: ArgumentHelp(
            "What the keys begin with; of this run alone if not said.", valueName: "text"))
    var prefix: String?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Which of insert, retrieve, update, delete.", valueName: "phase"))
    var phases: [BenchPhase] = BenchPhase.allCases
    @Option(help: ArgumentHelp("The same seed gives the same load.", valueName: "number"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Event loops of the bench itself.", valueName: "count"))
    var loops = 1

    @Option(help: ArgumentHelp("What to ask for instead of the phases.", valueName: "workload"))
    var workload: Workload?
    @Option(
        help: ArgumentHelp(
            "Operations per second in an open loop; as fast as answers come if not said.",
            valueName: "operations"))
    var rate: Int?

    @Option(
        help: ArgumentHelp(
            "Where the clients connect to: a node, or all.", valueName: "node|host:port|all"))
    var through: String?

    @OptionGroup var forms: BenchOutputOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try forms.check()
        let line = ProgressLine()
        let interruption = Interruption()
        defer { interruption.end() }
        let report = try await interruption.during {
            let plan = try await plan()
            return try await BenchRunner.run(plan) { line.show(Self.text(of: $0)) }
        }
        line.clear()
        try forms.write(
            output, text: report.text, json: report.json, csv: report.csv, svg: report.svg)
        if let failure = report.failure { throw Failure(.notDone, failure) }
    }

    private func plan() async throws -> BenchPlan {
        let nodes = try await cluster.benchAddresses()
        var plan = BenchPlan(addresses: nodes)
        if let through {
            plan.addresses = try await BenchRunner.entrances(through, from: nodes)
            plan.spareAddresses = nodes
        }
        plan.clients = clients
        plan.pipeline = pipeline
        plan.operations = operations
        plan.valueBytes = valueBytes
        plan.keyspace = keys
        plan.phases = phases
        plan.seed = seed
        plan.threads = loops
        plan.workload = workload
        plan.rate = rate
        plan.keyPrefix = prefix
        return plan
    }

    private static func text(of progress: BenchProgress) -> String {
        let percent = progress.total > 0 ? progress.done * 100 / progress.total : 0
        let errors = progress.errors > 0 ? ", \(Shown.number(progress.errors)) errors" : ""
        return "\(progress.phase.rawValue): \(percent) %\(errors)"
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
