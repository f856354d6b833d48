import ArgumentParser
import Dashboard
import Simulator

/// `ringmaster simulate`.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the cluster's own code under seeded faults and check its promises.",
        discussion: """
            Each seed is one simulated cluster with clients, crashes, cuts, bad disks, wrong clocks \
            and changes of the ring. Then the faults stop, everything has to become level, and the \
            history has to be linearizable. The same seed makes the same run again.

              simulate --seeds 1000        many runs, added up
              simulate --seed 42           one run, told line by line
              simulate --seed 42 --watch   one run, drawn in slow motion

            Exit code 1 means that a promise was broken. With --json: {"summary": {"runs", \
            "counted", "uncounted": [{"seed", "reason"}], "violations": [{"seed", "kind", \
            "microseconds", "text"}], …}, "seconds", "seedsPerSecond"}, or for one seed {"seed", \
            "verdict", "text", "hash", "counts", "history"}.
            """)

    @Option(help: ArgumentHelp("How many seeds to run.", valueName: "count"))
    var seeds: Int?
    @Option(help: ArgumentHelp("The one seed to run and tell.", valueName: "number"))
    var seed: UInt64?
    @Option(help: ArgumentHelp("The first of the seeds.", valueName: "number"))
    var first: UInt64 = 1
    @Option(help: ArgumentHelp("How many seeds run at the same time.", valueName: "count"))
    var jobs = 2
    @Flag(help: "Draw the run in the dashboard's ring, in slow motion.")
    var watch = false

    @OptionGroup var flags: DashboardFlags
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if seeds == nil, seed == nil, !watch {
            throw ValidationError("say --seeds N for many runs, or --seed S for one")
        }
        if seeds != nil, seed != nil || watch {
            throw ValidationError("--seeds is for many runs; --seed and --watch are for one")
        }
        if let seeds, seeds < 1 { throw ValidationError("--seeds is at least 1") }
        if let seeds, first.addingReportingOverflow(UInt64(seeds)).overflow {
            throw ValidationError("--first is too large for so many seeds")
        }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64") }
        if watch, output.json { throw ValidationError("--watch draws; it prints no JSON") }
    }

    func run() async throws {
        if let seeds {
            try await survey(seeds)
        } else if watch {
            try await SimulationWatch(seed: seed ?? first).run(dashboardOptions)
        } else {
            try tell(seed ?? first)
        }
    }

    private var dashboardOptions: DashboardOptions {
        var options = DashboardOptions()
        options.isASCII = flags.ascii
        options.theme = flags.theme
        options.color = DashboardOptions.Color(rawValue: output.color.rawValue) ?? .auto
        return options
    }

    private func survey(_ count: Int) async throws {
        let progress = ProgressLine()
        let survey = await SimulationSurvey.run(first: first, count: count, jobs: jobs) { survey in
            progress.show(survey.progress)
        }
        progress.clear()
        if output.json {
            StandardOutput.line(try JSONText.of(survey))
        } else {
            StandardOutput.line(survey.text)
        }
        if survey.summary.violationCount > 0 { throw Failure(.no, "") }
    }

    private func tell(_ seed: UInt64) throws {
        var options = SimulationOptions()
        options.keepsTrace = true
        let report = Simulation.run(seed: seed, options: options)
        if output.json {
            StandardOutput.line(try JSONText.of(ToldRun(report)))
        } else {
            for line in report.trace { StandardOutput.line(line) }
            StandardOutput.line("")
            StandardOutput.line(report.text)
        }
        if case .violated = report.verdict { throw Failure(.no, "") }
    }
}
