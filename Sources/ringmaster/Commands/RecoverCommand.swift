import ArgumentParser
import Client
import FoundationEssentials
import LocalCluster
import Server

/// `ringmaster recover`.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make a new cluster of what is left of one that has lost too much.",
        discussion: """
            For the case that a majority of some replica set is gone for ever, so that its slots can \
            never be served again. Reads the directories that are left, all nodes stopped, and makes \
            a new cluster of their nodes: of each slot it keeps the copy that knows most. Acknowledged \
            writes may be lost, and this says in which slots, before it asks. The former directories \
            stay, as NAME.before-recovery-ID. What is broken off is ended by the same command.
            Without DIRECTORY it is about the cluster of --cluster or --dir on this machine; otherwise \
            about these nodes' directories, wherever they came from. With --json: {"cluster": {"name", \
            "id", "formerID"}, "nodes": [{"name", "directory", "formerDirectory"}], "missing": ["n4", …], \
            "unreadable": [{"directory", "reason"}], "epoch", "epochIsCertain", "keys", "slots": \
            {"whole": {"count", "keys", "ranges": ["0-99", …]}, "perhapsOld", "damaged", "lost"}}; with \
            --plan "cluster" has no "id". Exit code 1: there is nothing to recover, or the answer was no.
            """)

    @Argument(help: ArgumentHelp("The directories of nodes.", valueName: "directory"))
    var directory: [String] = []

    @Flag(help: "Mean it: acknowledged writes may be lost.")
    var force = false

    @Flag(help: "Say what is left and what may be lost, and change nothing.")
    var plan = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard force || plan else {
            throw ValidationError(
                "a recovery may lose acknowledged writes: say --force to mean it, or --plan to see")
        }
        if plan, yes { throw ValidationError("--plan changes nothing, so there is nothing to ask") }
    }

    func run() async throws {
        guard directory.isEmpty else { return try runOnDirectories() }
        let local = try cluster.local()
        let journal = local.folder.recoveryPath
        try await local.recover { directories in
            try recover(directories, journal).map { made in
                RecoveryOutcome(clusterID: made.clusterID, nodes: made.nodes.map(\.name))
            }
        } end: {
            try Recovery.end(journal)
        }
    }

    private func runOnDirectories() throws {
        let directories = directory.map { ClusterFolder(path: $0).path }.sorted()
        let journal = directories[0] + ".recovery.json"
        if try recover(directories, journal) != nil { try Recovery.end(journal) }
    }

    /// Recovers, or ends what was broken off.
    ///
    /// - Returns: the new cluster; nil when only the plan was asked for.
    private func recover(_ directories: [String], _ journal: String) throws -> RecoveredCluster? {
        if !plan, let made = try Recovery.goOn(journal, progress: StandardError.progress) {
            StandardError.line("an earlier recovery was broken off; it is ended now")
            try tell(RecoveryReport(nil, made), made)
            return made
        }
        let recovery = try Recovery(
            directories: directories, journal: journal, progress: StandardError.progress)
        let survey = recovery.survey
        if survey.isNeedless {
            throw Failure(
                .no,
                "of \(survey.clusterName) enough is left to go on: `ringmaster up` starts it, "
                    + "and nothing is lost")
        }
        if plan {
            try tell(RecoveryReport(survey, nil), nil)
            return nil
        }
        if !output.json { StandardOutput.line(RecoveryText(survey).text) }
        if !yes { try confirm(survey.clusterName) }
        let made = try recovery.rebuild(progress: StandardError.progress)
        try tell(RecoveryReport(survey, made), made)
        return made
    }

    private func tell(_ report: RecoveryReport, _ made: RecoveredCluster?) throws {
        if output.json { return StandardOutput.line(try JSONText.of(report)) }
        if let made {
            StandardOutput.line(RecoveryText.done(made))
        } else if let survey = report.survey {
            StandardOutput.line(RecoveryText(survey).text)
        }
    }

    private func confirm(_ name: String) throws {
        StandardOutput.flush()
        guard StandardInput.isTerminal, StandardError.isTerminal else {
            throw Failure(.usage, "what is lost is lost for ever; say --yes to mean it")
        }
        StandardError.line("Type the cluster's name to go on:")
        guard readLine() == name else { throw Failure(.no, "nothing was changed") }
    }
}
