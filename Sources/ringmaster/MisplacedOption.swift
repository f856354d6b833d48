/// An option that stands before the command that it is for.
struct MisplacedOption {
    private let command: String

    /// Looks for a command behind an option; nil when the words begin with no option, or have no
    /// command.
    init?(_ words: [String]) {
        guard let first = words.first, first.hasPrefix("-"),
            let command = words.first(where: Self.commands.contains)
        else { return nil }
        self.command = command
    }

    /// What to do about it.
    var hint: String {
        "Options come after the command: `ringmaster \(command) …`."
    }

    private static let commands = Set(
        Ringmaster.configuration.groupedSubcommands.flatMap(\.subcommands).compactMap {
            $0.configuration.commandName
        })
}
