import Foundation
import Testing

extension ProcessTests {
    /// The scan, over real nodes.
    @Suite(.timeLimit(.minutes(2))) struct DiscoverTests {
        private struct Report: Decodable {
            struct Server: Decodable {
                struct Node: Decodable {
                    var cluster: String
                    var clusterID: String
                    var name: String
                    var state: String?
                    var incarnation: Int
                }

                var port: Int
                var kind: String
                var node: Node?
            }

            var scanned: Int
            var servers: [Server]
        }

        @Test("discover meets the nodes among 256 ports, and says in which state they are")
        func nodes() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.local.kill(["n3"])
                try await cluster.until("n3 is down") { $0.nodes[2].state == .down }
                let first = cluster.firstPort - 100
                let range = "\(first)-\(first + 255)"
                let run = try await CommandRun.of([
                    "discover", range, "--json", "--timeout", "5000",
                ])
                #expect(run.status == 0, "\(run.errors)")
                let report = try JSONDecoder().decode(Report.self, from: run.output)
                #expect(report.scanned == 256)
                let ours = report.servers.filter { $0.node?.cluster == "test" }
                #expect(ours.map(\.port) == [cluster.firstPort, cluster.firstPort + 1])
                #expect(ours.map(\.kind) == ["ringmaster", "ringmaster"])
                #expect(ours.map(\.node?.name) == ["n1", "n2"])
                #expect(ours.map(\.node?.state) == ["up", "up"])
                #expect(Set(ours.map(\.node?.clusterID)).count == 1)
                let table = try await CommandRun.of(["discover", range, "--timeout", "5000"])
                #expect(table.text.contains("127.0.0.1:\(cluster.firstPort)"))
                #expect(table.errors.isEmpty)
            }
        }

        @Test("a range without servers is answered with no, and one beyond this machine refused")
        func nothing() async throws {
            let run = try await CommandRun.of(["discover", "127.0.0.1:1-3"])
            #expect(run.status == 1)
            #expect(run.text.contains("nothing listens"))
            let one = try await CommandRun.of(["discover", "9"])
            #expect(one.text.contains("1 port in "), "\(one.text)")
            for range in ["10.0.0.1:7101", "example.org:7101", "127.0.0.1,10.0.0.1:1"] {
                let run = try await CommandRun.of(["discover", range])
                #expect(run.status == 2)
                #expect(run.errors.contains("--beyond-loopback"), "\(run.errors)")
            }
            let mistake = try await CommandRun.of(["discover", "7102-7101"])
            #expect(mistake.status == 2)
            #expect(mistake.errors.contains("no range of ports"), "\(mistake.errors)")
        }
    }
}
