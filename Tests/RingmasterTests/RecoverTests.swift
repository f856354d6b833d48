import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// A cluster that has lost more than it can do without.
    @Suite(.timeLimit(.minutes(15))) struct RecoverTests {
        private struct Report: Decodable {
            struct Slots: Decodable {
                var count: Int
                var keys: Int
                var ranges: [String]
            }

            struct Cluster: Decodable {
                var id: String?
                var formerID: String
            }

            var cluster: Cluster
            var missing: [String]
            var epochIsCertain: Bool
            var keys: Int
            var slots: [String: Slots]
        }

        @Test("of five nodes two are left: what they hold is served again, and the rest is listed")
        func twoOfFive() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let keys = (0..<200).map { "key\($0)" }
                let lines = keys.map { "set \($0) value-\($0)\n" }.joined()
                let batch = try await CommandRun.of(
                    ["-f", "-", "--dir", cluster.folder], input: Data(lines.utf8))
                #expect(batch.status == 0, "\(batch.errors)")
                let running = try await cluster.run("recover", ["--force", "--yes"])
                #expect(running.status == 3)
                #expect(running.errors.contains("still running"), "\(running.errors)")

                let removed = try await wholeSet(of: cluster)
                try await cluster.succeed("down")
                let needless = try await cluster.run("recover", ["--force", "--yes"])
                #expect(needless.status == 1)
                #expect(needless.errors.contains("enough is left"), "\(needless.errors)")
                for node in removed {
                    try FileManager.default.removeItem(atPath: cluster.folder + "/" + node)
                }
                let asked = try await cluster.run("recover", ["--force"])
                #expect(asked.status == 2)
                #expect(asked.errors.contains("--yes"), "\(asked.errors)")
                let text = try await cluster.succeed(
                    "recover", ["--force", "--yes", "--json"])
                let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
                #expect(report.missing == removed)
                #expect(!report.epochIsCertain)
                #expect(report.cluster.id != report.cluster.formerID)
                let lost = try #require(report.slots["lost"])
                #expect(report.slots.values.reduce(0) { $0 + $1.count } == Slots.count)
                #expect(lost.count > 0 && lost.keys == 0)

                try await cluster.succeed("up")
                // Two nodes cannot hold three copies: served is as good as it gets.
                try await cluster.until("all is served") { status in
                    status.nodes.map(\.state) == [.up, .up]
                        && status.slots.settled == Slots.count && status.slots.unavailable == 0
                }
                try await look(at: keys, lost: lost.ranges, report.keys, cluster)
            }
        }

        /// The names of all members of some replica set that n1 is not in, ascending.
        private func wholeSet(of cluster: TestCluster) async throws -> [String] {
            let client = cluster.client()
            let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
            await client.close()
            let arc = epoch.arcs.first { !$0.present.replicas.contains(1) }
            return try #require(arc).present.replicas.sorted().compactMap {
                epoch.member(number: $0)?.name
            }
        }

        /// Every key is there with its value, except those of lost slots.
        private func look(
            at keys: [String], lost: [String], _ left: Int, _ cluster: TestCluster
        ) async throws {
            let ranges = lost.compactMap { text -> ClosedRange<Int>? in
                let ends = text.split(separator: "-").compactMap { Int($0) }
                return ends.first.flatMap { first in ends.last.map { first...$0 } }
            }
            var found = 0
            for key in keys {
                let slot = Array(key.utf8).withUnsafeBytes { Slots.slot(of: $0) }
                let run = try await cluster.run("get", [key])
                if ranges.contains(where: { $0.contains(slot) }) {
                    #expect(run.status == 1, "\(key)")
                } else {
                    #expect(run.text == "value-\(key)\n", "\(key)")
                    found += 1
                }
            }
            #expect(found == left)
            try await cluster.succeed("set", ["after", "all"])
            let client = ClusterClient(seeds: [cluster.endpoints[0]])
            try await cluster.untilCopiesAreEqual(by: client)
            await client.close()
        }
    }
}
