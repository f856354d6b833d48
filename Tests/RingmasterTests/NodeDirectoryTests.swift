import Foundation
import Testing

extension ProcessTests {
    /// A node's directory, which one process at a time may have.
    @Suite(.timeLimit(.minutes(2))) struct NodeDirectoryTests {
        @Test("a second process in a node's directory is refused and told who has it")
        func inUse() async throws {
            try await TestCluster.with(nodes: 1, options: ["--fsync", "no"]) { cluster in
                let pid = try #require(try cluster.pid(of: "n1"))
                let second = try await node(of: cluster)
                #expect(second.status == 3)
                #expect(second.errors.contains("in use by process \(pid)"), "\(second.errors)")
                #expect(try cluster.pid(of: "n1") == pid)
                try await cluster.succeed("set", ["key", "value"])
            }
        }

        @Test("a directory of a newer format is refused and left as it is")
        func newerFormat() async throws {
            try await TestCluster.with(nodes: 1, options: ["--fsync", "no"]) { cluster in
                try await cluster.succeed("stop", ["n1"])
                let path = cluster.folder + "/n1/node.json"
                let text = try String(contentsOfFile: path, encoding: .utf8)
                let newer = text.replacing("\"format\" : 1", with: "\"format\" : 99")
                #expect(newer != text)
                try newer.write(toFile: path, atomically: true, encoding: .utf8)
                let run = try await node(of: cluster)
                #expect(run.status == 3)
                #expect(run.errors.contains("newer"), "\(run.errors)")
                #expect(try String(contentsOfFile: path, encoding: .utf8) == newer)
            }
        }

        @Test("a start at another address than the others know is refused, and nothing is dropped")
        func elsewhere() async throws {
            try await TestCluster.with(nodes: 1, options: ["--fsync", "no"]) { cluster in
                try await cluster.succeed("set", ["key", "value"])
                try await cluster.succeed("stop", ["n1"])
                let run = try await node(of: cluster)
                #expect(run.status == 3)
                let port = cluster.firstPort
                #expect(run.errors.contains("n1 at 127.0.0.1:\(port) "), "\(run.errors)")
                #expect(run.errors.contains("for 127.0.0.1:\(port + 1)"), "\(run.errors)")
                try await cluster.up()
                #expect(try await cluster.succeed("get", ["key"]) == "value\n")
            }
        }

        @Test("a torn last line of a log is cut at the next start, and the rest is there")
        func tornTail() async throws {
            try await TestCluster.with(nodes: 1, options: ["--fsync", "no"]) { cluster in
                for number in 0..<5 { try await cluster.succeed("set", ["key\(number)", "value"]) }
                try await cluster.local.kill(["n1"])
                let path = cluster.folder + "/n1/log/00000001.jsonl"
                let handle = try #require(FileHandle(forWritingAtPath: path))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("{\"s\":17,\"k\":\"to".utf8))
                try handle.close()
                try await cluster.up()
                #expect(try await cluster.succeed("get", ["key4"]) == "value\n")
                let log = try String(contentsOfFile: cluster.folder + "/n1.log", encoding: .utf8)
                #expect(log.contains("torn tail"))
                let jq = try await CommandRun.tool("jq", ["-c", ".", path])
                #expect(jq.status == 0)
            }
        }

        /// Runs a node's process in the cluster's first directory, on a port of its own.
        private func node(of cluster: TestCluster) async throws -> CommandRun {
            try await CommandRun.of([
                "node", "--dir", cluster.folder + "/n1", "--port", "\(cluster.firstPort + 1)",
            ])
        }
    }
}
