import Foundation
import Testing

extension ProcessTests {
    /// The shell's commands over real node processes.
    @Suite struct ShellTests {
        @Test("keys are created, read, updated and deleted from the shell, and outlive a restart")
        func keys() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.succeed("create", ["user:42", "Ada"])
                let double = try await cluster.run("create", ["user:42", "Bob"])
                #expect(double.status == 1)
                #expect(double.errors == "ringmaster: create user:42: exists already\n")
                #expect(try await cluster.succeed("get", ["user:42"]) == "Ada\n")
                try await cluster.succeed("update", ["user:42", "Bob"])
                #expect(try await cluster.run("update", ["user:43", "x"]).status == 1)
                let missing = try await cluster.run("get", ["user:\u{1B}43"])
                #expect(missing.status == 1)
                #expect(missing.errors == "ringmaster: get user:\\x1b43: not found\n")
                let bytes = Data((0...255).map { UInt8($0) })
                try await cluster.succeed("set", ["bytes", "-"], input: bytes)
                #expect(try await cluster.run("get", ["--raw", "bytes"]).output == bytes)
                #expect(try await cluster.run("delete", ["nothing"]).status == 1)

                try await cluster.succeed("down")
                #expect(try await cluster.run("get", ["user:42"]).status == 3)
                try await cluster.up()
                #expect(try await cluster.succeed("get", ["user:42"]) == "Bob\n")
                #expect(try await cluster.run("get", ["--raw", "bytes"]).output == bytes)
                try await cluster.succeed("delete", ["user:42"])
                #expect(try await cluster.succeed("keys") == "bytes\n")
            }
        }

        @Test(
            "a file of commands is carried out line by line, and the gravest outcome is the exit code"
        )
        func batch() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                let lines = """
                    create a 1
                    # a remark

                    get a
                    create a 2
                    set "b c" 3
                    get "b c"

                    """
                let run = try await cluster.run("dashboard", ["-f", "-"], input: Data(lines.utf8))
                #expect(run.status == 1)
                #expect(run.text == "1\n3\n")
                #expect(run.errors == "line 5: create a: exists already\n")
            }
        }

        @Test("status --json has the fields that are promised, and they add up")
        func status() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                for key in 0..<20 { try await cluster.succeed("set", ["key:\(key)", "v"]) }
                let status = try #require(try await cluster.status())
                #expect(status.cluster.name == "test")
                #expect(status.cluster.replicas == 3)
                #expect(status.nodes.map(\.name) == ["n1", "n2", "n3"])
                #expect(status.nodes.map(\.port) == cluster.endpoints.map(\.port))
                let pids = try ["n1", "n2", "n3"].map { try cluster.pid(of: $0).map(Int.init) }
                #expect(status.nodes.map(\.pid) == pids)
                #expect(status.cluster.keys == 20)
                #expect(status.nodes.compactMap(\.homeKeys).reduce(0, +) == 20)
                #expect(status.nodes.map(\.homeSlots).reduce(0, +) == 16_384)
            }
        }

        @Test("status tells how many operations a second each node is asked for")
        func rates() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let load = Task {
                    let client = cluster.client()
                    while !Task.isCancelled { _ = await client.get(Array("key".utf8)) }
                    await client.close()
                }
                // The monitor's own questions count for nothing here: a load has hundreds.
                try await cluster.until("the load is seen") { status in
                    let rates = status.nodes.compactMap(\.operationsPerSecond)
                    return rates.count == 3 && rates.reduce(0, +) > 20
                }
                load.cancel()
                await load.value
            }
        }

        @Test("a change of the number of copies that is not waited for is said to be in the queue")
        func replicasLater() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                try await cluster.succeed("moves", ["pause"])
                let text = try await cluster.succeed(
                    "config", ["replicas", "2", "--yes", "--no-wait"])
                #expect(text == "change 1 is in the queue; `ringmaster moves` shows it\n")
                try await cluster.succeed("moves", ["resume"])
                try await until("the change is told with its number of copies") {
                    try await cluster.succeed("moves").contains("replicas 2")
                }
            }
        }

        @Test("the program tells the version that its nodes tell")
        func version() async throws {
            try await TestCluster.with(nodes: 1, options: ["--replicas", "1", "--fsync", "no"]) {
                cluster in
                let own = try await CommandRun.of(["--version"]).text.dropLast()
                let connection = try RawConnection(to: cluster.endpoints[0])
                try connection.send(frame("INFO", "server"))
                var answer = ""
                while !answer.contains("ringmaster_version:") || !answer.hasSuffix("\r\n") {
                    answer += try connection.receiveLine()
                }
                #expect(answer.contains("ringmaster_version:\(own)\r\n"))
            }
        }

        @Test("nodes outlive the program that started them and are found again by another")
        func found() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                struct Report: Decodable {
                    var started: [String]
                    var alreadyRunning: [String]
                }
                let run = try await cluster.run("up", ["--json"])
                let report = try JSONDecoder().decode(Report.self, from: run.output)
                #expect(report.started.isEmpty)
                #expect(report.alreadyRunning == ["n1", "n2", "n3"])
                #expect(try await cluster.run("start", ["n1"]).status == 1)
                #expect(try await cluster.run("stop", ["n9"]).status == 2)
                #expect(try await cluster.run("up", ["--nodes", "5"]).status == 2)
            }
        }
    }
}
