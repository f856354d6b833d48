import Client
import Foundation
import NIOCore
import NIOPosix
import Ring
import Synchronization

/// What a fake node does with one request.
enum FakeAnswer: Sendable {
    /// Answers with these bytes of the protocol.
    case raw(String)
    /// Never answers.
    case silence
    /// Closes the connection without an answer.
    case hangUp

    static let ok = raw("+OK\r\n")
    static let null = raw("$-1\r\n")

    static func bulk(_ text: String) -> FakeAnswer { raw("$\(text.utf8.count)\r\n\(text)\r\n") }

    static func json(_ value: some Encodable) -> FakeAnswer {
        guard let data = try? JSONEncoder().encode(value) else { return .hangUp }
        return bulk(String(decoding: data, as: UTF8.self))
    }

    static func error(_ text: String) -> FakeAnswer { raw("-\(text)\r\n") }
}

/// A server on the loopback that answers each request as the test says; it listens until the test's
/// process ends, unless it is told to stop.
final class FakeNode: Sendable {
    typealias Script = @Sendable (_ words: [String]) -> FakeAnswer

    let endpoint: Endpoint
    private let channel: any Channel
    private let log: Log

    private final class Log: Sendable {
        let script: Mutex<Script>
        let words = Mutex<[[String]]>([])

        init(_ script: @escaping Script) { self.script = Mutex(script) }
    }

    private init(channel: any Channel, log: Log) throws {
        self.channel = channel
        self.log = log
        endpoint = Endpoint(host: "127.0.0.1", port: try Self.port(of: channel))
    }

    static func start(_ script: @escaping Script = { _ in .ok }) async throws -> FakeNode {
        let log = Log(script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return try FakeNode(channel: channel, log: log)
    }

    /// What it was asked, greetings and questions about the ring left out.
    var requests: [[String]] {
        log.words.withLock { words in
            words.filter { !["HELLO", "RING", "CLUSTER"].contains($0[0]) }
        }
    }

    /// Everything that it was asked.
    var allRequests: [[String]] { log.words.withLock { $0 } }

    func answer(_ script: @escaping Script) { log.script.withLock { $0 = script } }

    /// Stops listening; connections that are there stay.
    func stopListening() async throws { try await channel.close() }

    private static func port(of channel: any Channel) throws -> Int {
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return port
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let log: Log
        private var received = ByteBuffer()

        init(log: Log) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            received.writeBuffer(&bytes)
            while let words = nextRequest() {
                log.words.withLock { $0.append(words) }
                if words[0] == "HELLO" {
                    send("-NOPROTO unsupported protocol version\r\n", context)
                    continue
                }
                let script = log.script.withLock { $0 }
                switch script(words) {
                case .raw(let text): send(text, context)
                case .silence: break
                case .hangUp: return context.close(promise: nil)
                }
            }
        }

        private func send(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        /// One whole request, or nil while there is none.
        private func nextRequest() -> [String]? {
            var rest = received
            guard let count = number(&rest, after: "*") else { return nil }
            var words: [String] = []
            for _ in 0..<count {
                guard let length = number(&rest, after: "$"),
                    let word = rest.readString(length: length), rest.readString(length: 2) != nil
                else { return nil }
                words.append(word)
            }
            received = rest
            return words
        }

        private func number(_ buffer: inout ByteBuffer, after mark: String) -> Int? {
            guard let end = buffer.readableBytesView.firstIndex(of: 13),
                let line = buffer.readString(length: end - buffer.readerIndex),
                buffer.readString(length: 2) != nil, line.hasPrefix(mark)
            else { return nil }
            return Int(line.dropFirst())
        }
    }
}

/// Waits for a condition, at most ten seconds.
func until(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        if ContinuousClock.now >= end { throw TimedOut(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct TimedOut: Error {
    var what: String
}
