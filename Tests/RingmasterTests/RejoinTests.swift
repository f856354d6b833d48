import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// Nodes that come back after the cluster has settled without them.
    @Suite(.timeLimit(.minutes(5))) struct RejoinTests {
        @Test("a node that was evicted while it was dead comes back empty, with no deleted key")
        func dead() async throws {
            try await TestCluster.with(nodes: 4, options: ["--fsync", "no"]) { cluster in
                let client = cluster.client(TestCluster.patient)
                let former = try await prepare(cluster, client)
                try await cluster.local.kill(["n4"])
                try await removeSome(cluster, client)
                try await untilEvicted(cluster, client)
                try await cluster.succeed("start", ["n4"])
                try await untilBack(cluster, client, former: former)
                await client.close()
            }
        }

        @Test("a node that was held for longer than the grace period does the same by itself")
        func held() async throws {
            try await TestCluster.with(nodes: 4, options: ["--fsync", "no"]) { cluster in
                let client = cluster.client(TestCluster.patient)
                let former = try await prepare(cluster, client)
                let pid = try cluster.pid(of: "n4")
                try cluster.local.pause(["n4"])
                try await removeSome(cluster, client)
                try await untilEvicted(cluster, client)
                try cluster.local.resume(["n4"])
                try await untilBack(cluster, client, former: former)
                #expect(try cluster.pid(of: "n4") == pid)
                await client.close()
            }
        }

        @Test("a name that was taken meanwhile ends the node with words, and stays another's")
        func nameTaken() async throws {
            try await TestCluster.with(nodes: 4, options: ["--fsync", "no"]) { cluster in
                let client = cluster.client(TestCluster.patient)
                _ = try await prepare(cluster, client)
                try await cluster.local.kill(["n4"])
                try await untilEvicted(cluster, client)
                let words = ["--join", "127.0.0.1:\(cluster.firstPort)", "--name", "n4"]
                let port = cluster.firstPort + 4
                try await NodeRun.with(words, port: port, in: cluster.folder + "/other") { _ in
                    try await cluster.until("another n4 has joined", within: .seconds(60)) {
                        $0.nodes.contains { $0.name == "n4" && $0.port == port && $0.state == .up }
                    }
                    let run = try await CommandRun.of([
                        "node", "--dir", cluster.folder + "/n4", "--port", "\(port - 1)",
                    ])
                    #expect(run.status == 3)
                    #expect(run.errors.contains("a member is called n4 already"), "\(run.errors)")
                }
                await client.close()
            }
        }

        @Test("a node that is killed while its copies may still be asked for ends in good order")
        func former() async throws {
            try await TestCluster.with(nodes: 4, options: ["--fsync", "no"]) { cluster in
                let client = cluster.client(TestCluster.patient)
                try await cluster.untilLevel()
                try await cluster.succeed("set", ["key", "value"])
                try await cluster.succeed("leave", ["n4", "--no-wait", "--yes"])
                try await until("n4 is no member any more", within: .seconds(60)) {
                    let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                    return epoch.member(named: "n4") == nil
                }
                if try cluster.pid(of: "n4") != nil { try await cluster.local.kill(["n4"]) }
                // It may have dropped its data by now, and there is no node to start any more; or it
                // does so before anybody has seen it run.
                _ = try await cluster.run("start", ["n4"])
                try await until("n4 has ended", within: .seconds(60)) {
                    try cluster.pid(of: "n4") == nil
                }
                let log = try String(contentsOfFile: cluster.folder + "/n4.log", encoding: .utf8)
                #expect(log.contains("n4 has left the cluster"), "\(log)")
                let path = cluster.folder + "/n4/node.json"
                #expect(!FileManager.default.fileExists(atPath: path), "\(log)")
                #expect(try await cluster.succeed("get", ["key"]) == "value\n")
                await client.close()
            }
        }

        private static let keys = (0..<60).map { "key\($0)" }
        private static let removed = keys.prefix(30)

        /// Writes the keys, and shortens the grace period.
        ///
        /// - Returns: the id of n4.
        private func prepare(
            _ cluster: TestCluster, _ client: ClusterClient
        ) async throws -> NodeID {
            try await cluster.untilLevel()
            for key in Self.keys {
                let set = await client.ask(
                    cluster.endpoints[0], ["SET", key, "value"].map { Array($0.utf8) })
                #expect(set == .done(.simple("OK")))
            }
            let grace = await client.ask(
                cluster.endpoints[0],
                ["CONFIG", "SET", "grace", "2000"].map { Array($0.utf8) })
            #expect(grace == .done(.simple("OK")))
            let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
            return try #require(epoch.member(named: "n4")).id
        }

        private func removeSome(_ cluster: TestCluster, _ client: ClusterClient) async throws {
            for key in Self.removed {
                try await until("\(key) is removed") {
                    let done = await client.ask(
                        cluster.endpoints[0], ["DEL", key].map { Array($0.utf8) })
                    if case .done(.integer) = done { return true }
                    return false
                }
            }
        }

        private func untilEvicted(_ cluster: TestCluster, _ client: ClusterClient) async throws {
            try await until("n4 is evicted", within: .seconds(60)) {
                let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                return !epoch.everyone.contains { $0.name == "n4" }
            }
        }

        /// Waits until n4 is a member again, another one than before, and looks at all keys.
        private func untilBack(
            _ cluster: TestCluster, _ client: ClusterClient, former: NodeID
        ) async throws {
            try await until("n4 has joined anew", within: .seconds(90)) {
                let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                guard let member = epoch.member(named: "n4") else { return false }
                return member.state == .up && member.id != former && epoch.queue.waiting.isEmpty
            }
            try await cluster.untilLevel()
            try await cluster.untilCopiesAreEqual(by: client)
            for key in Self.keys {
                let got = await client.ask(
                    cluster.endpoints[3], ["GET", key].map { Array($0.utf8) })
                let isRemoved = Self.removed.contains(key)
                #expect(got == .done(isRemoved ? .null : .bulk(Array("value".utf8))), "\(key)")
            }
            let log = try String(contentsOfFile: cluster.folder + "/n4.log", encoding: .utf8)
            #expect(log.contains("its data is dropped"), "\(log)")
            #expect(log.contains("n4 is a member of test"), "\(log)")
        }
    }
}
