import Client
import Foundation
import Ring
import ServerCore
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
            let options = ["--fsync", "no", "--threads", "2"]
            try await TestCluster.with(nodes: 3, options: options) { cluster in
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
                try await oddFrames(cluster, before)
                try await absurdMessages(cluster, before)

                for node in cluster.endpoints {
                    #expect(try await cluster.epoch(at: node, by: client) == before)
                }
                #expect(try ["n1", "n2", "n3"].map { try cluster.pid(of: $0) } == pids)
                let grace = ["CONFIG", "SET", "grace", "70000"].map { Array($0.utf8) }
                #expect(await client.ask(cluster.endpoints[0], grace) == .done(.simple("OK")))
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
                handshake(incarnation: "-1"), handshake(incarnation: "9007199254740992"),
                frame("RING", "PEER"), frame("RING", "PEER", "1", epoch.clusterID),
            ] {
                let answer = try await talk(to: cluster.endpoints[0], bytes, .node)
                #expect(answer.hasPrefix("-ERR "), "\(String(decoding: bytes, as: UTF8.self))")
            }
            for bytes in [
                frame("NODE", "{}"), frame("ACK", "0", "0 1 1"),
                frame("INSTALL", "0", "0", "1", "0", "last", "0000000000000000", ""),
            ] {
                let answer = try await talk(to: cluster.endpoints[0], bytes, .ping)
                #expect(answer.hasPrefix("-ERR "), "\(String(decoding: bytes, as: UTF8.self))")
                #expect(answer.hasSuffix("\r\n+PONG\r\n"))
            }
        }

        /// Sends bytes on a new link, as the second node, and reads until the end.
        ///
        /// They come behind the handshake's answer: a control link changes its event loop there.
        private func link(
            to node: Endpoint, _ epoch: RingEpoch, _ role: String, _ bytes: [UInt8],
            _ ending: Ending
        ) async throws {
            let peer = epoch.members[1]
            let greeting = frame(
                "RING", "PEER", "1", epoch.clusterID, peer.id.description, "\(peer.incarnation)",
                "\(epoch.number)", role, "")
            try await onThread {
                Result {
                    let connection = try RawConnection(to: node)
                    try connection.send(greeting)
                    let answer = try connection.receiveLine()
                    #expect(answer.hasPrefix("+OK "))
                    try connection.send(bytes)
                    if ending == .us { connection.finish() }
                    _ = try connection.receiveAll()
                }
            }.get()
        }

        /// Frames behind a handshake that is good, as a broken node might send them, which the node
        /// cannot read: each ends its connection, also when another event loop finds out.
        private func malformedFrames(_ cluster: TestCluster, _ epoch: RingEpoch) async throws {
            var frames = [[], [""], ["0"]].flatMap { tail in
                (PeerFrame.allCases.map(\.rawValue) + ["nonsense"]).map { [$0] + tail }
            }
            for name in PeerFrame.allCases {
                frames += malformed(name).map { [name.rawValue] + $0 }
            }
            for words in frames {
                let bytes = frame(words.map { Array($0.utf8) })
                for role in ["data", "control"] {
                    do {
                        try await link(to: cluster.endpoints[0], epoch, role, bytes, .node)
                    } catch {
                        Issue.record("\(role) \(words): \(error)")
                    }
                }
            }
        }

        /// What cannot follow a frame's name, for each event loop that it may be for.
        private func malformed(_ name: PeerFrame) -> [[String]] {
            switch name {
            // Their lines and keys may be any bytes; what does not fit is passed over.
            case .stream, .changed, .answer: [["x", "x", "x"]]
            // For a worker by its number.
            case .entry, .copies: [["0", "x", "x"], ["1", "x", "x"], ["-1", "x", "x"]]
            case .forward, .guess, .hottest, .node: [["0", "x", "x"]]
            // For the owner of a partition.
            default:
                [["0", "x", "x"], ["15", "x", "x"], ["16", "x", "x"], ["-1", "0 1 1", "x"]]
            }
        }

        /// Frames that are well formed or not, with numbers that no node would send.
        private func oddFrames(_ cluster: TestCluster, _ epoch: RingEpoch) async throws {
            let huge = "9223372036854775807"
            let tails: [[String]] = [
                ["16", ""], ["-1", "0 1 1"], [huge, "0 1 1"], ["0", "x"],
                ["0", "99999 1 1"], ["0", "-5 1 1"], ["0", "0 \(huge)"],
                ["0", "0 \(huge) \(huge)"],
                ["0", "\(huge) 0 \(huge) \(huge) \(huge) \(huge)", "k"],
                ["0", "0 1 \(huge) \(huge) ffffffffffffffff 1"], ["0", "0  1"],
                ["0", "0", huge, huge, "last", "0000000000000000", "garbage\n"],
                ["0", "0", "1", "last", "0000000000000000", "garbage\n"],
                ["0", "0", "1", "-1", "last", "0000000000000000", ""],
                [huge, "1", "GET"], ["1", huge, "GET", "a"], ["1", "1", "FLUSHALL"],
                [huge, "done", "x"], ["0", "later", ""], ["0", huge, huge, "k"],
                ["0", huge, "\(huge) \(huge)", "k", "k"],
                ["0", "\(huge) \(huge)", "3", "GET", "k"],
            ]
            for name in PeerFrame.allCases {
                for tail in tails {
                    let bytes = frame(([name.rawValue] + tail).map { Array($0.utf8) })
                    try await link(to: cluster.endpoints[0], epoch, "data", bytes, .us)
                }
            }
            #expect(try await talk(to: cluster.endpoints[0], [], .ping) == "+PONG\r\n")
        }

        /// Messages of the control plane that can be read and cannot be meant.
        private func absurdMessages(_ cluster: TestCluster, _ epoch: RingEpoch) async throws {
            let most = Int.max
            let next = epoch.number + 1
            let ballot = #"{"round":\#(most),"member":2}"#
            let known = String(decoding: try JSONEncoder().encode(epoch), as: UTF8.self)
            func heartbeat(epoch: Int, _ rest: String) -> String {
                #"{"heartbeat":{"_0":{"epoch":\#(epoch),"incarnation":\#(most),"sentAt":\#(most),"#
                    + rest + #","isStopping":false,"hearsMajority":true,"isSharing":false}}}"#
            }
            func reply(epoch: Int, sentAt: Int) -> String {
                #"{"heartbeatReply":{"_0":{"epoch":\#(epoch),"incarnation":1,"sentAt":\#(sentAt),"#
                    + #""isGranted":true}}}"#
            }
            let messages = [
                heartbeat(
                    epoch: most,
                    #""suspects":[\#(most),-1],"unsettled":[\#(most)],"level":[-1],"copied":\#(most)"#
                ),
                heartbeat(epoch: 1, #""suspects":[],"unsettled":[],"level":[],"copied":0"#),
                reply(epoch: 1, sentAt: most), reply(epoch: most, sentAt: -most),
                #"{"prepare":{"instance":\#(next),"ballot":\#(ballot)}}"#,
                #"{"prepare":{"instance":\#(most),"ballot":\#(ballot)}}"#,
                #"{"rejected":{"instance":\#(next),"promised":\#(ballot)}}"#,
                #"{"accepted":{"instance":\#(most),"ballot":\#(ballot)}}"#,
                #"{"accept":{"instance":\#(next),"acceptance":{"ballot":\#(ballot),"epoch":\#(known)}}}"#,
                "{}", #"{"heartbeat":{}}"#,
            ]
            for message in messages {
                // So that the test does not say less than it seems to.
                if message.utf8.count > 20 {
                    _ = try JSONDecoder().decode(NodeMessage.self, from: Data(message.utf8))
                }
                let bytes = frame([PeerFrame.node.rawValue, message].map { Array($0.utf8) })
                try await link(to: cluster.endpoints[0], epoch, "control", bytes, .us)
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
