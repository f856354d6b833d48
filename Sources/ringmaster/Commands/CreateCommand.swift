import ArgumentParser

/// `ringmaster create`.
struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Write a key that does not exist yet.")

    @OptionGroup var options: WriteOptions

    func run() async throws {
        try await options.run { .create(key: $0, value: $1) }
    }
}
