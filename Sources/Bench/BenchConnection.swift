import NIOCore
import RESP

/// One connection of a bench: keeps so many requests under way, and counts the answers.
///
/// Confined to its event loop.
final class BenchConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let address: BenchAddress
    private let pipeline: Int
    private var context: ChannelHandlerContext?
    private var scanner = ReplyScanner()
    private var unread = ByteBuffer()
    private var outgoing = ByteBuffer()
    private var sent: SendTimes
    /// What is left to ask for, and who counts the answers; nil between phases.
    private var requests: RequestStream?
    private var tally: PhaseTally?
    /// Why the connection is of no more use.
    private var problem: String?

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - address: the server, to name it when something is wrong.
    ///   - pipeline: how many requests are kept under way.
    init(address: BenchAddress, pipeline: Int) {
        self.address = address
        self.pipeline = pipeline
        sent = SendTimes(capacity: pipeline)
    }

    /// Begins with a share of a phase; ends by telling the tally.
    func start(_ requests: RequestStream, _ tally: PhaseTally) {
        guard let context, problem == nil else {
            tally.fail(problem ?? "\(address) closed the connection")
            return
        }
        guard requests.remaining > 0 else {
            tally.finish()
            return
        }
        self.requests = requests
        self.tally = tally
        send(context)
    }

    /// Stops asking; what is under way is counted as unknown.
    func stop() {
        tally?.abandon(sent.count)
        requests = nil
        tally = nil
    }

    /// Closes the connection.
    func close() {
        context?.close(promise: nil)
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let tally, problem == nil else { return }
        var buffer = unwrapInboundIn(data)
        if unread.readableBytes > 0 {
            unread.writeBuffer(&buffer)
            buffer = unread
            unread = ByteBuffer()
        }
        let now = NIODeadline.now()
        let consumed = buffer.withUnsafeReadableBytes { readReplies($0, tally, now) }
        buffer.moveReaderIndex(forwardBy: consumed)
        if buffer.readableBytes > 0 { unread = buffer }
        tally.note(now)
        if problem == nil { proceed(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("\(address) closed the connection")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("the connection to \(address) broke: \(error)")
        context.close(promise: nil)
    }

    // MARK: - Requests and replies

    /// Counts the whole replies and returns how many bytes they take.
    private func readReplies(
        _ bytes: UnsafeRawBufferPointer, _ tally: PhaseTally, _ now: NIODeadline
    ) -> Int {
        var consumed = 0
        while consumed < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            switch scanner.next(rest) {
            case .needMore:
                return consumed
            case .failure(let reason):
                fail("\(address) does not speak the Redis protocol: \(reason)")
                return bytes.count
            case .complete(let count):
                guard let time = sent.popFirst() else {
                    fail("\(address) sent an answer that nobody had asked for")
                    return bytes.count
                }
                tally.count(
                    UnsafeRawBufferPointer(rebasing: rest[..<count]),
                    nanoseconds: (now - time).nanosecondsAsUnsigned)
                consumed += count
            }
        }
        return consumed
    }

    private func proceed(_ context: ChannelHandlerContext) {
        if requests?.remaining ?? 0 > 0 {
            send(context)
        } else if sent.count == 0 {
            let finished = tally
            requests = nil
            tally = nil
            finished?.finish()
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        let count = min(pipeline - sent.count, requests?.remaining ?? 0)
        guard count > 0 else { return }
        outgoing.clear()
        requests?.write(count, into: &outgoing)
        let now = NIODeadline.now()
        sent.append(now, count: count)
        tally?.note(now)
        context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
    }

    private func fail(_ reason: String) {
        problem = problem ?? reason
        tally?.fail(reason)
    }
}

extension TimeAmount {
    fileprivate var nanosecondsAsUnsigned: UInt64 { UInt64(max(0, nanoseconds)) }
}
