import ArgumentParser

/// `ringmaster set`.
struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Write a key whether it exists or not.")

    @OptionGroup var options: WriteOptions

    func run() async throws {
        try await options.run { .set(key: $0, value: $1) }
    }
}
