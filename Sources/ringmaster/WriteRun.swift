import ArgumentParser
import Client
import Ring

/// What a command needs that writes a key.
struct WriteOptions: ParsableArguments {
    @Argument(help: "The key: any bytes.")
    var key: ByteArgument

    @Argument(help: "The value: any bytes; - reads it from standard input.")
    var value: ByteArgument

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    /// Carries the write out.
    ///
    /// - Throws: a ``Failure`` with the outcome's exit code.
    func run(_ operation: (_ key: [UInt8], _ value: [UInt8]) -> KeyOperation) async throws {
        let operation = operation(key.bytes, try ValueArgument.bytes(of: value))
        try await WriteRun(cluster: cluster, output: output).run(operation)
    }
}

/// Carries out one write and says where it went.
struct WriteRun {
    let cluster: ClusterOptions
    let output: OutputOptions

    /// Carries it out.
    ///
    /// - Throws: a ``Failure`` with the outcome's exit code.
    func run(_ operation: KeyOperation) async throws {
        var line = KeyReportLine(command: operation.verb, key: operation.key)
        do {
            let home = try await cluster.withClient { client in
                _ = try await operation.run(client)
                return try await client.topology().get().homeName(of: operation.key)
            }
            if !output.json {
                let key = Shown.text(operation.key)
                return StandardOutput.line("\(operation.participle) \(key) on \(home)")
            }
        } catch let failure as Failure {
            guard output.json else { throw operation.naming(failure) }
            line.set(failure)
            StandardOutput.line(try JSONText.of(line))
            throw Failure(failure.status, "")
        }
        StandardOutput.line(try JSONText.of(line))
    }
}

/// A value as it is given on the command line.
enum ValueArgument {
    /// The most bytes that are read from standard input: more than any server's limit.
    static let bytesMax = 512 << 20

    /// The bytes of the argument, or those of standard input where it is `-`.
    ///
    /// - Throws: a ``Failure`` when standard input cannot be read.
    static func bytes(of argument: ByteArgument) throws -> [UInt8] {
        guard argument.bytes == [UInt8(ascii: "-")] else { return argument.bytes }
        if StandardInput.isTerminal { StandardError.line("value (end with ^D):") }
        return try StandardInput.readAll(limit: bytesMax)
    }
}

extension ClusterTopology {
    /// What the home of a key is called: its name, else its address.
    func homeName(of key: [UInt8]) -> String {
        let slot = key.withUnsafeBytes { Slots.slot(of: $0) }
        if let epoch, let home = epoch.home(of: slot), let member = epoch.member(number: home) {
            return member.name
        }
        return endpoints(servingSlot: slot).first?.description ?? "no node"
    }
}
