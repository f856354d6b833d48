import ArgumentParser

/// `ringmaster delete`.
struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a key.")

    @Argument(help: "The key: any bytes.")
    var key: ByteArgument

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await WriteRun(cluster: cluster, output: output)
            .run(.delete(key: key.bytes))
    }
}
