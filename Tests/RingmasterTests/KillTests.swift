import Checker
import Client
import Ring
import Testing

extension ProcessTests {
    /// Nodes that die without a word.
    @Suite struct KillTests {
        /// How a cluster runs and how much is written to it.
        struct Load: Sendable, CustomTestStringConvertible {
            var threads: Int
            var writes: Int

            var testDescription: String { "\(threads) threads, \(writes) writes" }
        }

        @Test(
            "kill -9 of one node and then of all loses no acknowledged write",
            .timeLimit(.minutes(10)),
            arguments: [Load(threads: 1, writes: 10_000), Load(threads: 2, writes: 4_000)])
        func kill(load: Load) async throws {
            try await TestCluster.with(options: ["--threads", "\(load.threads)"]) { cluster in
                try await cluster.untilLevel()
                // A disk that stands still for seconds shall not be taken for the death's doing.
                try await cluster.succeed("config", ["deadline", "40s"])
                let client = cluster.client(TestCluster.patient)
                let run = WriteRun(client: client, writes: load.writes)
                try await killOne(cluster, under: run)

                let history = run.recorder.history
                let alive = try cluster.endpoints.filter { try $0 != cluster.endpoint(of: "n3") }
                for node in alive {
                    let lost = try await cluster.lost(in: history, through: node, by: client)
                    #expect(lost.isEmpty, "through \(node)")
                }
                try await cluster.succeed("start", ["n3"])
                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)

                try await cluster.local.kill(["n1", "n2", "n3", "n4", "n5"])
                #expect(try await cluster.status() == nil)
                try await cluster.up()
                for node in cluster.endpoints {
                    let lost = try await cluster.lost(in: history, through: node, by: client)
                    #expect(lost.isEmpty, "through \(node) after the restart of all")
                }
                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)
                await client.close()
            }
        }

        /// Kills n3 when a third is written, and waits until the rest is written without it.
        private func killOne(_ cluster: TestCluster, under run: WriteRun) async throws {
            async let written: Void = run.run()
            try await until("a third is written", within: .seconds(120)) {
                run.recorder.counts.ended >= run.writes / 3
            }
            try await cluster.local.kill(["n3"])
            let atDeath = run.recorder.counts.ended
            try await cluster.until("the dead node's slots have new homes") { status in
                let dead = status.nodes[2]
                return dead.state == .down && dead.homeSlots == 0
                    && status.slots.settled == Slots.count && status.slots.unavailable == 0
            }
            await written
            let counts = run.recorder.counts
            #expect(atDeath < run.writes, "nothing was left to write when the node died")
            #expect(counts.ended == run.writes)
            #expect(counts.notDone == 0)
            #expect(counts.unknown <= WriteRun.writers)
        }
    }
}
