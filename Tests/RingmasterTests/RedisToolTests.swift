import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// The tools that people know from Redis.
    @Suite(.timeLimit(.minutes(5))) struct RedisToolTests {
        /// The Python of the package's own environment, which has redis-py.
        static let python = packageRoot + "/.venv/bin/python3"

        @Test("redis-cli against any node sees the same data and the same slots")
        func redisCLI() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let keys = ["plain", "{tag}one", "{tag}two", "a{}b", "{{x}}", "with blank", "日本"]
                for (index, key) in keys.enumerated() {
                    let node = cluster.endpoints[index % cluster.endpoints.count]
                    #expect(try await cli(node, "SET", key, "value \(index)") == "OK")
                }
                for node in cluster.endpoints {
                    for (index, key) in keys.enumerated() {
                        #expect(try await cli(node, "GET", key) == "value \(index)")
                    }
                    #expect(try await cli(node, "DBSIZE") == "\(keys.count)")
                    #expect(
                        try await Set(cli(node, "KEYS", "*").split(separator: "\n"))
                            == Set(keys.map { Substring($0) }))
                }
                for key in keys {
                    #expect(
                        try await cli(cluster.endpoints[0], "CLUSTER", "KEYSLOT", key)
                            == "\(Slots.slot(of: key))")
                }
            }
        }

        @Test("Redis and RedisCluster of redis-py work through 10,000 keys without an error")
        func redisPy() async throws {
            try #require(
                FileManager.default.isExecutableFile(atPath: Self.python),
                """
                \(Self.python) is missing. Make it in the package's folder with: \
                python3 -m venv .venv && .venv/bin/pip install redis
                """)
            struct Report: Decodable {
                var redis: Int
                var cluster2: Int
                var cluster3: Int
            }
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let script = packageRoot + "/Tests/RingmasterTests/Scripts/redis_py.py"
                let run = try await CommandRun.of(
                    [script] + cluster.endpoints.map { "\($0.port)" }, program: Self.python)
                try #require(run.status == 0, "\(run.errors)")
                let report = try JSONDecoder().decode(Report.self, from: run.output)
                #expect(report.redis == 10_000)
                #expect(report.cluster2 == 10_000)
                #expect(report.cluster3 == 10_000)
            }
        }

        private func cli(_ node: Endpoint, _ words: String...) async throws -> String {
            let run = try await CommandRun.tool(
                "redis-cli", ["-h", node.host, "-p", "\(node.port)", "--raw"] + words)
            try #require(run.status == 0, "redis-cli: \(run.errors)")
            return String(run.text.dropLast())
        }
    }
}
