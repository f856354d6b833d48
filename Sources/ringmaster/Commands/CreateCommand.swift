import ArgumentParser

/// `ringmaster create`.
struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Write a key that does not exist yet.")

    @Argument(help: "The key: any bytes.")
    var key: ByteArgument

    @Argument(help: "The value: any bytes; - reads it from standard input.")
    var value: ByteArgument

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await WriteRun(cluster: cluster, output: output)
            .run(.create(key: key.bytes, value: try ValueArgument.bytes(of: value)))
    }
}
