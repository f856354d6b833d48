import ArgumentParser
import Bench
import Client

/// `ringmaster bench sweep`.
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Measure insertion, retrieval, update and deletion over clients and sizes.",
        discussion: """
            Every combination of the lists is measured, --rounds times; medians are reported, and \
            the picture shows the least and the largest of the rounds as a band. It is drawn over \
            the first list with more than one number. The target is the local cluster, or with \
            --at any server of the Redis protocol. With --json: {"format", "plan", "results": \
            [{"point": {"clients", "pipeline", "valueBytes", "operations"}, "phase", "median", \
            "rounds"}], "failure"}, figures as in `bench load`.
            """)

    @Option(help: ArgumentHelp("Connections.", valueName: "counts"))
    var clients = NumberList([1, 2, 4, 8, 16, 32, 64])
    @Option(help: ArgumentHelp("Requests under way on each connection.", valueName: "depths"))
    var pipeline = NumberList([1])
    @Option(help: ArgumentHelp("Bytes of each value.", valueName: "sizes"))
    var valueBytes = NumberList([64])
    @Option(help: ArgumentHelp("Keys, and operations of each phase.", valueName: "counts"))
    var operations = NumberList([20_000])
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Which of insert, retrieve, update, delete.", valueName: "phase"))
    var phases: [BenchPhase] = BenchPhase.allCases
    @Option(help: ArgumentHelp("How often each point is measured.", valueName: "times"))
    var rounds = 3
    @Option(
        help: ArgumentHelp(
            "Operations per second in an open loop; as fast as answers come if not said.",
            valueName: "operations"))
    var rate: Int?
    @Option(help: ArgumentHelp("The same seed gives the same load.", valueName: "number"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Event loops of the bench itself.", valueName: "count"))
    var loops = 1

    @OptionGroup var forms: BenchOutputOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try forms.check()
        var plan = SweepPlan(addresses: try await cluster.benchAddresses())
        plan.clients = clients.numbers
        plan.pipelines = pipeline.numbers
        plan.valueBytes = valueBytes.numbers
        plan.operations = operations.numbers
        plan.phases = phases
        plan.rounds = rounds
        plan.rate = rate
        plan.seed = seed
        plan.threads = loops
        try plan.validate()
        let report = try await measure(plan)
        try forms.write(
            output, text: report.text, json: report.json, csv: report.csv, svg: report.svg)
        if let failure = report.failure { throw Failure(.notDone, failure) }
    }

    private func measure(_ plan: SweepPlan) async throws -> SweepReport {
        let line = ProgressLine()
        let interruption = Interruption()
        defer {
            interruption.end()
            line.clear()
        }
        return try await interruption.during {
            try await SweepRunner.run(plan) { line.show($0.text) }
        }
    }
}

extension SweepProgress {
    /// How far it is, in one line that fits a narrow terminal.
    var text: String {
        let now = phase.map { phase in
            let percent = phase.total > 0 ? phase.done * 100 / phase.total : 0
            return ", \(phase.phase.rawValue) \(percent) %"
        }
        return "\(pointsDone) of \(pointsTotal): \(point.clients) clients, pipeline "
            + "\(point.pipeline), \(point.valueBytes) bytes\(now ?? "")"
    }
}
