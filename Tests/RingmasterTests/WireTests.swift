import Client
import Ring
import Testing

extension ProcessTests {
    /// What a client of Redis's protocol gets, byte for byte, from a node that is not the home.
    @Suite(.timeLimit(.minutes(3))) struct WireTests {
        @Test("awaited replies leave before QUIT, a bad request or the client's last word ends it")
        func lastReplies() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let node = cluster.endpoints[0]
                let key = try await foreignKey(cluster)
                #expect(try await talk(node, "SET \(key) 1\r\nQUIT\r\n") == "+OK\r\n+OK\r\n")
                #expect(
                    try await talk(node, "GET \(key)\r\n*abc\r\nPING\r\n")
                        == "$1\r\n1\r\n-ERR Protocol error: invalid multibulk length\r\n")
                #expect(try await talk(node, "SET \(key) 2\r\n", isLast: true) == "+OK\r\n")
                #expect(
                    try await talk(node, "GET \(key)\r\nSET \(key)", isLast: true)
                        == "$1\r\n2\r\n")

                let count = 5_000
                let reads = String(repeating: "GET \(key)\r\n", count: count)
                let answers = String(repeating: "$1\r\n2\r\n", count: count)
                #expect(try await talk(node, reads, isLast: true) == answers)
                #expect(try await talk(node, reads + "QUIT\r\n") == answers + "+OK\r\n")

                let value = String(repeating: "v", count: 12 << 20)
                let large = "$\(value.count)\r\n\(value)\r\n"
                let write = "*3\r\n$3\r\nSET\r\n$\(key.count)\r\n\(key)\r\n" + large
                #expect(
                    try await talk(node, write + "GET \(key)\r\nGET \(key)\r\nQUIT\r\n")
                        == "+OK\r\n" + large + large + "+OK\r\n")
            }
        }

        @Test("what is asked wrongly is refused in Redis's words, and what it accepts is accepted")
        func words() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let node = cluster.endpoints[0]
                for (request, answer) in Self.answers {
                    #expect(
                        try await talk(node, request + "\r\n", isLast: true) == answer + "\r\n",
                        "\(request)")
                }
                for command in ["CLIENT", "CLUSTER", "COMMAND", "CONFIG", "RING"] {
                    let help = try await talk(node, "\(command) HELP\r\n", isLast: true)
                    #expect(help.hasPrefix("*") && help.contains("\(command) <subcommand>"))
                }
                let info = try await talk(node, "CLIENT INFO\r\n", isLast: true)
                #expect(info.contains(" addr=127.0.0.1:"))
                #expect(info.contains(" laddr=127.0.0.1:\(node.port) fd="))
                #expect(info.contains(" age=0 idle=0 "))
                let hello = try await talk(node, "HELLO 3 AUTH default x\r\n", isLast: true)
                #expect(hello.hasPrefix("%7\r\n"))
            }
        }

        @Test("one command cannot ask for more than a node can have under way")
        func limits() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let node = cluster.endpoints[0]
                let keys = (0...50_000).map { Array("k:\($0)".utf8) }
                let refusal = "-ERR at most 50000 keys in one command; not done\r\n"
                func answer(_ words: [[UInt8]]) async throws -> String {
                    try await talk(node, frame(words), isLast: true)
                }
                #expect(try await answer([Array("DEL".utf8)] + keys) == refusal)
                #expect(try await answer([Array("DEL".utf8)] + keys.dropLast()) == ":0\r\n")
                let pattern = [UInt8](repeating: UInt8(ascii: "*"), count: 65_537)
                let tooLong = "-ERR pattern exceeds maximum allowed size (65536 bytes)\r\n"
                #expect(try await answer([Array("KEYS".utf8), pattern]) == tooLong)
                let scan = ["SCAN", "0", "MATCH"].map { Array($0.utf8) }
                #expect(try await answer(scan + [pattern]) == tooLong)
                let config = ["CONFIG", "GET"].map { Array($0.utf8) }
                #expect(try await answer(config + [pattern]) == tooLong)
            }
        }

        /// Recorded from redis-server 7.0.15, but for CLIENT NO-TOUCH, which is younger, CLIENT
        /// REPLY OFF, which is answered here, and what only Ringmaster has.
        private static let answers = [
            ("CLUSTER KEYSLOT", "-ERR wrong number of arguments for 'cluster|keyslot' command"),
            ("CLUSTER KEYSLOT a b", "-ERR wrong number of arguments for 'cluster|keyslot' command"),
            ("cluster bogus", "-ERR unknown subcommand 'bogus'. Try CLUSTER HELP."),
            ("CLIENT BOGUS", "-ERR unknown subcommand 'BOGUS'. Try CLIENT HELP."),
            ("CLIENT ID x", "-ERR wrong number of arguments for 'client|id' command"),
            ("CLIENT HELP x", "-ERR wrong number of arguments for 'client|help' command"),
            ("CLIENT NO-EVICT on", "+OK"),
            ("CLIENT NO-EVICT maybe", "-ERR syntax error"),
            ("CLIENT NO-EVICT", "-ERR wrong number of arguments for 'client|no-evict' command"),
            ("CLIENT NO-TOUCH off", "+OK"),
            ("CLIENT REPLY ON", "+OK"),
            ("CLIENT REPLY OFF", "-ERR CLIENT REPLY OFF is not served here"),
            ("CONFIG GET", "-ERR wrong number of arguments for 'config|get' command"),
            ("CONFIG SET grace", "-ERR wrong number of arguments for 'config|set' command"),
            (
                "CONFIG SET nosuch 1",
                "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"
            ),
            (
                "CONFIG SET databases 2",
                "-ERR CONFIG SET failed (possibly related to argument 'databases') - "
                    + "can't set immutable config"
            ),
            ("CONFIG BOGUS", "-ERR unknown subcommand 'BOGUS'. Try CONFIG HELP."),
            ("RING BOGUS", "-ERR unknown subcommand 'BOGUS'. Try RING HELP."),
            ("RING WHERE", "-ERR wrong number of arguments for 'ring|where' command"),
            ("AUTH default x", "+OK"),
            ("AUTH a b", "-WRONGPASS invalid username-password pair or user is disabled."),
            ("AUTH a b c", "-ERR syntax error"),
            ("HELLO 3 AUTH a b", "-WRONGPASS invalid username-password pair or user is disabled."),
            ("SELECT 0", "+OK"),
            ("SELECT 1", "-ERR SELECT is not allowed in cluster mode"),
            ("SELECT abc", "-ERR value is not an integer or out of range"),
            (
                "SELECT 4294967296",
                "-ERR value is out of range, value must between -2147483648 and 2147483647"
            ),
        ]

        /// A key whose home is not the first node.
        private func foreignKey(_ cluster: TestCluster) async throws -> String {
            let client = cluster.client(TestCluster.patient)
            let epoch = try await cluster.epoch(at: cluster.endpoints[0], by: client)
            await client.close()
            let key = (0..<1_000).map { "key:\($0)" }.first { key in
                let home = epoch.arc(of: Slots.slot(of: key)).present.home
                return home != nil && home != epoch.member(named: "n1")?.number
            }
            return try #require(key)
        }

        private func talk(
            _ node: Endpoint, _ text: String, isLast: Bool = false
        ) async throws -> String {
            try await talk(node, Array(text.utf8), isLast: isLast)
        }

        /// Sends bytes on a new connection in one go, and reads until the node ends it; when they
        /// are the last, this side says so, and the node still answers.
        private func talk(
            _ node: Endpoint, _ bytes: [UInt8], isLast: Bool = false
        ) async throws -> String {
            try await onThread {
                Result {
                    let connection = try RawConnection(to: node)
                    try connection.send(bytes)
                    if isLast { connection.finish() }
                    return try connection.receiveAll()
                }
            }.get()
        }
    }
}
