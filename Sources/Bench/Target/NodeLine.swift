import NIOCore
import NIOPosix
import RESP

/// A connection for questions beside a load: one command, one answer.
struct NodeLine: Sendable {
    /// How long an answer may take; a change of settings is decided by vote.
    static let patience = TimeAmount.seconds(10)

    /// The server.
    let address: BenchAddress
    private let channel: any Channel
    private let handler: NIOLoopBound<NodeLineHandler>

    /// Connects.
    ///
    /// - Throws: ``BenchError/connect(_:_:)``.
    static func open(
        on group: any EventLoopGroup, to address: BenchAddress
    ) async throws -> NodeLine {
        let eventLoop = group.next()
        let handler = try await eventLoop.submit {
            NIOLoopBound(NodeLineHandler(), eventLoop: eventLoop)
        }.get()
        do {
            let channel = try await ClientBootstrap(group: eventLoop)
                .connectTimeout(.seconds(5))
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(handler.value)
                    }
                }
                .connect(host: address.host, port: address.port).get()
            return NodeLine(address: address, channel: channel, handler: handler)
        } catch {
            throw BenchError.connect(address, connectFailureWords(error))
        }
    }

    /// Sends a command and returns its answer; an error that the server answers is a value, too.
    ///
    /// - Throws: ``BenchError/lost(_:_:)`` when no answer came.
    func ask(_ words: String...) async throws -> RESPValue {
        var request = ByteBuffer()
        request.writeString("*\(words.count)\r\n")
        for word in words { request.writeString("$\(word.utf8.count)\r\n\(word)\r\n") }
        let bytes = request
        do {
            return try await channel.eventLoop.flatSubmit { [handler] in
                handler.value.ask(bytes)
            }.get()
        } catch {
            throw BenchError.lost(address, "\(error)")
        }
    }

    /// The event loop that it lives on.
    var eventLoopGroup: any EventLoopGroup { channel.eventLoop }

    /// Closes the connection.
    func close() async {
        // A connection that is closed already has nothing left to be done.
        try? await channel.close()
    }
}

/// Why a question has no answer.
private enum NodeLineFailure: Error, CustomStringConvertible {
    case closed
    case late
    case gibberish(ReplyFailure)

    var description: String {
        switch self {
        case .closed: "the connection was closed"
        case .late: "no answer in time"
        case .gibberish(let reason): "this is not the Redis protocol: \(reason)"
        }
    }
}

/// Confined to its event loop.
private final class NodeLineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var waiting: CircularBuffer<EventLoopPromise<RESPValue>> = []
    private var parser = ReplyParser()
    private var unread = ByteBuffer()

    func ask(_ request: ByteBuffer) -> EventLoopFuture<RESPValue> {
        guard let context else { fatalError("asked before the connection was there") }
        let promise = context.eventLoop.makePromise(of: RESPValue.self)
        guard context.channel.isActive else {
            promise.fail(NodeLineFailure.closed)
            return promise.futureResult
        }
        waiting.append(promise)
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
        // The answers come in order: one that is late makes all later ones worthless.
        let alarm = context.eventLoop.assumeIsolated().scheduleTask(in: NodeLine.patience) {
            self.fail(.late)
        }
        promise.futureResult.whenComplete { _ in alarm.cancel() }
        return promise.futureResult
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        unread.writeBuffer(&buffer)
        while unread.readableBytes > 0 {
            switch unread.withUnsafeReadableBytes({ parser.next($0) }) {
            case .needMore: return
            case .failure(let reason): return fail(.gibberish(reason))
            case .value(let value, let bytes):
                unread.moveReaderIndex(forwardBy: bytes)
                waiting.popFirst()?.succeed(value)
            }
        }
        unread.clear()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func fail(_ reason: NodeLineFailure) {
        while let promise = waiting.popFirst() { promise.fail(reason) }
        context?.close(promise: nil)
    }
}
