import Foundation
import Glibc

/// One `ringmaster node` in the foreground, in a directory of its own beside a test's cluster.
///
/// Use ``with(_:port:in:_:)``: the process has ended afterwards whatever happens.
struct NodeRun: Sendable {
    let directory: String
    let port: Int
    private let process: Process

    /// Starts a node, hands it to the test, and ends it.
    ///
    /// - Parameters:
    ///   - words: more words of the command line.
    ///   - port: where it is to listen.
    ///   - directory: the node's.
    ///   - test: what to do with it.
    /// - Throws: what the test throws; or that it cannot be started.
    static func with(
        _ words: [String] = [], port: Int, in directory: String,
        _ test: (NodeRun) async throws -> Void
    ) async throws {
        let process = Process()
        process.executableURL = URL(filePath: CommandRun.binary)
        process.arguments =
            ["node", "--dir", directory, "--port", "\(port)", "--fsync", "no"] + words
        let log = directory + ".log"
        if !FileManager.default.fileExists(atPath: log) {
            try Data().write(to: URL(filePath: log))
        }
        let handle = try FileHandle(forWritingTo: URL(filePath: log))
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        let run = NodeRun(directory: directory, port: port, process: process)
        do {
            try await test(run)
        } catch {
            print("the node's log: \(run.log.suffix(2_000))")
            await run.end(SIGKILL)
            throw error
        }
        await run.end(SIGTERM)
    }

    /// All that the node has printed so far, in this run and earlier ones.
    var log: String {
        FileManager.default.contents(atPath: directory + ".log").map {
            String(decoding: $0, as: UTF8.self)
        } ?? ""
    }

    /// Whether it has a process.
    var isRunning: Bool { process.isRunning }

    /// Ends it by a signal and waits until it has ended.
    func end(_ signal: Int32) async {
        if process.isRunning { Glibc.kill(process.processIdentifier, signal) }
        await onThread { process.waitUntilExit() }
    }
}
