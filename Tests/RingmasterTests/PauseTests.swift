import Checker
import Client
import Ring
import Testing

extension ProcessTests {
    /// Nodes that stand still for a while and then go on as if nothing had been.
    @Suite struct PauseTests {
        @Test(
            "a node that was paused and goes on answers nothing that is no longer so",
            .timeLimit(.minutes(5)), arguments: [Coherence.off, .invalidate])
        func pause(_ coherence: Coherence) async throws {
            try await TestCluster.with { cluster in
                try await cluster.succeed("config", ["coherence", coherence.rawValue])
                try await cluster.untilLevel()
                let client = cluster.client(TestCluster.patient)
                let load = MixedLoad(client: client, nodes: Array(cluster.endpoints.prefix(3)))
                async let loading: Void = load.run()
                do {
                    for node in ["n2", "n5"] { try await pause(node, of: cluster, under: load) }
                } catch {
                    load.stop()
                    throw error
                }
                load.stop()
                await loading

                let history = load.recorder.history
                #expect(load.recorder.counts.answered > 500, "too little to tell")
                #expect(LinearizabilityChecker.check(history) == .linearizable)
                for node in cluster.endpoints {
                    let lost = try await cluster.lost(in: history, through: node, by: client)
                    #expect(lost.isEmpty, "through \(node)")
                }
                try await cluster.untilCopiesAreEqual(by: client)
                await client.close()
            }
        }

        /// Holds a node until the ring has gone on without it for a while, and lets it go on.
        private func pause(
            _ node: String, of cluster: TestCluster, under load: MixedLoad
        ) async throws {
            let before = load.recorder.counts.answered
            try await until("some operations are done", within: .seconds(60)) {
                load.recorder.counts.answered >= before + 100
            }
            let client = load.client
            let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
            let home = try #require(epoch.member(named: node)).number
            // With copies, what is old may be any key's.
            let keys = (0..<MixedLoad.keys).map(MixedLoad.key).filter { key in
                epoch.settings.isAnyStrict
                    || key.withUnsafeBytes { epoch.home(of: Slots.slot(of: $0)) } == home
            }
            try #require(!keys.isEmpty, "\(node) is home of no key")
            try cluster.local.pause([node])
            try await cluster.until("the paused node's slots have other homes") { status in
                status.nodes.contains { $0.name == node && $0.state == .down && $0.homeSlots == 0 }
                    && status.slots.unavailable == 0
            }
            try await load.probe(try cluster.endpoint(of: node), keys: keys, count: 48) {
                try cluster.local.resume([node])
            }
            try await cluster.untilLevel()
        }
    }
}
