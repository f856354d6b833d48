import Bytes
import NIOCore
import NIOPosix
import RESP

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What asking one node once has come to.
enum SeedAnswer: Sendable, Equatable {
    /// It has answered.
    case value(RESPValue)
    /// No connection came about; why.
    case unreachable(String)
    /// It was asked and has not answered in time, or the connection ended first.
    case silent(String)
    /// What came is not the protocol.
    case foreign
}

/// One question to one node, over a connection of its own.
enum SeedQuestion {
    /// Asks.
    ///
    /// - Parameters:
    ///   - address: where the node is.
    ///   - words: the command and its arguments.
    ///   - patience: how long the answer may take, once the connection is there.
    ///   - group: the event loops to use.
    /// - Returns: what it has come to.
    static func ask(
        _ address: NodeOptions.Address, _ words: [String], patience: Duration,
        on group: any EventLoopGroup
    ) async -> SeedAnswer {
        let loop = group.next()
        let answer = loop.makePromise(of: SeedAnswer.self)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(JoinLimits.connect))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        SeedHandler(words, patience: patience, answer: answer))
                }
            }
        do {
            let channel = try await bootstrap.connect(host: address.host, port: address.port).get()
            return try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            answer.succeed(.unreachable(describe(error)))
            return .unreachable(describe(error))
        }
    }

    /// A failure of the network in a few words.
    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            return error.connectionErrors.first.map { describe($0.error) }
                ?? "the name has no address"
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return "connection refused"
        case ChannelError.connectTimeout:
            return "no connection in time"
        default:
            return "\(error)"
        }
    }
}

/// Sends the question, reads one reply, and hangs up.
private final class SeedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let words: [String]
    private let patience: Duration
    private let answer: EventLoopPromise<SeedAnswer>
    private var parser: ReplyParser
    private var received = ByteBuffer()
    private var isAnswered = false

    init(_ words: [String], patience: Duration, answer: EventLoopPromise<SeedAnswer>) {
        self.words = words
        self.patience = patience
        self.answer = answer
        var limits = ReplyLimits()
        limits.bulkBytesMax = JoinLimits.answerBytesMax
        limits.totalBytesMax = JoinLimits.answerBytesMax + (1 << 10)
        parser = ReplyParser(limits: limits)
    }

    func channelActive(context: ChannelHandlerContext) {
        let request = OutputBuffer()
        defer { request.deallocate() }
        ReplyWriter(request).strings(words)
        var buffer = context.channel.allocator.buffer(capacity: request.count)
        buffer.writeBytes(request.bytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) {
            self.end(.silent("no answer in time"), context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        switch received.withUnsafeReadableBytes({ parser.next($0) }) {
        case .needMore: return
        case .value(let value, _): end(.value(value), context)
        case .failure: end(.foreign, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.silent("it hung up"), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.silent("\(error)"), context)
    }

    private func end(_ result: SeedAnswer, _ context: ChannelHandlerContext) {
        guard !isAnswered else { return }
        isAnswered = true
        answer.succeed(result)
        context.close(promise: nil)
    }
}
