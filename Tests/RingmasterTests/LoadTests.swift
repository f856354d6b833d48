import Client
import Ring
import Testing

extension ProcessTests {
    /// Many connections and large values.
    @Suite(.timeLimit(.minutes(5))) struct LoadTests {
        @Test("1,000 connections at once with 10 operations each all succeed")
        func connections() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let node = cluster.endpoints[0]
                let failures = try await onThread { Result { try Self.crowd(node) } }.get()
                #expect(failures.isEmpty)
            }
        }

        @Test("a value of 64 MiB makes the round trip, and the ring stays as it is meanwhile")
        func largeValue() async throws {
            try await TestCluster.with(options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let client = cluster.client(TestCluster.patient)
                let before = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                let value = [UInt8](repeating: UInt8(ascii: "v"), count: 64 << 20)
                let key = Array("large".utf8)
                #expect(await client.set(key, value) == .done(.notAsked))
                guard case .done(let read) = await client.get(key) else {
                    Issue.record("the large value cannot be read")
                    return
                }
                #expect(read == value, "\(read.count) bytes came back")
                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)
                for node in cluster.endpoints {
                    #expect(try await cluster.epoch(at: node, by: client) == before)
                }
                await client.close()
            }
        }

        /// Opens all connections before the first operation, and sends each operation on all of
        /// them before the first answer is read.
        ///
        /// - Returns: answers that are not as they should be, at most 10.
        private static func crowd(_ node: Endpoint) throws -> [String] {
            let connections = try (0..<1_000).map { _ in try RawConnection(to: node) }
            var failures: [String] = []
            for turn in 0..<10 {
                let isWrite = turn % 2 == 0
                for (number, connection) in connections.enumerated() {
                    let key = "crowd:\(number):\(turn / 2)"
                    try connection.send(
                        isWrite ? frame("SET", key, "\(number)") : frame("GET", key))
                }
                for (number, connection) in connections.enumerated() {
                    var answer = try connection.receiveLine()
                    while !isWrite && !answer.isEmpty && answer.split(separator: "\r\n").count < 2 {
                        answer += try connection.receiveLine()
                    }
                    let text = "\(number)"
                    let expected = isWrite ? "+OK\r\n" : "$\(text.count)\r\n\(text)\r\n"
                    if answer != expected { failures.append("\(number), \(turn): \(answer)") }
                    if failures.count == 10 { return failures }
                }
            }
            return failures
        }
    }
}
