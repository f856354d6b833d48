import Client
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

/// The proxy alone, between a client and a server that writes down what it hears and echoes it.
@Suite(.timeLimit(.minutes(1))) struct LoopbackProxyTests {
    private static let there = LoopbackProxy.Way(from: "a", to: "b")
    private static let back = LoopbackProxy.Way(from: "b", to: "a")

    @Test("bytes that are held arrive late and whole, behind what was sent later on other links")
    func hold() async throws {
        try await Self.with { proxy, server in
            let (held, free) = try await (Self.dial(proxy), Self.dial(proxy, from: "c"))
            try await proxy.set(.hold, on: [Self.there])
            try await held.send("late")
            try await free.send("early")
            #expect(try await free.receive() == "early")
            #expect(server.heard == ["early"])
            try await proxy.restoreAll()
            #expect(try await held.receive() == "late")
            #expect(server.heard == ["early", "late"])
        }
    }

    @Test("one way can be held while the other passes")
    func oneWay() async throws {
        try await Self.with { proxy, server in
            let client = try await Self.dial(proxy)
            try await proxy.set(.hold, on: [Self.back])
            try await client.send("hello")
            try await until("the server hears it") { server.heard == ["hello"] }
            #expect(try await proxy.bytesPassed()[Self.back] == nil)
            try await proxy.restoreAll()
            #expect(try await client.receive() == "hello")
        }
    }

    @Test("bytes that are swallowed never arrive, and their connection is reset afterwards")
    func swallow() async throws {
        try await Self.with { proxy, server in
            let (cut, free) = try await (Self.dial(proxy), Self.dial(proxy, from: "c"))
            try await proxy.set(.swallow, on: [Self.there])
            try await cut.send("lost")
            try await free.send("heard")
            #expect(try await free.receive() == "heard")
            try await proxy.restoreAll()
            #expect(try await cut.receive() == "")
            #expect(server.heard == ["heard"])
            let again = try await Self.dial(proxy)
            try await again.send("new")
            #expect(try await again.receive() == "new")
        }
    }

    @Test("bytes that are delayed keep their order, also when the delay ends")
    func delay() async throws {
        try await Self.with { proxy, server in
            let (slow, free) = try await (Self.dial(proxy), Self.dial(proxy, from: "c"))
            try await proxy.set(.delay(milliseconds: 100), on: [Self.there])
            try await slow.send("1")
            try await free.send("0")
            #expect(try await free.receive() == "0")
            try await proxy.restoreAll()
            try await slow.send("2")
            try await until("all is heard") { server.heard.joined().count == 3 }
            // Between two connections nothing is promised.
            #expect(server.heard.joined().filter { $0 != "0" } == "12")
        }
    }

    @Test("a connection that is cut in mid-frame passes so many bytes and is then reset")
    func cut() async throws {
        try await Self.with { proxy, server in
            let client = try await Self.dial(proxy)
            try await proxy.cut([Self.there], afterBytes: 3)
            try await client.send("frame")
            try await until("a part is heard") { server.heard.joined() == "fra" }
            while try await !client.receive().isEmpty {}
        }
    }

    // MARK: - The two ends

    private static func with(
        _ test: (LoopbackProxy, EchoServer) async throws -> Void
    ) async throws {
        let server = try await EchoServer()
        let nobody = Endpoint(host: "127.0.0.1", port: 1)
        let proxy = try await LoopbackProxy(nodes: [
            ("a", nobody), ("b", server.endpoint), ("c", nobody),
        ])
        do {
            try await test(proxy, server)
        } catch {
            try await proxy.close()
            try await server.close()
            throw error
        }
        try await proxy.close()
        try await server.close()
    }

    private static func dial(
        _ proxy: LoopbackProxy, from name: String = "a"
    ) async throws -> Caller {
        let way = LoopbackProxy.Way(from: name, to: "b")
        let endpoint = try #require(proxy.endpoint(way))
        return Caller(connection: try RawConnection(to: endpoint))
    }
}

/// A client that waits on threads of its own.
private struct Caller: @unchecked Sendable {
    // Used by one thread at a time: each call waits for the one before.
    let connection: RawConnection

    func send(_ text: String) async throws {
        try await onThread { Result { try connection.send(Array(text.utf8)) } }.get()
    }

    /// The next bytes; empty at the end.
    func receive() async throws -> String {
        let bytes = try await onThread { Result { try connection.receive() } }.get()
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Echoes, and keeps what it heard.
private final class EchoServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: any Channel
    private let chunks: NIOLockedValueBox<[String]>

    init() async throws {
        let chunks = NIOLockedValueBox<[String]>([])
        self.chunks = chunks
        listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EchoHandler(chunks))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var endpoint: Endpoint {
        Endpoint(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
    }

    var heard: [String] { chunks.withLockedValue { $0 } }

    func close() async throws {
        try await listener.close()
        try await group.shutdownGracefully()
    }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let chunks: NIOLockedValueBox<[String]>

    init(_ chunks: NIOLockedValueBox<[String]>) { self.chunks = chunks }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        chunks.withLockedValue { $0.append(String(buffer: buffer)) }
        context.writeAndFlush(data, promise: nil)
    }
}
