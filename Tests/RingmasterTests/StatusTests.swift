import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// What the commands say of a cluster, and that it is so.
    @Suite(.timeLimit(.minutes(5))) struct StatusTests {
        @Test("status --json has the promised fields and the facts of the nodes' own reports")
        func facts() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                let client = cluster.client(TestCluster.patient)
                for number in 0..<200 {
                    let key = Array("key:\(number)".utf8)
                    #expect(await client.set(key, key) == .done(.notAsked))
                }
                try await cluster.untilLevel()
                let text = try await cluster.succeed("status", ["--json"])
                try expectPromisedFields(text)
                let status = try JSONDecoder().decode(ClusterStatus.self, from: Data(text.utf8))
                let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                #expect(status.cluster.id == epoch.clusterID)
                #expect(status.cluster.epoch == epoch.number)
                #expect(status.cluster.replicas == epoch.settings.replicas)
                #expect(status.cluster.keys == 200)
                for (node, member) in zip(status.nodes, epoch.members) {
                    let report: NodeReport = try await cluster.report(
                        "RING", "STATUS", from: Endpoint(host: node.host, port: node.port),
                        by: client)
                    expect(node, is: report, and: member)
                }
                await client.close()
            }
        }

        @Test("the exit codes: done, no, usage, not done")
        func exitCodes() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                func status(_ words: String...) async throws -> Int32 {
                    try await cluster.run(words[0], Array(words.dropFirst())).status
                }
                #expect(try await status("update", "key", "value") == 1)
                #expect(try await status("create", "key", "value") == 0)
                #expect(try await status("create", "key", "other") == 1)
                #expect(try await status("update", "key", "third") == 0)
                #expect(try await cluster.succeed("get", ["key"]) == "third\n")
                #expect(try await status("get", "missing") == 1)
                #expect(try await status("set", "key") == 2)
                #expect(try await status("kill", "n9") == 2)
                try await cluster.local.kill(["n1", "n2", "n3"])
                #expect(try await status("get", "key") == 3)
                #expect(try await status("set", "key", "value") == 3)
                #expect(try await status("kill", "n1") == 1)
            }
        }

        @Test("a node that is stopped in good order under writers costs none of their operations")
        func stop() async throws {
            try await TestCluster.with { cluster in
                try await cluster.untilLevel()
                let client = cluster.client(TestCluster.patient)
                let run = WriteRun(client: client, writes: 4_000)
                async let written: Void = run.run()
                try await until("a fifth is written", within: .seconds(120)) {
                    run.recorder.counts.ended >= run.writes / 5
                }
                try await cluster.succeed("stop", ["n2"])
                let atStop = run.recorder.counts
                await written
                let counts = run.recorder.counts
                #expect(atStop.ended < run.writes, "nothing was left to write")
                #expect(counts.answered == run.writes, "\(counts)")
                try await cluster.succeed("start", ["n2"])
                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)
                for node in cluster.endpoints {
                    let lost = try await cluster.lost(
                        in: run.recorder.history, through: node, by: client)
                    #expect(lost.isEmpty, "through \(node)")
                }
                await client.close()
            }
        }

        private func expectPromisedFields(_ text: String) throws {
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let cluster = try #require(document["cluster"] as? [String: Any])
            #expect(Set(cluster.keys).isSuperset(of: ["id", "name", "epoch", "replicas", "keys"]))
            let nodes = try #require(document["nodes"] as? [[String: Any]])
            #expect(nodes.count == 5)
            for node in nodes {
                #expect(
                    Set(node.keys).isSuperset(of: [
                        "id", "name", "host", "port", "state", "incarnation", "pid", "tokens",
                        "homeSlots", "homeKeys", "replicaKeys", "lagRecords", "lagMilliseconds",
                    ]))
                #expect(node["state"] as? String == "up")
                #expect(node["tokens"] is [Int])
            }
            let slots = try #require(document["slots"] as? [String: Any])
            #expect(
                Set(slots.keys).isSuperset(of: [
                    "settled", "underReplicated", "unavailable", "moving",
                ]))
        }

        private func expect(_ node: NodeStatus, is report: NodeReport, and member: Member) {
            #expect(node.id == report.id.description)
            #expect(node.name == report.name)
            #expect(node.port == report.port)
            #expect(node.pid == report.pid)
            #expect(node.incarnation == report.incarnation)
            #expect(node.homeSlots == report.homeSlots)
            #expect(node.homeKeys == report.homeKeys)
            #expect(node.replicaKeys == report.replicaKeys)
            #expect(node.tokens == member.tokens)
            #expect(node.state == member.state)
        }
    }
}
