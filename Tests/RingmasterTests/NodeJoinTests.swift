import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// Single nodes that join a cluster.
    @Suite(.timeLimit(.minutes(5))) struct NodeJoinTests {
        @Test("a node joins by one seed that answers, under the next free name, and takes its part")
        func join() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                for number in 0..<50 {
                    try await cluster.succeed("set", ["key\(number)", "value"])
                }
                let port = cluster.firstPort + 3
                let words = ["--join", "127.0.0.1:1,127.0.0.1:\(cluster.firstPort + 1)"]
                try await NodeRun.with(words, port: port, in: cluster.folder + "/n4") { node in
                    try await untilJoined("n4", cluster)
                    #expect(node.log.contains("n4 is a member of test"), "\(node.log)")
                    let client = cluster.client(TestCluster.patient)
                    try await cluster.untilCopiesAreEqual(by: client)
                    await client.close()
                    let key = try await cluster.succeed(
                        "get", ["key7", "--at", "127.0.0.1:\(port)"])
                    #expect(key == "value\n")
                }
                // It is a node like any other now: told to join again, it only starts.
                try await NodeRun.with(words, port: port, in: cluster.folder + "/n4") { _ in
                    try await cluster.until("n4 is up again") { status in
                        status.nodes.contains {
                            $0.name == "n4" && $0.state == .up && $0.incarnation == 2
                        }
                    }
                }
            }
        }

        @Test("what was broken off after the request goes on under the same id")
        func brokenOff() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                let port = cluster.firstPort + 3
                let id = String(repeating: "4", count: 40)
                let client = cluster.client(TestCluster.patient)
                let answer: AnsweredRequest = try await cluster.report(
                    "RING", "JOIN", id, "west", "127.0.0.1", "\(port)", from: cluster.endpoints[0],
                    by: client)
                #expect(answer.change != nil)
                let directory = cluster.folder + "/west"
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
                let ticket =
                    "{\"format\":1,\"id\":\"\(id)\",\"host\":\"127.0.0.1\",\"port\":\(port),"
                    + "\"seeds\":[{\"host\":\"127.0.0.1\",\"port\":\(cluster.firstPort)}]}"
                try Data(ticket.utf8).write(to: URL(filePath: directory + "/joining.json"))
                try await NodeRun.with(port: port, in: directory) { _ in
                    try await untilJoined("west", cluster)
                    let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                    #expect(epoch.members.map(\.name) == ["n1", "n2", "n3", "west"])
                    #expect(epoch.members.last?.id.description == id)
                    let names = try FileManager.default.contentsOfDirectory(atPath: directory)
                    #expect(!names.contains("joining.json"))
                }
                await client.close()
            }
        }

        @Test("a node that is refused says why and what to do, and changes nothing")
        func refused() async throws {
            try await TestCluster.with(nodes: 2, options: ["--fsync", "no"]) { cluster in
                let seed = "127.0.0.1:\(cluster.firstPort)"
                let free = "\(cluster.firstPort + 2)"
                let before = try await cluster.status()?.cluster.epoch
                for (words, reason) in [
                    (["--join", seed, "--name", "n2"], "a member is called n2 already"),
                    (["--join", seed, "--cluster", "live"], "is called test, not live"),
                    (
                        ["--join", seed, "--cluster-id", String(repeating: "0", count: 32)],
                        "has the id"
                    ),
                    (
                        ["--join", "127.0.0.1:1", "--join-timeout", "1"],
                        "127.0.0.1:1: connection refused"
                    ),
                ] {
                    let run = try await node(words, port: free, cluster)
                    #expect(run.status == 3, "\(words)")
                    #expect(run.errors.contains(reason), "\(words): \(run.errors)")
                }
                let taken = try await node(
                    ["--join", seed], port: "\(cluster.firstPort + 1)", cluster)
                #expect(taken.status == 3)
                #expect(taken.errors.contains("cannot listen"), "\(taken.errors)")
                #expect(try await cluster.status()?.cluster.epoch == before)
                for words in [
                    ["--join", seed, "--found"], ["--name", "x"], ["--join", "nonsense"],
                    ["--join", seed, "--range", "7101"],
                    ["--join", "auto", "--range", "10.0.0.1:1"],
                ] {
                    let run = try await node(words, port: free, cluster)
                    #expect(run.status == 2, "\(words): \(run.errors)")
                }
            }
        }

        @Test("join auto finds the one cluster of its name, and refuses to choose between two")
        func auto() async throws {
            try await TestCluster.with(nodes: 1, options: ["--fsync", "no"]) { cluster in
                let port = cluster.firstPort + 1
                let range = ["--join", "auto", "--range", "\(cluster.firstPort)-\(port + 1)"]
                let none = try await node(range, port: "\(port)", cluster)
                #expect(none.status == 3)
                #expect(none.errors.contains("no cluster demo answers"), "\(none.errors)")
                #expect(none.errors.contains("ringmaster up"), "\(none.errors)")
                let words = range + ["--cluster", "test"]
                try await NodeRun.with(words, port: port, in: cluster.folder + "/a") { _ in
                    try await untilJoined("n2", cluster)
                }
                // A second cluster of the same name on a port of the range.
                let second = ["--found", "--cluster", "test"]
                try await NodeRun.with(second, port: port, in: cluster.folder + "/b") { stranger in
                    try await until("the second cluster serves") {
                        stranger.log.contains("serves on")
                    }
                    let run = try await node(words, port: "\(port + 1)", cluster)
                    #expect(run.status == 3)
                    #expect(run.errors.contains("2 clusters are called test"), "\(run.errors)")
                    for address in ["127.0.0.1:\(cluster.firstPort)", "127.0.0.1:\(port)"] {
                        #expect(run.errors.contains(address), "\(run.errors)")
                    }
                }
            }
        }

        private func untilJoined(_ name: String, _ cluster: TestCluster) async throws {
            try await cluster.until("\(name) has joined", within: .seconds(60)) { status in
                status.nodes.contains { $0.name == name && $0.state == .up && !$0.tokens.isEmpty }
                    && status.slots.settled == Slots.count
            }
        }

        private func node(
            _ words: [String], port: String, _ cluster: TestCluster
        ) async throws -> CommandRun {
            try await CommandRun.of(
                ["node", "--dir", cluster.folder + "/refused", "--port", port] + words)
        }
    }
}
