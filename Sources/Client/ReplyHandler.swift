import NIOCore
import RESP
import Synchronization

/// Matches the replies of one connection with its requests, which are answered in their order.
///
/// Lives on its channel's event loop.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A request that was handed to the channel.
    private final class Pending {
        let number: Int
        /// Whether the operating system has all of it.
        var isWritten = false
        /// When bytes last came, as far as its timer has looked.
        var heardAt: NIODeadline
        var timer: Scheduled<Void>?
        /// Takes the result; nil once it has.
        var complete: (@Sendable (Exchange) -> Void)?

        init(number: Int, now: NIODeadline, complete: (@Sendable (Exchange) -> Void)?) {
            self.number = number
            heardAt = now
            self.complete = complete
        }

        func end(_ exchange: Exchange) {
            timer?.cancel()
            timer = nil
            complete?(exchange)
            complete = nil
        }
    }

    private var context: ChannelHandlerContext?
    private var parser = ReplyParser()
    private var received = ByteBuffer()
    private var pending = CircularBuffer<Pending>()
    private var heardAt = NIODeadline.distantPast
    private var closing: String?
    private let usability: Usability

    init(usability: Usability) { self.usability = usability }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        // RESP3 where it is spoken; the refusal of an older server leaves RESP2, which does as well.
        sendUnheard(["HELLO", "3"])
        context.fireChannelActive()
    }

    /// Sends a request whose answer does not matter.
    func sendUnheard(_ words: [String]) {
        let frame = RequestFrame.encode(words.map { Array($0.utf8) })
        append(Pending(number: 0, now: .now(), complete: nil), frame: frame)
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - number: names the request for ``abandon(_:)``; above 0.
    ///   - frame: its bytes.
    ///   - limit: when it must be answered.
    ///   - silence: how long the connection may be silent meanwhile.
    ///   - complete: is called once.
    func send(
        number: Int, frame: ByteBuffer, limit: NIODeadline, silence: TimeAmount?,
        complete: @escaping @Sendable (Exchange) -> Void
    ) {
        guard context != nil, closing == nil else {
            return complete(.notSent(closing ?? "the connection is closed"))
        }
        guard pending.count < ClientOptions.pendingMax else {
            return complete(.notSent("\(pending.count) requests are in flight already"))
        }
        let request = Pending(number: number, now: .now(), complete: complete)
        arm(request, limit: limit, silence: silence)
        append(request, frame: frame)
    }

    /// Gives a request up; its reply, when it comes, is dropped.
    func abandon(_ number: Int) {
        pending.first { $0.number == number }?.end(.lost("the request was given up"))
    }

    private func append(_ request: Pending, frame: ByteBuffer) {
        guard let context else { return }
        pending.append(request)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: request.isWritten = true
            case .failure(let error): request.end(.notSent(describe(error)))
            }
        }
        context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
    }

    private func arm(_ request: Pending, limit: NIODeadline, silence: TimeAmount?) {
        guard let context else { return }
        let next = silence.map { min(limit, request.heardAt + $0) } ?? limit
        request.timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
            if NIODeadline.now() < limit && self.heardAt > request.heardAt {
                request.heardAt = self.heardAt
                return self.arm(request, limit: limit, silence: silence)
            }
            self.timeOut(request)
        }
    }

    /// A node that let one request wait too long gets no further ones.
    private func timeOut(_ request: Pending) {
        usability.isUsable = false
        if request.isWritten {
            request.end(.timedOut)
            if pending.allSatisfy({ $0.complete == nil }) { close("a request timed out") }
        } else {
            // Closing makes sure that the rest of it is never sent.
            close("the node takes no more requests")
            request.end(.notSent("the node takes no more requests"))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heardAt = .now()
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = bytes
        } else {
            received.writeBuffer(&bytes)
        }
        readReplies()
    }

    private func readReplies() {
        while received.readableBytes > 0, closing == nil {
            switch received.withUnsafeReadableBytes({ parser.next($0) }) {
            case .needMore: return
            case .failure(let failure): return close("the server's bytes are no reply: \(failure)")
            case .value(let value, let count):
                received.moveReaderIndex(forwardBy: count)
                if case .push = value { continue }
                guard let request = pending.popFirst() else {
                    return close("the server answered what was not asked")
                }
                request.end(.reply(value))
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(describe(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        endAll(closing ?? "the server closed the connection")
        context.fireChannelInactive()
    }

    /// Ends the connection; whatever is pending ends with it.
    func close(_ reason: String) {
        if closing == nil { closing = reason }
        usability.isUsable = false
        context?.close(promise: nil)
    }

    private func endAll(_ reason: String) {
        usability.isUsable = false
        closing = reason
        while let request = pending.popFirst() {
            request.end(request.isWritten ? .lost(reason) : .notSent(reason))
        }
    }
}

/// Whether a connection takes further requests; read from anywhere.
final class Usability: Sendable {
    private let flag = Atomic(true)

    var isUsable: Bool {
        get { flag.load(ordering: .acquiring) }
        set { flag.store(newValue, ordering: .releasing) }
    }
}
