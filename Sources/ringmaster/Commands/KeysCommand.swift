import ArgumentParser
import Client

/// `ringmaster keys`.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Print the keys of the whole cluster.",
        discussion: """
            One key a line, each once, in no order. At a terminal bytes that are no text are shown \
            as \\xHH; in a pipe keys are printed byte for byte. With --json each line is \
            {"key": "…"}, or {"keyBase64": "…"} where the key is no text.
            """)

    @Argument(help: "A glob pattern as Redis has it: * ? [a-z].")
    var pattern: ByteArgument?

    @Flag(name: [.customShort("0"), .long], help: "End each key with a zero byte, not a line end.")
    var null = false

    @Option(help: ArgumentHelp("Print at most so many keys.", valueName: "count"))
    var limit: Int?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
    }

    func run() async throws {
        try await cluster.withClient { client in
            // A scan may tell a key twice; people count lines.
            var seen: Set<[UInt8]> = []
            var cursor: ScanCursor? = .start
            while let from = cursor {
                let page = try await client.scan(
                    from: from, matching: pattern?.bytes, count: 1_000
                ).get()
                for key in page.keys where seen.insert(key).inserted {
                    try show(key)
                    if seen.count == limit { return }
                }
                cursor = page.next
            }
        }
    }

    private struct Line: Encodable {
        var key: String?
        var keyBase64: String?
    }

    private func show(_ key: [UInt8]) throws {
        if output.json {
            let (text, base64) = KeyReportLine.fields(key)
            let line = Line(key: text, keyBase64: base64)
            StandardOutput.line(try JSONText.of(line, isOneLine: true))
        } else if null {
            StandardOutput.write(key + [0])
        } else if StandardOutput.isTerminal {
            StandardOutput.line(Shown.text(key, limit: .max))
        } else {
            StandardOutput.write(key + [10])
        }
    }
}
