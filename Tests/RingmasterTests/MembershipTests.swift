import Checker
import Client
import Foundation
import LocalCluster
import Ring
import Testing

extension ProcessTests {
    /// Nodes that come and go by the shell's commands, under clients.
    @Suite(.timeLimit(.minutes(5))) struct MembershipTests {
        private static let keys = 2_000
        private static let valueBytes = 1_000

        @Test("a join and a leave under writers cost no operation and no key, and copies are equal")
        func joinAndLeave() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let client = cluster.client(TestCluster.patient)
                try await fill(by: client)
                let load = RoutedLoad(client: client)
                async let written: Void = load.run()
                do {
                    let joined = try await report(cluster, "join", ["--json"])
                    #expect(joined.outcome == "done" && joined.node == "n4")
                    let left = try await report(cluster, "leave", ["n2", "--yes", "--json"])
                    #expect(left.outcome == "done" && left.node == "n2")
                    load.stop()
                } catch {
                    load.stop()
                    throw error
                }
                await written
                #expect(load.failures.isEmpty)
                #expect(load.recorder.counts.answered > 0)
                #expect(LinearizabilityChecker.check(load.recorder.history) == .linearizable)

                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)
                try await expectAllKeys(by: client)
                let processes = try cluster.local.processes()
                #expect(processes.map(\.name) == ["n1", "n3", "n4"])
                #expect(processes.allSatisfy { $0.state == .running })
                #expect(!FileManager.default.fileExists(atPath: cluster.folder + "/n2"))
                await client.close()
                try await restartAll(cluster)
            }
        }

        /// What joined is started with the others, and what left is not.
        private func restartAll(_ cluster: TestCluster) async throws {
            try await cluster.succeed("down")
            try await cluster.succeed("up")
            try await cluster.untilLevel()
            try await cluster.until("all that joined and stayed are there") { status in
                status.nodes.map(\.name) == ["n1", "n3", "n4"]
            }
            let client = cluster.client(TestCluster.patient)
            try await expectAllKeys(by: client)
            await client.close()
        }

        @Test("a join is planned, paused, resumed, watched and taken back; a second one waits")
        func steering() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let client = cluster.client(TestCluster.patient)
                try await fill(by: client)
                let plan = try await plan(cluster, "join")
                #expect(plan.node == "n4" && plan.refused == nil)
                #expect(plan.total.keys > Self.keys / 2)
                #expect(plan.total.bytes > plan.total.keys * Self.valueBytes)
                #expect(try cluster.local.processes().count == 3, "a plan changes nothing")

                try await cluster.succeed("moves", ["pause"])
                let first = try await report(cluster, "join", ["--no-wait", "--json"])
                let second = try await report(cluster, "join", ["--no-wait", "--json"])
                #expect([first.node, second.node] == ["n4", "n5"])
                try await cluster.until("one change is paused, one waits") { status in
                    status.moves.map(\.state) == [.paused, .waiting]
                        && status.moves[0].bytes > 0
                        && status.nodes.map(\.state) == [.up, .up, .up, .joining, .joining]
                }
                try await expectProgress(cluster, of: plan, by: client)

                let number = "\(try #require(second.change))"
                try await cluster.succeed("moves", ["cancel", number])
                try await cluster.succeed("moves", ["rate", "0"])
                try await cluster.succeed("moves", ["resume"])
                try await cluster.until("the join is done", within: .seconds(60)) { status in
                    status.moves.isEmpty
                }
                let processes = try cluster.local.processes().map(\.name)
                #expect(processes == ["n1", "n2", "n3", "n4"], "a node that is not let in goes")
                #expect(try await cluster.run("moves", ["cancel", number]).status == 1)
                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)
                try await expectAllKeys(by: client)
                await client.close()
            }
        }

        /// Lets the first change go on at a rate at which it can be watched, holds it in the
        /// middle, and compares what is said of it with what the new node has.
        private func expectProgress(
            _ cluster: TestCluster, of plan: ChangePlan, by client: ClusterClient
        ) async throws {
            try await cluster.succeed("moves", ["rate", "20K"])
            try await cluster.succeed("moves", ["resume"])
            try await cluster.until("something is copied", within: .seconds(60)) { status in
                (status.moves.first?.percent ?? 100) > 25
            }
            try await cluster.succeed("moves", ["pause"])
            var told: ClusterStatus?
            try await cluster.until("all homes tell how far they are") { status in
                told = status
                return status.moves.first?.bytes == plan.total.bytes
            }
            let status = try #require(told)
            let move = try #require(status.moves.first)
            #expect(move.state == .paused && move.percent < 100)
            #expect(status.slots.moving > 0)
            let node = Endpoint(host: "127.0.0.1", port: status.nodes[3].port)
            let copies: [CopyReport] = try await cluster.report(
                "RING", "COPIES", "0", "\(Slots.count - 1)", from: node, by: client)
            let held = 100 * Double(copies.reduce(0) { $0 + $1.bytes }) / Double(move.bytes)
            #expect(abs(held - move.percent) <= 10, "told \(move.percent), held \(held)")
        }

        @Test("refusals end with 1 or 2 and change nothing; settings are told and changed")
        func refusals() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                func status(_ words: String...) async throws -> Int32 {
                    try await cluster.run(words[0], Array(words.dropFirst())).status
                }
                #expect(try await status("leave", "n9", "--yes") == 1)
                #expect(try await status("leave", "n2") == 2, "there is nobody to ask")
                #expect(try await status("evict", "n2", "--yes") == 1)
                #expect(try await status("join", "n2") == 2)
                #expect(try await status("moves", "cancel", "7") == 1)
                #expect(try await status("moves", "rate", "fast") == 2)
                #expect(try await status("config", "heartbeat", "10s") == 1)
                #expect(try await status("config", "replicas", "3") == 1)
                #expect(try await status("config", "nonsense") == 2)
                try await cluster.succeed("config", ["grace", "2m"])
                try await until("the setting is told") {
                    try await cluster.succeed("config", ["grace"]) == "120s\n"
                }
                try await cluster.succeed("config", ["replicas", "2", "--yes"])
                try await cluster.until("two copies of each key") { status in
                    status.cluster.replicas == 2
                }
                #expect(try cluster.local.processes().count == 3)
            }
        }

        // MARK: -

        private func report(
            _ cluster: TestCluster, _ command: String, _ words: [String]
        ) async throws -> ChangeReply {
            let text = try await cluster.succeed(command, words)
            return try JSONDecoder().decode(ChangeReply.self, from: Data(text.utf8))
        }

        private func plan(_ cluster: TestCluster, _ words: String...) async throws -> ChangePlan {
            let text = try await cluster.succeed(
                words[0], Array(words.dropFirst()) + ["--plan", "--json"])
            return try JSONDecoder().decode(ChangePlan.self, from: Data(text.utf8))
        }

        private static func key(_ number: Int) -> [UInt8] { Array("filled:\(number)".utf8) }

        private static func value(_ number: Int) -> [UInt8] {
            let text = Array("\(number):".utf8)
            return text + [UInt8](repeating: UInt8(ascii: "."), count: valueBytes - text.count)
        }

        private func fill(by client: ClusterClient) async throws {
            try await everyKey { number in
                await client.set(Self.key(number), Self.value(number)) == .done(.notAsked)
            }
        }

        private func expectAllKeys(by client: ClusterClient) async throws {
            try await everyKey { number in
                await client.get(Self.key(number)) == .done(Self.value(number))
            }
        }

        private func everyKey(_ isRight: @escaping @Sendable (Int) async -> Bool) async throws {
            let lanes = 32
            let wrong = await withTaskGroup(of: Int.self) { group in
                for lane in 0..<lanes {
                    group.addTask {
                        var wrong = 0
                        for number in stride(from: lane, to: Self.keys, by: lanes) {
                            wrong += await isRight(number) ? 0 : 1
                        }
                        return wrong
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wrong == 0, "of \(Self.keys) keys")
        }
    }
}

/// What `join`, `leave` and the like print.
private struct ChangeReply: Decodable {
    var change: Int?
    var node: String?
    var outcome: String
}
