import Client
import Foundation
import Testing

extension ProcessTests {
    /// CLIENT TRACKING: clients with caches of their own at one node, writers at another.
    @Suite(.timeLimit(.minutes(5))) struct TrackingTests {
        @Test("the caches of redis-py follow writes through another node")
        func redisPy() async throws {
            struct Report: Decodable {
                var redis: Double
                var cluster: Double
            }
            let python = RedisToolTests.python
            try #require(FileManager.default.isExecutableFile(atPath: python))
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let script = packageRoot + "/Tests/RingmasterTests/Scripts/redis_py_cache.py"
                let run = try await CommandRun.of(
                    [script] + cluster.endpoints.prefix(2).map { "\($0.port)" }, program: python)
                try #require(run.status == 0, "\(run.errors)")
                _ = try JSONDecoder().decode(Report.self, from: run.output)
            }
        }

        @Test("clients are told of what others write at other nodes, each in its mode")
        func told() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let nodes = cluster.endpoints
                for conversation in [Self.usual, Self.choosing, Self.broadcast, Self.redirected] {
                    try await onThread { Result { try conversation(nodes[0], nodes[1]) } }.get()
                }
            }
        }

        /// Writes, deletion, expiry and the client's own write; each key once.
        private static func usual(_ node: Endpoint, _ other: Endpoint) throws {
            let client = try Conversation(node, protocolVersion: 3)
            let writer = try Conversation(other)
            try client.exchange("CLIENT TRACKING ON", "+OK|")
            try client.untilWatched("u")
            try client.exchange("GET u", "_|")
            try writer.exchange("SET u one", "+OK|")
            try client.hear(">2|$10|invalidate|*1|$1|u|")
            // Told once: the second write is silent, as the echo shows.
            try writer.exchange("SET u two", "+OK|")
            try client.exchange("GET u", "$3|two|")
            try writer.exchange("DEL u", ":1|")
            try client.hear(">2|$10|invalidate|*1|$1|u|")
            // However slow the machine is, the key is there when it is asked for.
            try writer.exchange("SET u three PX 600000", "+OK|")
            try client.exchange("EXISTS u", ":1|")
            try writer.exchange("PEXPIRE u 500", ":1|")
            try client.hear(">2|$10|invalidate|*1|$1|u|", untilGone: "u")
            try client.exchange("GET u", "_|")
            try client.say("SET u own", "PING")
            try client.hear("+OK|+PONG|>2|$10|invalidate|*1|$1|u|", inAnyOrder: true)
            try client.exchange("RESET", "+RESET|")
            try client.exchange("GET u", "$3|own|")
            try writer.exchange("SET u four", "+OK|")
            try client.exchange("GET u", "$4|four|")
        }

        /// OPTIN, OPTOUT and NOLOOP.
        private static func choosing(_ node: Endpoint, _ other: Endpoint) throws {
            let client = try Conversation(node, protocolVersion: 3)
            let writer = try Conversation(other)
            try client.exchange("CLIENT TRACKING ON", "+OK|")
            for key in ["{c}1", "{c}2"] { try client.untilWatched(key) }
            try client.exchange("CLIENT TRACKING OFF", "+OK|")
            try client.exchange("CLIENT TRACKING ON OPTIN NOLOOP", "+OK|")
            try client.exchange("GET {c}1", "_|")
            try client.exchange("CLIENT CACHING YES", "+OK|")
            try client.exchange("GET {c}2", "_|")
            try writer.exchange("MSET {c}1 a {c}2 b", "+OK|")
            try client.hear(">2|$10|invalidate|*1|$4|{c}2|")
            try client.exchange("CLIENT CACHING YES", "+OK|")
            try client.exchange("GET {c}2", "$1|b|")
            try client.exchange("SET {c}2 own", "+OK|")
            try client.exchange("ECHO silence", "$7|silence|")
            try client.exchange("CLIENT TRACKING OFF", "+OK|")
            try client.exchange("CLIENT TRACKING ON OPTOUT", "+OK|")
            try client.exchange("CLIENT CACHING NO", "+OK|")
            try client.exchange("GET {c}1", "$1|a|")
            try client.exchange("GET {c}2", "$3|own|")
            try writer.exchange("DEL {c}1 {c}2", ":2|")
            try client.hear(">2|$10|invalidate|*1|$4|{c}2|")
        }

        private static func broadcast(_ node: Endpoint, _ other: Endpoint) throws {
            let client = try Conversation(node, protocolVersion: 3)
            let writer = try Conversation(other)
            try client.exchange("CLIENT TRACKING ON", "+OK|")
            for key in ["p:{b}", "q:{b}"] { try client.untilWatched(key) }
            try client.exchange("CLIENT TRACKING OFF", "+OK|")
            try client.exchange("CLIENT TRACKING ON BCAST PREFIX p: PREFIX q:", "+OK|")
            for _ in 0..<2 {
                try writer.exchange("SET r:{b} 1", "+OK|")
                try writer.exchange("SET q:{b} 1", "+OK|")
                try client.hear(">2|$10|invalidate|*1|$5|q:{b}|")
            }
            try client.exchange(
                "CLIENT TRACKINGINFO",
                "%3|$5|flags|~2|$2|on|$5|bcast|$8|redirect|:0|$8|prefixes|*2|$2|p:|$2|q:|")
        }

        /// RESP2 clients hear on another connection; RESP3 clients, that it has gone.
        private static func redirected(_ node: Endpoint, _ other: Endpoint) throws {
            let client = try Conversation(node, protocolVersion: 3)
            let writer = try Conversation(other)
            var listener: Conversation? = try Conversation(node)
            let number = try listener?.askForNumber("CLIENT ID") ?? 0
            try listener?.exchange(
                "SUBSCRIBE __redis__:invalidate",
                "*3|$9|subscribe|$20|__redis__:invalidate|:1|")
            try client.exchange("CLIENT TRACKING ON", "+OK|")
            try client.untilWatched("r")
            try client.exchange("CLIENT TRACKING ON REDIRECT \(number)", "+OK|")
            try client.exchange("CLIENT GETREDIR", ":\(number)|")
            try client.exchange("GET r", "_|")
            try writer.exchange("SET r 1", "+OK|")
            try listener?.hear("*3|$7|message|$20|__redis__:invalidate|*1|$1|r|")
            try client.exchange("GET r", "$1|1|")
            try listener?.exchange("QUIT", "+OK|")
            try listener?.hearEnd()
            listener = nil
            try writer.exchange("SET r 2", "+OK|")
            try client.hear(">2|$21|tracking-redir-broken|:\(number)|")
        }
    }
}

/// What is said on one connection, word for word; `|` stands for the end of a line.
private final class Conversation {
    /// Something else was heard.
    struct Misheard: Error, CustomStringConvertible {
        let wanted: String
        let heard: String

        var description: String { "\(heard) instead of \(wanted)" }
    }

    private let connection: RawConnection
    private var unread = ""

    init(_ node: Endpoint, protocolVersion: Int = 2) throws {
        connection = try RawConnection(to: node)
        guard protocolVersion == 3 else { return }
        try say("HELLO 3", "ECHO ready")
        while !unread.contains("$5|ready|") { try receive() }
        unread = ""
    }

    /// Sends commands in one go.
    func say(_ commands: String...) throws {
        let frames = commands.flatMap { command in
            frame(command.split(separator: " ").map { Array($0.utf8) })
        }
        try connection.send(frames)
    }

    /// Waits for exactly this; in any order means: these bytes, however they are arranged.
    func hear(_ text: String, inAnyOrder: Bool = false) throws {
        while unread.count < text.count { try receive() }
        let heard = String(unread.prefix(text.count))
        let isRight = inAnyOrder ? heard.sorted() == text.sorted() : heard == text
        guard isRight else { throw Misheard(wanted: text, heard: unread) }
        unread.removeFirst(text.count)
    }

    /// Waits for news of a key until that is gone: news of the write before may come late, and make
    /// it invalid while it is still there.
    func hear(_ news: String, untilGone key: String) throws {
        var isThere = true
        while isThere {
            try hear(news)
            try say("EXISTS \(key)", "ECHO asked")
            while !unread.contains("$5|asked|") { try receive() }
            isThere = unread.contains(":1|")
            unread = unread.contains(news) && isThere ? news : ""
        }
    }

    func exchange(_ command: String, _ answer: String) throws {
        try say(command)
        try hear(answer)
    }

    func askForNumber(_ command: String) throws -> Int {
        try say(command)
        while !unread.hasSuffix("|") { try receive() }
        defer { unread = "" }
        return Int(unread.dropFirst().dropLast()) ?? 0
    }

    /// Waits for the end of the connection.
    func hearEnd() throws {
        let rest = try connection.receiveAll()
        guard rest.isEmpty else { throw Misheard(wanted: "the end", heard: rest) }
    }

    /// Reads a key until that does not make it invalid at once: its home tells of changes then.
    func untilWatched(_ key: String) throws {
        repeat {
            unread = ""
            try say("EXISTS \(key)")
            while !unread.contains(":") { try receive() }
            try say("ECHO watched")
            while !unread.contains("$7|watched|") { try receive() }
        } while unread.contains("invalidate")
        unread = ""
    }

    private func receive() throws {
        let bytes = try connection.receive()
        guard !bytes.isEmpty else { throw Misheard(wanted: "more", heard: unread + "the end") }
        unread += String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "|")
    }
}
