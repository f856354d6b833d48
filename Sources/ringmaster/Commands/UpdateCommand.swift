import ArgumentParser

/// `ringmaster update`.
struct UpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Write a key that exists.")

    @Argument(help: "The key: any bytes.")
    var key: ByteArgument

    @Argument(help: "The value: any bytes; - reads it from standard input.")
    var value: ByteArgument

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await WriteRun(cluster: cluster, output: output)
            .run(.update(key: key.bytes, value: try ValueArgument.bytes(of: value)))
    }
}
