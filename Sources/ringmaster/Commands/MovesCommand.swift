import ArgumentParser
import Client
import LocalCluster
import Ring

/// `ringmaster moves`.
struct MovesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moves", abstract: "Show and steer the changes of the ring.",
        usage: """
            ringmaster moves [OPTIONS]                changes under way, waiting and ended
            ringmaster moves pause | resume           let copying stand still, or go on
            ringmaster moves cancel CHANGE            take a change back
            ringmaster moves rate BYTES               bytes per second that each node copies; 12M, 0 is no limit
            """,
        subcommands: [
            List.self, Pause.self, Resume.self, Cancel.self, Rate.self,
        ],
        defaultSubcommand: List.self)

    /// `ringmaster moves`, the list.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the changes under way, waiting and ended.",
            discussion: """
                With --json: {"epoch", "paused", "rate", "moves": [{"change", "kind", "node", \
                "replicas", "state", "percent", "slots", "copiedSlots", "keys", "bytes", \
                "copiedBytes", "bytesPerSecond", "secondsLeft"}], "ended": [{"change", "kind", \
                "node", "outcome", "reason", "epoch"}]}; "rate" is the limit in bytes per second, 0 \
                without one; state is copying, paused or waiting; what nobody can tell is null.
                """)

        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let monitor = try ClusterWatch(cluster).monitor()
            guard let report = MovesReport(await monitor.paced()) else {
                throw Failure(
                    .notDone, "no node of \(cluster.cluster) answers; `ringmaster up` starts them")
            }
            StandardOutput.line(
                output.json ? try JSONText.of(report) : report.text(Paint(output.color)))
        }
    }

    /// `ringmaster moves pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Let the copying for changes stand still.")
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await SettingChange(cluster: cluster, output: output).set(
                "moves-paused", "yes", done: "copying is paused")
        }
    }

    /// `ringmaster moves resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let the copying for changes go on.")
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await SettingChange(cluster: cluster, output: output).set(
                "moves-paused", "no", done: "copying goes on")
        }
    }

    /// `ringmaster moves rate`.
    struct Rate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rate",
            abstract: "Limit the bytes per second that each node sends to copy slots.")
        @Argument(help: "Bytes per second: 500K, 12M, 1G; 0 is no limit.")
        var bytes: String
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard let number = SettingText.bytes(bytes) else {
                throw Failure(.usage, "\(bytes) is no number of bytes, like 500K, 12M or 1G")
            }
            try await SettingChange(cluster: cluster, output: output).set(
                "move-rate", "\(number)",
                done: number == 0
                    ? "copying has no limit" : "each node copies at most \(Shown.size(number))/s")
        }
    }

    /// `ringmaster moves cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel", abstract: "Take a change back that is not over.",
            discussion: """
                The slots stay where they are, and what was copied is dropped. A local node that \
                was joining ends, and its folder is removed. With --json: {"change", "kind", \
                "node", "outcome", "reason", "epoch"}, where outcome is cancelled.
                """)
        @Argument(help: "The change's number, as `ringmaster moves` shows it.")
        var id: Int
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await CancelRun(cluster: cluster, output: output).cancel(id)
        }
    }
}
