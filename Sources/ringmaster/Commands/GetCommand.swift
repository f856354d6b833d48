import ArgumentParser

/// `ringmaster get`.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Print the value of a key, byte for byte.")

    @Argument(help: "The key: any bytes.")
    var key: ByteArgument

    @Flag(help: "Print no line end behind the value.")
    var raw = false

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let operation = KeyOperation.get(key: key.bytes)
        var line = KeyReportLine(command: operation.verb, key: operation.key)
        do {
            let value = try await cluster.withClient { try await operation.run($0) } ?? []
            line.set(value: value)
            if !output.json { return StandardOutput.write(raw ? value : value + [10]) }
        } catch let failure as Failure {
            guard output.json else { throw operation.naming(failure) }
            line.set(failure)
            StandardOutput.line(try JSONText.of(line))
            throw Failure(failure.status, "")
        }
        StandardOutput.line(try JSONText.of(line))
    }
}
