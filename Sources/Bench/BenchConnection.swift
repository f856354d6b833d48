import NIOCore
import RESP

/// One connection of a bench: keeps so many requests under way, and counts the answers.
///
/// Confined to its event loop. When its server dies it hands what is left of its share on.
final class BenchConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let address: BenchAddress
    private let pipeline: Int
    private var context: ChannelHandlerContext?
    private var scanner = ReplyScanner()
    private var unread = ByteBuffer()
    private var outgoing = ByteBuffer()
    private var underWay: UnderWay
    /// What is left to do; nil between loads.
    private var share: LoadShare?
    private var alarm: Scheduled<Void>?
    /// Why the connection is of no more use.
    private var problem: String?
    /// Told what was left of a share when the server died, and how one knows.
    private let onLost: (LoadShare, String) -> Void
    /// Whether the server has answered anything at all.
    private(set) var hasAnswered = false

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - address: the server, to name it when something is wrong.
    ///   - pipeline: how many requests are kept under way at most.
    ///   - onLost: told what was left of a share when the server died, and how one knows.
    init(
        address: BenchAddress, pipeline: Int, onLost: @escaping (LoadShare, String) -> Void
    ) {
        self.address = address
        self.pipeline = pipeline
        self.onLost = onLost
        underWay = UnderWay(capacity: pipeline)
    }

    /// Begins with a share of a load; ends by telling the tally.
    func start(_ share: LoadShare) {
        guard let context, problem == nil else {
            return onLost(share, problem ?? "\(address) closed the connection")
        }
        self.share = share
        proceed(context)
    }

    /// Asks for nothing more, and tells the tally when what is under way is answered.
    func finish() {
        share?.requests.cut()
        if let context, share != nil { proceed(context) }
    }

    /// Stops asking; what is under way is counted as unknown.
    func stop() {
        _ = abandon()
    }

    private func abandon() -> LoadShare? {
        share?.tally.abandon(underWay.count)
        return release()
    }

    private func release() -> LoadShare? {
        defer { share = nil }
        alarm?.cancel()
        alarm = nil
        return share
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
        guard let tally = share?.tally, problem == nil else { return }
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
        lose("\(address) closed the connection")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose("the connection to \(address) broke: \(error)")
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
                guard let request = underWay.popFirst() else {
                    fail("\(address) sent an answer that nobody had asked for")
                    return bytes.count
                }
                tally.count(
                    UnsafeRawBufferPointer(rebasing: rest[..<count]), to: request, at: now)
                hasAnswered = true
                consumed += count
            }
        }
        return consumed
    }

    private func proceed(_ context: ChannelHandlerContext) {
        if share?.requests.remaining ?? 0 > 0 {
            send(context)
        } else if underWay.count == 0 {
            release()?.tally.finish()
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        let room = min(pipeline - underWay.count, share?.requests.remaining ?? 0)
        guard room > 0 else { return }
        let now = NIODeadline.now()
        var dues: [NIODeadline]?
        if share?.pace != nil {
            dues = takeDue(room, now)
            if dues?.isEmpty == true { return awaitDue(context) }
        }
        outgoing.clear()
        let ledger = share?.tally.ledger
        var sent = 0
        share?.requests.write(dues?.count ?? room, into: &outgoing) { operation in
            var request = RequestUnderWay(due: dues?[sent] ?? now, sent: now, operation: operation)
            sent += 1
            if let ledger, operation.kind.isWrite {
                request.number = ledger.begin(key: operation.key, at: now.uptimeNanoseconds)
            }
            underWay.append(request)
            return request.number
        }
        share?.tally.note(now)
        context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
        if sent < room { awaitDue(context) }
    }

    /// The requests that have fallen due, at most so many.
    private func takeDue(_ room: Int, _ now: NIODeadline) -> [NIODeadline] {
        var dues: [NIODeadline] = []
        while dues.count < room, let due = share?.pace?.due, due <= now {
            dues.append(due)
            _ = share?.pace?.next()
        }
        return dues
    }

    /// Sends again when the next request falls due.
    private func awaitDue(_ context: ChannelHandlerContext) {
        guard alarm == nil, let due = share?.pace?.due else { return }
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { [self] in
            alarm = nil
            if let context = self.context, problem == nil { proceed(context) }
        }
    }

    /// The server is no Redis server: another one is not asked, either.
    private func fail(_ reason: String) {
        problem = problem ?? reason
        share?.tally.fail(reason)
    }

    /// The server is gone: others may do what is left of the share.
    private func lose(_ reason: String) {
        guard problem == nil else { return }
        problem = reason
        if let rest = abandon() { onLost(rest, reason) }
    }
}

/// What one connection is to do of a load.
struct LoadShare {
    /// What to ask for.
    var requests: RequestStream
    /// Who counts the answers.
    var tally: PhaseTally
    /// When requests fall due; nil is as soon as there is room.
    var pace: Pace?
}
