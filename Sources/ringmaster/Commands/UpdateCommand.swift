import ArgumentParser

/// `ringmaster update`.
struct UpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Write a key that exists.")

    @OptionGroup var options: WriteOptions

    func run() async throws {
        try await options.run { .update(key: $0, value: $1) }
    }
}
