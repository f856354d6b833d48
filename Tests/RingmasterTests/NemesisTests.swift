import Foundation
import Ring
import Testing

extension ProcessTests {
    /// Everything that can happen to the nodes of a cluster and to their links, under load.
    ///
    /// A minute of it by default; the environment asks for more:
    /// - `RINGMASTER_NEMESIS_SECONDS`: how long; it is then told as it goes;
    /// - `RINGMASTER_NEMESIS_FAULT`: `kill`, `pause`, `cut` or `leave`, if not all of them;
    /// - `RINGMASTER_NEMESIS_SEED`: that of an earlier run, to draw the same faults again.
    @Suite struct NemesisTests {
        @Test(
            "deaths, pauses, cuts, leaving and joining lose no write and keep each key in order",
            .timeLimit(.minutes(60)))
        func nemesis() async throws {
            let environment = ProcessInfo.processInfo.environment
            let seconds = try number("RINGMASTER_NEMESIS_SECONDS", in: environment) ?? 60
            let seed =
                try number("RINGMASTER_NEMESIS_SEED", in: environment)
                ?? UInt64.random(in: 0..<1_000_000)
            var families = NemesisFault.Family.allCases
            if let name = environment["RINGMASTER_NEMESIS_FAULT"] {
                families = [try #require(NemesisFault.Family(rawValue: name), "no such fault")]
            }
            let names = families.map(\.rawValue).joined(separator: ", ")
            let coherences: [Coherence] = [.off, .invalidate, .update]
            let coherence = coherences[Int(seed % 3)].rawValue
            print(
                "nemesis: RINGMASTER_NEMESIS_SEED=\(seed), \(seconds) s of \(names), "
                    + "coherence \(coherence)")
            try await NemesisCluster.with(nodes: 5) { nemesis in
                try await nemesis.cluster.succeed("config", ["coherence", coherence])
                let plan = NemesisPlan(seed: seed, families: families, names: nemesis.names)
                let isTold = environment["RINGMASTER_NEMESIS_SECONDS"] != nil
                try await NemesisRun(nemesis, seed: seed, isTold: isTold)
                    .run(plan, for: .seconds(Int(seconds)))
            }
        }

        @Test(
            "links lead through the proxy, and a node that is cut off is taken for down"
        )
        func proxy() async throws {
            try await NemesisCluster.with(nodes: 3) { nemesis in
                let all = Set(nemesis.ways(from: nemesis.names, to: nemesis.names))
                try await until("bytes on every link") {
                    let passed = try await nemesis.proxy.bytesPassed()
                    return all.allSatisfy { passed[$0] ?? 0 > 0 }
                }
                let client = nemesis.cluster.client(TestCluster.patient)
                let around =
                    nemesis.ways(from: ["n3"], to: ["n1", "n2"])
                    + nemesis.ways(from: ["n1", "n2"], to: ["n3"])
                try await nemesis.proxy.set(.swallow, on: around)
                try await nemesis.cluster.until("n3 is taken for down") { status in
                    status.nodes[2].state == .down && status.slots.unavailable == 0
                }
                // One round trip over data links: every key has a home and a successor besides n3.
                for number in 0..<50 {
                    let key = Array("cut:\(number)".utf8)
                    #expect(await client.set(key, key) == .done(.notAsked))
                }
                try await nemesis.proxy.restoreAll()
                try await nemesis.cluster.untilLevel()
                try await nemesis.cluster.untilCopiesAreEqual(by: client)
                await client.close()
            }
        }

        private func number(
            _ name: String, in environment: [String: String]
        ) throws -> UInt64? {
            guard let text = environment[name] else { return nil }
            let number: UInt64 = try #require(UInt64(text), "\(name) must be a number")
            return number
        }
    }
}
