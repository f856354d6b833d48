import Foundation
import Testing

@Suite("Scripts explain the protocol by example")
struct ScriptTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts")

    /// `RINGMASTER_REWRITE=1 swift test --filter ScriptTests` writes the transcripts anew.
    private static let rewrites = ProcessInfo.processInfo.environment["RINGMASTER_REWRITE"] == "1"

    @Test(
        "what happens is what the script tells",
        arguments: [
            "a-write", "a-takeover", "an-unfinished-write", "a-join", "a-healed-partition",
            "a-whole-restart", "a-copy",
        ])
    func transcriptHolds(_ name: String) throws {
        let file = Self.folder.appending(path: "\(name).txt")
        let told = try String(contentsOf: file, encoding: .utf8)
        let played = try Script.play(told)
        if Self.rewrites {
            try played.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let pairs = zip(told.split(separator: "\n"), played.split(separator: "\n"))
        let first = pairs.first { $0 != $1 }
        let isSame = told == played
        #expect(isSame, "first told «\(first?.0 ?? "")», happened «\(first?.1 ?? "")»")
    }
}
