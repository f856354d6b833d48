import Client
import Foundation
import Ring
import Testing

extension ProcessTests {
    /// Bytes on the port that no client and no node would send.
    @Suite(.timeLimit(.minutes(3))) struct HostileInputTests {
        /// What is sent on a new connection, and what has to come back before it ends.
        private struct Intrusion {
            var name: String
            var bytes: [UInt8]
            var answer: String

            init(_ name: String, _ text: String, _ answer: String) {
                self.init(name, Array(text.utf8), answer)
            }

            init(_ name: String, _ bytes: [UInt8], _ answer: String) {
                self.name = name
                self.bytes = bytes
                self.answer = answer
            }
        }

        private static let multibulk = "-ERR Protocol error: invalid multibulk length\r\n"
        private static let bulk = "-ERR Protocol error: invalid bulk length\r\n"

        /// Each of these ends its connection.
        private static let intrusions = [
            Intrusion("an HTTP request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ""),
            Intrusion("a form", "POST / HTTP/1.1\r\nHost: a\r\n\r\nset a b\r\n", ""),
            Intrusion("an HTTP header", "Host: localhost\r\n", ""),
            Intrusion(
                "a TLS hello", [22, 3, 1, 0, 165, 1, 0, 0, 161, 3, 3] + (0...155).map { $0 }, ""),
            Intrusion("too many arguments", "*1048577\r\n", multibulk),
            Intrusion("2^64 + 1 arguments", "*18446744073709551617\r\n", multibulk),
            Intrusion("400 digits", "*" + String(repeating: "9", count: 400) + "\r\n", multibulk),
            Intrusion("a huge argument", "*1\r\n$999999999999\r\n", bulk),
            Intrusion("2^63 bytes", "*1\r\n$9223372036854775808\r\n", bulk),
            Intrusion("a negative length", "*1\r\n$-1\r\n", bulk),
            Intrusion("a signed length", "*1\r\n$+4\r\nPING\r\n", bulk),
            Intrusion("a missing end", "*1\r\n$4\r\nPINGPONG\r\n", bulk),
            Intrusion(
                "a missing dollar", "*1\r\n:4\r\n",
                "-ERR Protocol error: expected '$', got ':'\r\n"),
            Intrusion(
                "an open quote", "set a \"b\r\n",
                "-ERR Protocol error: unbalanced quotes in request\r\n"),
            Intrusion(
                "an endless line", String(repeating: "a", count: 70_000),
                "-ERR Protocol error: too big inline request\r\n"),
        ]

        @Test("whatever comes to the port ends at most its own connection, and others are served")
        func port() async throws {
            try await TestCluster.with(nodes: 3, options: ["--fsync", "no"]) { cluster in
                try await cluster.untilLevel()
                let client = cluster.client(TestCluster.patient)
                let before = try await cluster.epoch(at: cluster.endpoints[0], by: client)
                let pids = try ["n1", "n2", "n3"].map { try cluster.pid(of: $0) }

                try await intrude(cluster.endpoints[0])
                let log = cluster.local.folder.logPath(of: "n1")
                #expect(try String(contentsOfFile: log, encoding: .utf8).contains("HTTP request"))
                try await halfCommands(cluster.endpoints[0])
                try await falseHandshakes(cluster, before)
                try await malformedFrames(cluster, before)

                for node in cluster.endpoints {
                    #expect(try await cluster.epoch(at: node, by: client) == before)
                }
                #expect(try ["n1", "n2", "n3"].map { try cluster.pid(of: $0) } == pids)
                let key = Array("served".utf8)
                #expect(await client.set(key, key) == .done(.notAsked))
                #expect(await client.get(key) == .done(key))
                try await cluster.untilLevel()
                try await cluster.untilCopiesAreEqual(by: client)
                await client.close()
            }
        }

        private func intrude(_ node: Endpoint) async throws {
            for intrusion in Self.intrusions {
                let answer = try await talk(to: node, intrusion.bytes, .node)
                #expect(answer == intrusion.answer, "\(intrusion.name)")
            }
        }

        /// Cuts commands off at every byte and goes away.
        private func halfCommands(_ node: Endpoint) async throws {
            let whole = frame("SET", "half", "value")
            for count in 1..<whole.count {
                let answer = try await talk(to: node, Array(whole[..<count]), .us)
                #expect(answer == "")
            }
            let read = frame("GET", "half")
            #expect(try await talk(to: node, read, .ping) == "$-1\r\n+PONG\r\n")
        }

        /// Handshakes of nodes that do not belong here, and frames without any.
        private func falseHandshakes(
            _ cluster: TestCluster, _ epoch: RingEpoch
        ) async throws {
            let own = epoch.members[0]
            let peer = epoch.members[1]
            func handshake(
                version: String = "1", cluster: String = epoch.clusterID, id: NodeID = peer.id,
                incarnation: String = "\(peer.incarnation)", role: String = "data"
            ) -> [UInt8] {
                frame(
                    "RING", "PEER", version, cluster, id.description, incarnation,
                    "\(epoch.number)", role, "")
            }
            let stranger = try #require(NodeID(String(repeating: "0", count: 40)))
            for bytes in [
                handshake(cluster: String(repeating: "f", count: 32)), handshake(version: "2"),
                handshake(version: "99999999999999999999"), handshake(id: own.id),
                handshake(id: stranger), handshake(incarnation: "0"), handshake(role: "both"),
                frame("RING", "PEER"), frame("RING", "PEER", "1", epoch.clusterID),
                frame("NODE", "{}"), frame("ACK", "0", "0 1 1"),
                frame("INSTALL", "0", "0", "1", "0", "last", "0000000000000000", ""),
            ] {
                let answer = try await talk(to: cluster.endpoints[0], bytes, .ping)
                #expect(answer.hasPrefix("-ERR "), "\(String(decoding: bytes, as: UTF8.self))")
                #expect(answer.hasSuffix("\r\n+PONG\r\n"))
            }
        }

        /// Frames behind a handshake that is good, as a broken node might send them.
        private func malformedFrames(
            _ cluster: TestCluster, _ epoch: RingEpoch
        ) async throws {
            let peer = epoch.members[1]
            let huge = "9223372036854775807"
            let names = [
                "STREAM", "ACK", "REFUSE", "COLLECT", "COPY", "FETCH", "CONTENT", "INSTALL",
                "FORWARD", "ANSWER", "NODE", "nonsense",
            ]
            let tails: [[String]] = [
                [], [""], ["0"], ["16", ""], ["-1", "0 1 1"], [huge, "0 1 1"], ["0", "x"],
                ["0", "99999 1 1"], ["0", "-5 1 1"], ["0", "0 \(huge)"],
                ["0", "0 \(huge) \(huge)"],
                ["0", "0 1 \(huge) \(huge) ffffffffffffffff 1"], ["0", "0  1"],
                ["0", "0", huge, huge, "last", "0000000000000000", "garbage\n"],
                ["0", "0", "1", "last", "0000000000000000", "garbage\n"],
                ["0", "0", "1", "-1", "last", "0000000000000000", ""],
                [huge, "1", "GET"], ["1", huge, "GET", "a"], ["1", "1", "FLUSHALL"],
                [huge, "done", "x"], ["0", "later", ""], ["{}"], ["{\"heartbeat\":{}}"],
            ]
            for role in ["data", "control"] {
                let greeting = frame(
                    "RING", "PEER", "1", epoch.clusterID, peer.id.description,
                    "\(peer.incarnation)", "\(epoch.number)", role, "")
                for name in names {
                    for tail in tails {
                        let bytes = frame(([name] + tail).map { Array($0.utf8) })
                        _ = try await talk(to: cluster.endpoints[0], greeting + bytes, .us)
                    }
                }
            }
            #expect(try await talk(to: cluster.endpoints[0], [], .ping) == "+PONG\r\n")
        }

        /// Who brings a talk to its end.
        private enum Ending {
            /// The node, which closes the connection.
            case node
            /// This side, which says that nothing more will come.
            case us
            /// Nobody: the node still answers a PING.
            case ping
        }

        /// Sends bytes on a new connection and reads until the end.
        private func talk(
            to node: Endpoint, _ bytes: [UInt8], _ ending: Ending
        ) async throws -> String {
            try await onThread {
                Result {
                    let connection = try RawConnection(to: node)
                    try connection.send(ending == .ping ? bytes + frame("PING") : bytes)
                    if ending == .us { connection.finish() }
                    guard ending == .ping else { return try connection.receiveAll() }
                    var answer = ""
                    while !answer.hasSuffix("+PONG\r\n") {
                        let line = try connection.receiveLine()
                        if line.isEmpty { return answer }
                        answer += line
                    }
                    return answer
                }
            }.get()
        }
    }
}
