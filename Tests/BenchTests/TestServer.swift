import NIOCore
import NIOPosix
import RESP

@testable import Bench

/// A little server that answers SET, GET and DEL, or misbehaves as it is told.
struct TestServer: Sendable {
    /// What it does with a request.
    enum Behaviour: Sendable {
        /// Does what is asked.
        case serve
        /// Answers everything with this error.
        case refuse(String)
        /// Serves so many requests of a connection, then closes it.
        case closeAfter(Int)
        /// Serves so many requests in all, then closes every connection and listens no more.
        case dieAfter(Int)
        /// Serves so many requests of a connection, then keeps silent.
        case silentAfter(Int)
        /// Answers with these bytes.
        case answer(String)
        /// Answers a connection's first request so many milliseconds late, and then serves.
        case lateFirst(Int64)
        /// Plays a node of Ringmaster.
        case node(TestNode)
    }

    let address: BenchAddress
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let store: NIOLoopBound<Store>

    /// Runs a body against a server that lives as long as the body.
    static func with<Result: Sendable>(
        _ behaviour: Behaviour, _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(behaviour)
        do {
            let result = try await body(server)
            try await server.group.shutdownGracefully()
            return result
        } catch {
            try await server.group.shutdownGracefully()
            throw error
        }
    }

    /// Keys that it holds, connections that it was given and requests that it has read.
    func counts() async throws -> (keys: Int, connections: Int, requests: Int) {
        try await store.eventLoop.submit { [store] in
            let counted = store.value
            return (counted.values.count, counted.connections, counted.requests)
        }.get()
    }

    /// Commands beside GET, SET and DEL, words separated by blanks.
    func commands() async throws -> [String] {
        try await store.eventLoop.submit { [store] in store.value.commands }.get()
    }

    /// Stops listening, so that its port refuses connections.
    func close() async throws {
        try await channel.close().get()
    }

    private static func start(_ behaviour: Behaviour) async throws -> TestServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let store = try await eventLoop.submit { NIOLoopBound(Store(), eventLoop: eventLoop) }.get()
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let handler = TestServerHandler(behaviour, store.value)
                    try child.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await eventLoop.submit { store.value.listener = channel }.get()
        return TestServer(
            address: BenchAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0),
            group: group, channel: channel, store: store)
    }
}

/// What all connections of a server share; confined to its one event loop.
final class Store {
    var values: [[UInt8]: [UInt8]] = [:]
    /// What keys had before their last write.
    var formerValues: [[UInt8]: [UInt8]] = [:]
    var commands: [String] = []
    var settings = ["coherence": "off", "prefetching": "off", "cache-bytes": "1000"]
    var reads = 0
    var connections = 0
    var requests = 0
    /// Where it listens, and those who are connected.
    var listener: (any Channel)?
    var clients: [any Channel] = []

    /// Ends as a killed process does.
    func die() {
        listener?.close(promise: nil)
        for client in clients { client.close(promise: nil) }
    }
}

private final class TestServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: TestServer.Behaviour
    private let store: Store
    private var unread: [UInt8] = []
    private var parser = ReplyParser()
    private var requests = 0
    private var lateUntil: NIODeadline?

    init(_ behaviour: TestServer.Behaviour, _ store: Store) {
        self.behaviour = behaviour
        self.store = store
        store.connections += 1
    }

    func channelActive(context: ChannelHandlerContext) {
        store.clients.append(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread += Array(unwrapInboundIn(data).readableBytesView)
        var answers = ""
        // A request is an array of strings, which is a reply, too.
        while !unread.isEmpty,
            case .value(.array(let arguments), let bytes) = next()
        {
            unread.removeFirst(bytes)
            requests += 1
            store.requests += 1
            answers += answer(arguments.compactMap(Self.bytes), context)
        }
        if case .lateFirst(let milliseconds) = behaviour, lateUntil == nil {
            lateUntil = .now() + .milliseconds(milliseconds)
        }
        let buffer = ByteBuffer(string: answers)
        let due = lateUntil ?? .now()
        guard due > .now() else {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            return
        }
        context.eventLoop.assumeIsolated().scheduleTask(deadline: due) {
            context.writeAndFlush(self.wrapOutboundOut(buffer), promise: nil)
        }
    }

    private func next() -> ReplyParser.Step {
        unread.withUnsafeBytes { parser.next($0) }
    }

    private func answer(_ arguments: [[UInt8]], _ context: ChannelHandlerContext) -> String {
        switch behaviour {
        case .serve, .lateFirst: return serve(arguments)
        case .node(let node):
            return node.answer(arguments, store, port: context.channel.localAddress?.port ?? 0)
                ?? serve(arguments)
        case .refuse(let error): return "-\(error)\r\n"
        case .answer(let bytes): return bytes
        case .silentAfter(let count): return requests > count ? "" : serve(arguments)
        case .dieAfter(let count):
            if store.requests > count { store.die() }
            return store.requests > count ? "" : serve(arguments)
        case .closeAfter(let count):
            if requests > count { context.close(promise: nil) }
            return requests > count ? "" : serve(arguments)
        }
    }

    private func serve(_ arguments: [[UInt8]]) -> String {
        let key = arguments[1]
        switch String(decoding: arguments[0], as: UTF8.self) {
        case "SET":
            store.formerValues[key] = store.values[key]
            store.values[key] = arguments[2]
            return "+OK\r\n"
        case "GET":
            guard let value = store.values[key] else { return "$-1\r\n" }
            return "$\(value.count)\r\n\(String(decoding: value, as: UTF8.self))\r\n"
        case let verb where verb != "DEL": return "-ERR unknown command '\(verb)'\r\n"
        default:
            return store.values.removeValue(forKey: key) == nil ? ":0\r\n" : ":1\r\n"
        }
    }

    private static func bytes(_ value: RESPValue) -> [UInt8]? {
        guard case .bulk(let bytes) = value else { return nil }
        return bytes
    }
}
