import ArgumentParser
import Glibc

/// Where the program begins, and the one place where it decides on its exit code.
@main
enum Main {
    static func main() async {
        // A reader that has gone is met where something is written, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        var command: any ParsableCommand
        do {
            command = try Ringmaster.parseAsRoot(RawArguments.parsed)
        } catch {
            endParsing(with: error)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            StandardOutput.flush()
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        StandardOutput.flush()
        let isHelp = Ringmaster.exitCode(for: error).isSuccess
        if !isHelp, let failure = Failure(error) {
            if !failure.text.isEmpty { StandardError.line("ringmaster: \(failure.text)") }
            exit(failure.status.rawValue)
        }
        endParsing(with: error)
    }

    /// Ends with the parser's words: a mistake with its usage, or the help that was asked for.
    private static func endParsing(with error: any Error) -> Never {
        let message = Ringmaster.fullMessage(for: error)
        let code = Ringmaster.exitCode(for: error)
        if code.isSuccess {
            StandardOutput.line(message)
            StandardOutput.flush()
            exit(0)
        }
        StandardError.line(message)
        if let hint = MisplacedOption(RawArguments.parsed)?.hint { StandardError.line(hint) }
        exit(code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue)
    }
}
