import Foundation
import RESP
import Testing

@Suite("Transcripts")
struct TranscriptTests {
    /// Where the scripts are.
    ///
    /// Each is a text file: `>` and a command with quotes as in an inline command, then the reply,
    /// with `\r`, `\n` and `\xNN` for what cannot be seen. It begins with an empty keyspace.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts")

    @Test(
        "the replies are, byte for byte, those that were recorded",
        arguments: [
            "arity", "command-getkeys", "expire", "getex", "numbers", "set-conditions",
            "set-expiry", "set-ifeq", "strings", "unknown-commands",
        ])
    func replay(_ name: String) throws {
        let file = Self.folder.appending(path: name + ".txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let keyspace = Keyspace()
        var command: Substring?
        var count = 0
        for line in lines where !line.hasPrefix("#") {
            if line.hasPrefix("> ") {
                command = line.dropFirst(2)
            } else {
                let typed = try #require(command)
                let reply = keyspace.run(Self.split(typed))
                #expect(Self.visible(reply) == line, "> \(typed)")
                count += 1
            }
        }
        #expect(count > 5)
    }

    @Test("every script in the folder is replayed")
    func everyScript() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
        #expect(files.filter { $0.hasSuffix(".txt") }.count == 10)
    }

    /// The arguments of a typed command, by the parser of inline commands.
    private static func split(_ typed: Substring) -> [[UInt8]] {
        let parser = RequestParser()
        return Array((typed + "\n").utf8).withUnsafeBytes { bytes in
            guard case .request = parser.next(bytes) else { return [] }
            let arguments = parser.arguments
            return (0..<arguments.count).map { arguments.array($0) }
        }
    }

    private static func visible(_ reply: [UInt8]) -> String {
        reply.map { byte in
            switch byte {
            case 13: "\\r"
            case 10: "\\n"
            case 32..<127: String(UnicodeScalar(byte))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}
