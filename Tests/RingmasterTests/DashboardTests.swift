import Glibc
import LocalCluster
import Testing

extension ProcessTests {
    @Suite("The dashboard on a real terminal") struct DashboardTests {
        /// The program over a test's cluster, with all nodes up.
        private func open(_ cluster: TestCluster) throws -> PseudoTerminal {
            let terminal = try PseudoTerminal(
                CommandRun.binary,
                ["dashboard", "--dir", cluster.folder, "--cluster", cluster.name])
            #expect(terminal.wait(for: "nodes 5/5 up", seconds: 60))
            return terminal
        }

        @Test("a key is created, found on the ring and deleted by the keys that the screen names")
        func keys() async throws {
            try await TestCluster.with { cluster in
                let terminal = try open(cluster)
                #expect(terminal.wait(for: "a create"))
                terminal.type("a")
                #expect(terminal.wait(for: "Create a key"))
                terminal.type("user:42\thello")
                #expect(terminal.wait(for: "slot 15,880"))
                terminal.type("\r")
                #expect(terminal.wait(for: "CREATE user:42", seconds: 30))
                #expect(try await cluster.succeed("get", ["user:42"]) == "hello\n")
                terminal.type("v")
                #expect(terminal.wait(for: "hello", seconds: 30))
                terminal.type("\u{1b}")
                // What follows Esc at once would be one key with it.
                #expect(terminal.wait { rows in !rows.contains { $0.contains("╭─ user:42") } })
                terminal.type("d")
                #expect(terminal.wait(for: "Cancel", seconds: 30))
                terminal.type("\t\r")
                #expect(terminal.wait(for: "DELETE user:42", seconds: 30))
                #expect(try await cluster.run("get", ["user:42"]).status == 1)
                terminal.type("q\t\r")
                #expect(terminal.waitForExit() == 0)
                #expect(terminal.isCooked)
            }
        }

        @Test("a killed node is shown, and shown again when it is back")
        func kill() async throws {
            try await TestCluster.with { cluster in
                let terminal = try open(cluster)
                try await cluster.succeed("kill", ["n3"])
                #expect(terminal.wait(for: "DEGRADED", seconds: 30))
                #expect(terminal.wait(for: "DOWN", seconds: 30))
                terminal.resize(columns: 80, rows: 24)
                #expect(terminal.wait(for: "4/5", seconds: 30))
                try await cluster.succeed("start", ["n3"])
                #expect(terminal.wait(for: "5/5", seconds: 60))
                terminal.type("q\t\r")
                #expect(terminal.waitForExit() == 0)
                #expect(terminal.isCooked)
            }
        }
    }
}
