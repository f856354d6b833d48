import Client
import Foundation
import RESP
import Testing

extension ProcessTests {
    /// Keys and values of any bytes, and the log that keeps them.
    @Suite(.timeLimit(.minutes(5))) struct ByteTests {
        @Test("any bytes come back exactly, also after a restart of all, and jq reads every line")
        func bytes() async throws {
            try await TestCluster.with { cluster in
                let entries = Self.entries
                let client = cluster.client(TestCluster.patient)
                for (key, value) in entries {
                    #expect(await client.set(key, Array("first".utf8)) == .done(.notAsked))
                    #expect(await client.set(key, value) == .done(.notAsked))
                }
                let gone = Array("gone \u{0}".utf8)
                #expect(await client.set(gone, gone) == .done(.notAsked))
                #expect(await client.delete(gone) == .done(.notAsked))
                try await expect(entries, in: cluster, by: client)
                try await cluster.untilLevel()
                try await expectReadableLogs(of: cluster, with: entries.map(\.0))

                try await cluster.local.kill(["n1", "n2", "n3", "n4", "n5"])
                try await cluster.up()
                try await expect(entries, in: cluster, by: client)
                #expect(await client.get(gone) == .no("not found"))
                try await cluster.untilLevel()
                try await expectReadableLogs(of: cluster, with: entries.map(\.0))
                await client.close()
            }
        }

        /// Keys and values that some part on the way might be tempted to change.
        private static var entries: [([UInt8], [UInt8])] {
            let texts = [
                "", "{}", "{", "}{", "{tag}a", "a{}b", "../../etc/passwd", "\r\n", "$3\r\nfoo\r\n",
                "\u{0}", "\u{7F}\u{85}\u{9B}31m", "\u{1B}]52;c;Zm9v\u{7}", "\"\\\u{8}\u{C}\n\t",
                "{\"s\":1,\"k\":\"x\"}", "\u{E9}", "e\u{301}", "\u{2028}\u{2029}", "\u{FEFF}BOM",
                "\u{202E}bidi", "%s%n%x", "日本語", "🧭", "NaN", "null", "1e999",
                "9223372036854775808", String(repeating: "long ", count: 2_000),
            ]
            var words = texts.map { Array($0.utf8) }
            // Not UTF-8: every byte, an overlong zero, a lone surrogate, a cut sequence.
            words += [
                (0...255).map { UInt8($0) }, [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98],
                [0xFF], [0xFE, 0xFF, 0x00],
            ]
            words += (0...255).map { [UInt8($0), UInt8(255 - $0)] }
            return zip(words, words.reversed()).map { ($0, $1) }
        }

        private func expect(
            _ entries: [([UInt8], [UInt8])], in cluster: TestCluster, by client: ClusterClient
        ) async throws {
            for (index, (key, value)) in entries.enumerated() {
                let node = cluster.endpoints[index % cluster.endpoints.count]
                var answer = Client.Outcome<RESPValue>.notDone("")
                // A node that has just come up may have to say «not done» a few times.
                try await until("an answer through \(node)") {
                    answer = await client.ask(node, [Array("GET".utf8), key])
                    if case .done = answer { return true }
                    return false
                }
                #expect(answer == .done(.bulk(value)), "\(key) through \(node)")
            }
        }

        /// Has jq read every line of every file by itself, and finds every key in it.
        private func expectReadableLogs(
            of cluster: TestCluster, with keys: [[UInt8]]
        ) async throws {
            var missing = Set(keys)
            for node in try cluster.local.manifest().nodes {
                let directory = cluster.local.folder.directory(of: node)
                let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/log")
                let files = names.map { "\(directory)/log/\($0)" } + ["\(directory)/ring.jsonl"]
                for file in files where file.hasSuffix(".jsonl") {
                    missing.subtract(try await keysThatJQReads(file))
                }
            }
            #expect(missing.isEmpty, "keys that no log has")
        }

        private func keysThatJQReads(_ file: String) async throws -> Set<[UInt8]> {
            let data = try Data(contentsOf: URL(filePath: file))
            let lines = data.split(separator: UInt8(ascii: "\n"))
            #expect(data.last == UInt8(ascii: "\n"), "\(file)")
            #expect(String(validating: data, as: UTF8.self) != nil, "\(file) is not UTF-8")
            let types = try await CommandRun.tool("jq", ["-R", "-r", "fromjson | type", file])
            #expect(types.status == 0, "jq on \(file): \(types.errors)")
            #expect(
                types.text.split(separator: "\n") == lines.map { _ in "object" }, "\(file)")
            let keys = try await CommandRun.tool(
                "jq", ["-r", "select(.s) | (.k | values | @base64) // .k64 | values", file])
            #expect(keys.status == 0, "jq on \(file): \(keys.errors)")
            let words = keys.text.split(separator: "\n", omittingEmptySubsequences: false)
                .dropLast()
            return Set(words.compactMap { Data(base64Encoded: String($0)).map { Array($0) } })
        }
    }
}
