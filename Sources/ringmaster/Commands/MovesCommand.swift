import ArgumentParser
import Client

/// `ringmaster moves`.
struct MovesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moves", abstract: "Show and steer the changes of the ring.",
        usage: """
            ringmaster moves                          changes under way, waiting and ended
            ringmaster moves pause | resume           let copying stand still, or go on
            ringmaster moves cancel CHANGE            take a change back that is not over
            ringmaster moves rate BYTES               bytes per second that each node copies
            """,
        discussion: """
            Rates take units: 500K, 12M, 1G; 0 is no limit. What is taken back leaves all slots \
            where they are; a local node that was joining ends, and its folder is removed.

            With --json, the list is {"epoch", "paused", "rate", "moves": [{"change", "kind", \
            "node", "replicas", "state", "percent", "slots", "copiedSlots", "keys", "bytes", \
            "copiedBytes", "bytesPerSecond", "secondsLeft", "waitsFor"}], "ended": [{"change", \
            "kind", "node", "replicas", "outcome", "reason", "epoch"}]}, where "rate" is the limit in bytes per second, 0 \
            without one, and state is copying, paused or waiting; what nobody can tell is null. Of \
            cancel it is one entry as in "ended", of the others {"name", "value"}.
            """)

    /// What to do with the changes.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case pause, resume, cancel, rate
    }

    @Argument(help: "pause, resume, cancel or rate; without it, the list.")
    var action: Action?
    @Argument(help: "The number of the change to cancel, or the rate.")
    var value: String?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        switch action {
        case .cancel where value.flatMap({ Int($0) }) == nil:
            throw ValidationError(
                "cancel takes the number of a change, as `ringmaster moves` shows it")
        case .rate where value.flatMap({ SettingText.bytes($0) }) == nil:
            throw ValidationError(
                "rate takes a number of bytes, like 500K, 12M or 1G; 0 is no limit")
        case .pause where value != nil, .resume where value != nil:
            throw ValidationError("pause and resume take no value")
        default: break
        }
    }

    func run() async throws {
        let setting = SettingChange(cluster: cluster, output: output)
        switch action {
        case nil: try await list()
        case .pause: try await setting.set("moves-paused", "yes", done: "copying is paused")
        case .resume: try await setting.set("moves-paused", "no", done: "copying goes on")
        case .rate:
            guard let rate = value.flatMap({ SettingText.bytes($0) }) else { return }
            try await setting.set(
                "move-rate", "\(rate)",
                done: rate == 0
                    ? "copying has no limit" : "each node copies at most \(Shown.size(rate))/s")
        case .cancel:
            guard let change = value.flatMap({ Int($0) }) else { return }
            try await CancelRun(cluster: cluster, output: output).cancel(change)
        }
    }

    private func list() async throws {
        let monitor = try ClusterWatch(cluster).monitor()
        guard let report = MovesReport(await monitor.paced()) else {
            throw cluster.nobodyAnswers
        }
        StandardOutput.line(
            output.json ? try JSONText.of(report) : report.text(Paint(output.color)))
    }
}
