import ArgumentParser

/// The whole command line.
///
/// It has no options of its own: the parser would take them from the subcommands' words.
struct Ringmaster: ParsableCommand {
    /// The program's version, which nodes tell as `ringmaster_version`.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "ringmaster",
        abstract: "A distributed key-value store that you can see.",
        usage: """
            ringmaster [--readonly] [--theme NAME] …      the dashboard
            ringmaster -f FILE                            key commands from a file, - is stdin
            ringmaster SUBCOMMAND …
            """,
        discussion: """
            Without a subcommand this opens the dashboard. On first use it founds and starts a local \
            cluster of five nodes; later it starts the stopped cluster that it finds, or attaches \
            to the running one.

            Exit codes: 0 done; 1 the answer is no (not found, exists already); 2 usage; 3 not \
            done, the cluster could not serve; 4 unknown whether done.
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(
                name: "Keys",
                subcommands: [
                    GetCommand.self, CreateCommand.self, SetCommand.self, UpdateCommand.self,
                    DeleteCommand.self, KeysCommand.self, WhereCommand.self,
                ]),
            CommandGroup(
                name: "Cluster",
                subcommands: [
                    DashboardCommand.self, AttachCommand.self, UpCommand.self, DownCommand.self,
                    StatusCommand.self, RingCommand.self, DiscoverCommand.self, BenchCommand.self,
                    RecoverCommand.self,
                    SimulateCommand.self,
                ]),
            CommandGroup(
                name: "Changes of the ring",
                subcommands: [
                    JoinCommand.self, LeaveCommand.self, EvictCommand.self, RebalanceCommand.self,
                    MovesCommand.self, ConfigCommand.self,
                ]),
            CommandGroup(
                name: "Node processes",
                subcommands: [
                    PsCommand.self, StartCommand.self, StopCommand.self, KillCommand.self,
                    PauseCommand.self, ResumeCommand.self, NodeCommand.self,
                ]),
        ],
        defaultSubcommand: DashboardCommand.self)
}
