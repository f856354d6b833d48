import Foundation
import Testing

/// The program as a whole, without any node.
@Suite struct CommandLineTests {
    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> CommandRun {
        var environment = environment
        environment["XDG_DATA_HOME"] = "/nonexistent/ringmaster-tests"
        return try await CommandRun.of(arguments, environment: environment)
    }

    @Test("help is an answer; a mistake is exit code 2 with the right way to say it")
    func usage() async throws {
        let help = try await run("--help")
        #expect(help.status == 0)
        #expect(help.text.contains("SUBCOMMANDS"))
        for arguments in [
            ["nonsense"], ["get"], ["set", "a"], ["get", "a", "--at", "nowhere"],
            ["get", "a", "--at", "h:0"], ["get", "a", "--at", "h:65536"], ["up", "--nodes", "x"],
            ["get", "a", "--timeout", "0"], ["bench", "--phases", "fly"], ["node", "--dir", "x"],
            ["node", "--dir", "x", "--port", "0"], ["node", "--dir", "x", "--port", "65536"],
            ["node", "--dir", "x", "--port", "1", "--threads", "0"],
            ["node", "--dir", "x", "--port", "1", "--peer", "n2"], ["start"], ["--nope"],
        ] {
            let run = try await CommandRun.of(arguments)
            #expect(run.status == 2, "\(arguments)")
            #expect(run.errors.contains("Usage"), "\(arguments)")
            #expect(run.output.isEmpty, "\(arguments)")
        }
    }

    @Test(
        "a cluster's name that would leave the folder is refused as usage",
        arguments: ["..", "a/b", "", "-x", "\u{1B}[2J", String(repeating: "a", count: 300)])
    func badName(name: String) async throws {
        let run = try await run("status", "--cluster=\(name)")
        #expect(run.status == 2)
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test("without a cluster the commands say how to make one, with exit code 3")
    func noCluster() async throws {
        for command in [["get", "a"], ["status"], ["ps"], ["down"], ["ring"], ["stop", "n1"]] {
            let run = try await CommandRun.of(
                command, environment: ["XDG_DATA_HOME": "/nonexistent/ringmaster-tests"])
            #expect(run.status == 3, "\(command)")
            #expect(run.errors.contains("`ringmaster up` makes one"), "\(command)")
        }
    }

    @Test("a plan that cannot be is refused before anything is made")
    func badPlan() async throws {
        let folder = "/tmp/ringmaster-plan-\(ProcessInfo.processInfo.processIdentifier)"
        for plan in [
            ["--nodes", "0"], ["--nodes", "65"], ["--replicas", "8"], ["--port", "65535"],
        ] {
            let run = try await CommandRun.of(["up", "--dir", folder] + plan)
            #expect(run.status == 2, "\(plan)")
        }
        _ = try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("where nothing listens the answer comes at once: not done")
    func nobody() async throws {
        let run = try await run("set", "a", "1", "--at", "127.0.0.1:1")
        #expect(run.status == 3)
        #expect(run.errors.contains("connection refused"))
    }

    @Test("with --json a failure is reported as JSON, with the same exit code")
    func failureAsJSON() async throws {
        struct Report: Decodable {
            var outcome: String
            var key: String
            var reason: String
        }
        let run = try await run("set", "a", "1", "--at", "127.0.0.1:1", "--json")
        #expect(run.status == 3)
        let report = try JSONDecoder().decode(Report.self, from: run.output)
        #expect(report.outcome == "notDone")
        #expect(report.key == "a")
        #expect(run.errors.isEmpty)
    }

    @Test("a command behind its options is told to stand before them")
    func misplacedOption() async throws {
        let run = try await run("--cluster", "demo", "status")
        #expect(run.status == 2)
        #expect(run.errors.contains("Options come after the command: `ringmaster status …`"))
        let other = try await self.run("--nope")
        #expect(!other.errors.contains("Options come after"))
    }

    @Test("the version is told, and no help has line ends in the middle of a sentence")
    func versionAndHelp() async throws {
        let version = try await run("--version")
        #expect(version.status == 0)
        #expect(version.text.split(separator: ".").count == 3)
        for command in ["discover", "bench", "status", "recover", "moves", "config", "down"] {
            let help = try await run(command, "--help")
            #expect(help.status == 0)
            #expect(!help.text.contains("\\"), "\(command)")
        }
    }

    @Test("a setting that there is not, or a value that it never has, is a mistake of usage")
    func settings() async throws {
        for (words, what) in [
            (["nosuch", "3"], "there is no setting nosuch"), (["grace", "abc"], "500ms, 8s or 1m"),
            (["move-rate", "fast"], "12M"), (["replicas", "9"], "1 to 7"),
        ] {
            let run = try await CommandRun.of(["config"] + words + ["--at", "127.0.0.1:1"])
            #expect(run.status == 2, "\(words)")
            #expect(run.errors.contains(what), "\(run.errors)")
        }
    }

    @Test("what does not answer is named by its address")
    func nobodyAt() async throws {
        for command in ["status", "moves"] {
            let run = try await run(command, "--at", "127.0.0.1:1")
            #expect(run.status == 3)
            #expect(run.errors.contains("127.0.0.1:1") && !run.errors.contains("demo"))
        }
    }

    @Test("the dashboard without a terminal says what to use instead")
    func noTerminal() async throws {
        for arguments in [[], ["attach", "127.0.0.1:1"]] {
            let run = try await CommandRun.of(
                arguments, environment: ["XDG_DATA_HOME": "/nonexistent/ringmaster-tests"])
            #expect(run.status == 2)
            #expect(run.errors.contains("needs a terminal"))
        }
    }

    @Test("a closed standard output ends the program quietly")
    func closedOutput() async throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = [
            "-c", "\"$0\" bench placement --nodes 8 | true; exit 0", CommandRun.binary,
        ]
        let errors = Pipe()
        shell.standardError = errors
        try shell.run()
        let printed = try errors.fileHandleForReading.readToEnd() ?? Data()
        shell.waitUntilExit()
        #expect(printed.isEmpty)
    }

    @Test("the placement table has its figures for each size")
    func placement() async throws {
        struct Report: Decodable {
            struct Size: Decodable {
                var nodes: Int
                var homeLoad: Double
            }
            var sizes: [Size]
        }
        let run = try await run("bench", "placement", "--nodes", "5", "--json")
        #expect(run.status == 0)
        let report = try JSONDecoder().decode(Report.self, from: run.output)
        #expect(report.sizes.map(\.nodes) == [1, 2, 3, 4, 5, 4, 3])
        #expect(report.sizes.allSatisfy { $0.homeLoad <= 1.05 })
    }
}
