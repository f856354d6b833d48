import Foundation
import Glibc

/// One run of the program under test, to its end.
struct CommandRun {
    /// The exit code; 128 and the signal after an end by signal.
    var status: Int32
    var output: Data
    var errors: String

    /// What was printed, as text.
    var text: String { String(decoding: output, as: UTF8.self) }

    /// The program, which lies beside the one that runs the tests.
    static let binary: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: own).deletingLastPathComponent().path + "/ringmaster"
    }()

    /// How long a run may take.
    static let patience: Duration = .seconds(180)

    /// Runs the program, or another one.
    ///
    /// - Parameters:
    ///   - arguments: any bytes but zero.
    ///   - program: the path of what to run.
    ///   - input: what it reads as standard input.
    ///   - environment: added to this process's.
    ///   - wait: what is waited for before the run is interrupted as ^C does; nil lets it end.
    /// - Returns: what it printed and how it ended.
    /// - Throws: when it cannot be started or does not end in time.
    static func of(
        _ arguments: [String], program: String = binary, input: Data = Data(),
        environment: [String: String] = [:],
        interruptAfter wait: (@Sendable () async throws -> Void)? = nil
    ) async throws -> CommandRun {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let streams = (input: Pipe(), output: Pipe(), errors: Pipe())
        process.standardInput = streams.input
        process.standardOutput = streams.output
        process.standardError = streams.errors
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ended.finish() }
        try process.run()
        let pid = process.processIdentifier
        let watchdog = Task {
            try await Task.sleep(for: patience)
            Glibc.kill(pid, SIGKILL)
        }
        defer { watchdog.cancel() }
        async let output = readAll(streams.output)
        async let errors = readAll(streams.errors)
        await writeAll(input, to: streams.input)
        if let wait {
            do {
                try await wait()
            } catch {
                Glibc.kill(pid, SIGKILL)
                throw error
            }
            Glibc.kill(pid, SIGINT)
        }
        let printed = await (output, errors)
        for await _ in ends {}
        let code = process.terminationStatus
        return CommandRun(
            status: process.terminationReason == .uncaughtSignal ? 128 + code : code,
            output: printed.0, errors: String(decoding: printed.1, as: UTF8.self))
    }

    private static func readAll(_ pipe: Pipe) async -> Data {
        let handle = pipe.fileHandleForReading
        return await onThread { (try? handle.readToEnd()) ?? Data() }
    }

    private static func writeAll(_ data: Data, to pipe: Pipe) async {
        let handle = pipe.fileHandleForWriting
        await onThread {
            // A program that does not read its input is allowed to.
            try? handle.write(contentsOf: data)
            try? handle.close()
        }
    }

    /// Runs a tool that this machine must have; where it is missing `env` says so, with code 127.
    static func tool(
        _ name: String, _ arguments: [String], input: Data = Data()
    ) async throws -> CommandRun {
        try await of([name] + arguments, program: "/usr/bin/env", input: input)
    }
}

/// Runs what blocks where it holds up no task.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: work()) }
    }
}

/// Waits for a condition.
///
/// - Parameters:
///   - what: the condition in words, for the failure.
///   - limit: how long.
///   - condition: is asked every 20 ms.
/// - Throws: ``TimedOut``, or what the condition throws.
func until(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        if ContinuousClock.now >= end { throw TimedOut(what: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// A condition that did not come about.
struct TimedOut: Error, CustomStringConvertible {
    var what: String
    var description: String { "in vain waited for: \(what)" }
}
