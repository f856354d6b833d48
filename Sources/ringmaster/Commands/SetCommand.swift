import ArgumentParser

/// `ringmaster set`.
struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Write a key whether it exists or not.")

    @Argument(help: "The key: any bytes.")
    var key: ByteArgument

    @Argument(help: "The value: any bytes; - reads it from standard input.")
    var value: ByteArgument

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await WriteRun(cluster: cluster, output: output)
            .run(.set(key: key.bytes, value: try ValueArgument.bytes(of: value)))
    }
}
