import Foundation
import Testing

extension ProcessTests {
    /// The shell's commands over real node processes.
    @Suite struct ShellTests {
        @Test("keys are created, read, updated and deleted from the shell, and outlive a restart")
        func keys() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.succeed("create", ["user:42", "Ada"])
                #expect(try await cluster.run("create", ["user:42", "Bob"]).status == 1)
                #expect(try await cluster.succeed("get", ["user:42"]) == "Ada\n")
                try await cluster.succeed("update", ["user:42", "Bob"])
                #expect(try await cluster.run("update", ["user:43", "x"]).status == 1)
                #expect(try await cluster.run("get", ["user:43"]).status == 1)
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
