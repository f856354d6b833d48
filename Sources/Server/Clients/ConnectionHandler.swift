import Bytes
import Commands
import Glibc
import NIOCore
import NIOPosix
import RESP
import ServerCore

/// One connection.
///
/// It parses straight from the read buffer, keeps replies in the order of their
/// requests, and flushes once per tick. After a handshake it is another node's link instead.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let host: LoopHost
    private(set) var number = 0
    let session = ClientSession()
    var peer: InboundPeer?

    private let parser = RequestParser()
    private let output = OutputBuffer()
    private let late = OutputBuffer()
    private var input: ByteBuffer?
    private var written: ByteBuffer?
    private var context: ChannelHandlerContext?
    private var pending = ReplyQueue()
    private var admission = ConnectionCount.Admission.anything
    private var isFlushWanted = false
    /// Whether the host flushes it at the end of this tick.
    var isFlushAwaited = false
    private var isReadHeld = false
    private var isProcessing = false
    /// The control link that the connection is to become once its handshake has been read.
    private var control: (member: Int, reply: [UInt8])?
    /// Whether no more requests are taken: the connection ends behind the replies that it still
    /// gets, which the operations' own deadlines bound.
    private var isClosing = false
    /// Whether the client has said its last word; what it has asked for is still answered.
    private var isInputEnded = false
    /// Whether all replies were written, and the connection ends when they have left.
    private var isEnding = false
    /// Since when the client has left replies unread.
    private var unreadSince: Int?
    /// Bytes that it was told of changed keys and has left unread.
    private var unreadToldBytes = 0

    init(host: LoopHost) {
        self.host = host
    }

    deinit {
        output.deallocate()
        late.deallocate()
    }

    // MARK: Channel events

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        session.origin = ClientOrigin(context, connectedAt: Clock.monotonic())
        if let (number, admission) = host.add(self) {
            self.number = number
            self.admission = admission
            session.identifier = number * ServerLimits.loopsMax + host.number
            host.process.clients.add(session.identifier)
        } else {
            ReplyWriter(output).error(StatusTexts.tooManyClients)
            isClosing = true
            flushReplies()
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        host.remove(number)
        peer?.ended(host)
        self.context = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            isInputEnded = true
            host.needsFlush(self)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isClosing else { return }
        if input == nil {
            input = bytes
        } else {
            input?.writeBuffer(&bytes)
        }
        process()
    }

    /// Holds the next read back while replies pile up: the client is pressed back by TCP.
    func read(context: ChannelHandlerContext) {
        if isPressed {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unreadSince = context.channel.isWritable && !isEnding ? nil : Clock.monotonic()
        if context.channel.isWritable { unreadToldBytes = 0 }
        goOn()
        context.fireChannelWritabilityChanged()
    }

    // MARK: Requests

    private var isPressed: Bool {
        peer == nil
            && (pending.isFull || output.count >= ServerLimits.outputBytes
                || context?.channel.isWritable == false)
    }

    private func process() {
        guard !isProcessing, var bytes = input else { return }
        isProcessing = true
        input = nil
        let clock = Clock.read()
        bytes.withUnsafeReadableBytes { readable in
            parse(readable, clock)
        }
        let consumed = parser.consumed
        bytes.moveReaderIndex(forwardBy: consumed)
        parser.didDrop(consumed)
        if let control {
            moveToControl(control.member, control.reply, rest: bytes)
        } else if bytes.readableBytes > 0, !isClosing {
            if consumed > 0 { bytes.discardReadBytes() }
            input = bytes
        }
        isProcessing = false
        if isFlushWanted || isClosing { host.needsFlush(self) }
    }

    private func parse(_ readable: UnsafeRawBufferPointer, _ clock: Clock) {
        while !isClosing, !isPressed {
            switch parser.next(readable) {
            case .request:
                handle(parser.arguments, clock)
            case .needMore:
                return
            case .failure(let failure):
                answer { failure.writeReply(into: $0) }
                host.noteProtocolFailure(failure.logText)
                isClosing = true
                return
            }
        }
    }

    private func handle(_ arguments: Arguments, _ clock: Clock) {
        if let peer {
            if !peer.onFrame(arguments, host) {
                isClosing = true
            }
            return
        }
        guard let id = CommandTable.find(arguments[0]) else {
            answer { CommandErrors.unknownCommand(arguments, reply: $0) }
            return
        }
        guard admission == .anything || id == .ring else {
            answer { ReplyWriter($0).error(StatusTexts.tooManyClients) }
            isClosing = true
            return
        }
        guard mayBeServed(id) else {
            answer { SubscriptionTexts.refusal(of: id, reply: $0) }
            return
        }
        let shape = CommandTable.shape(id)
        if shape.flags.contains(.keyed) || shape.flags.contains(.clusterWide) {
            submit(id, arguments, isWrite: shape.flags.contains(.write), clock)
        } else {
            execute(id, arguments, clock)
        }
        // It concerns the next command only, but for those that ask or say more of the client.
        if id != .client { session.isCachingGiven = false }
    }

    /// A RESP2 connection that listens to a channel can do nothing else: it could not tell replies
    /// from messages.
    private func mayBeServed(_ id: CommandID) -> Bool {
        guard session.isSubscribed, session.version == .two else { return true }
        switch id {
        case .subscribe, .unsubscribe, .ping, .quit, .reset: return true
        default: return false
        }
    }

    private func submit(
        _ id: CommandID, _ arguments: Arguments, isWrite: Bool, _ clock: Clock
    ) {
        let isFirst = pending.isEmpty
        let reply = isFirst ? output : late
        let start = reply.count
        let own = session.tracking.flatMap {
            host.noteTracked(id, arguments, by: session, $0)
        }
        let disposition = host.submit(
            id, arguments, connection: number, sequence: pending.nextSequence,
            version: session.version, clock: clock, reply: reply)
        if disposition == .held {
            pending.append(
                ReplyQueue.Awaited(startedAt: clock.now, isWrite: isWrite, own: own))
        } else {
            if let own { noteReply(reply.bytes(in: start..<reply.count), to: own) }
            if !isFirst { queueLate() }
        }
        isFlushWanted = true
    }

    private func noteReply(_ reply: UnsafeRawBufferPointer, to write: OwnWrite) {
        host.tracking.noteReply(reply, to: write, by: number)
    }

    /// Puts a reply that is there already behind those that are not.
    private func queueLate() {
        pending.append(late.array())
        late.clear()
    }

    /// Answers a command that concerns the connection or the node.
    private func execute(_ id: CommandID, _ arguments: Arguments, _ clock: Clock) {
        let answers = NodeAnswers(host: host, session: session)
        switch answers.answer(id, arguments) {
        case .now(let write):
            answer { write(ReplyWriter($0, session.version)) }
        case .later(let future):
            let sequence = pending.nextSequence
            pending.append(ReplyQueue.Awaited(startedAt: clock.now, isWrite: false))
            future.assumeIsolated().whenComplete { [self] result in
                let reply: [UInt8]
                switch result {
                case .success(let bytes): reply = bytes
                case .failure(let error): reply = Array("-ERR \(error)\r\n".utf8)
                }
                reply.withUnsafeBytes { complete(sequence, $0) }
            }
        case .close(let write):
            answer { write(ReplyWriter($0, session.version)) }
            isClosing = true
        case .peer where !pending.isEmpty:
            // Replies to a client would stand among what is for the node.
            answer { ReplyWriter($0).error("ERR RING PEER comes first on a connection") }
            isClosing = true
        case .peer(let member, .data, let reply):
            answer { $0.append(reply) }
            peer = InboundPeer(member: member, connection: number)
            parser.limits = .peer
        case .peer(let member, .control, let reply):
            control = (member, reply)
            isClosing = true
        }
    }

    /// Writes a reply in its order.
    private func answer(_ write: (OutputBuffer) -> Void) {
        if pending.isEmpty {
            write(output)
        } else {
            write(late)
            queueLate()
        }
        isFlushWanted = true
    }

    /// Hands the connection to the control plane's event loop, under a descriptor of its own, and
    /// with it what has come behind the handshake.
    private func moveToControl(_ member: Int, _ reply: [UInt8], rest: ByteBuffer) {
        do {
            let socket = try context?.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
            if let socket, socket >= 0 {
                InboundControl.take(
                    socket, member: member, answer: reply, rest: rest, host.process)
            } else {
                host.process.events.logger.error("no descriptor left for a control link")
            }
        } catch {
            host.process.events.logger.error("a control link could not be taken: \(error)")
        }
    }

    // MARK: Replies

    /// A held reply has come.
    func complete(_ sequence: Int, _ reply: UnsafeRawBufferPointer) {
        guard let awaited = pending.awaited(sequence) else { return }
        host.countHeld(
            isWrite: awaited.isWrite, microseconds: Clock.monotonic() - awaited.startedAt)
        if let own = awaited.own { noteReply(reply, to: own) }
        pending.noteSize(reply.count, isWrite: awaited.isWrite)
        if pending.isFirst(sequence) {
            output.append(reply)
            pending.removeFirst()
        } else {
            pending.keep(Array(reply), as: sequence)
        }
        while let ready = pending.next() {
            switch ready {
            case .reply(let reply): output.append(reply)
            case .invalidation(let invalidation): send(invalidation)
            }
        }
        wantFlush()
    }

    private func wantFlush() {
        guard !isFlushWanted else { return }
        isFlushWanted = true
        host.needsFlush(self)
    }

    /// The tick's log batch was not written: its replies must not be seen.
    func failReplies() {
        output.clear()
        pending.removeAll()
        isClosing = true
    }

    /// Sends what the tick has gathered.
    func flushReplies() {
        isFlushWanted = false
        isFlushAwaited = false
        guard let context else { return }
        if !output.isEmpty {
            var bytes = written ?? context.channel.allocator.buffer(capacity: output.count)
            written = nil
            bytes.clear(minimumCapacity: output.count)
            bytes.writeBytes(output.bytes)
            output.clear()
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            if bytes.capacity <= ServerLimits.outputBytes { written = bytes }
            if context.channel.isWritable { unreadToldBytes = 0 }
        }
        if unreadToldBytes > ServerLimits.unreadBytesMax {
            closeUnread("it does not read what it is told of changed keys")
        } else {
            goOn()
        }
    }

    /// Goes on with requests that waited for room, and ends behind the last reply.
    private func goOn() {
        guard !isEnding else { return }
        if input != nil, !isPressed, !isClosing, !isProcessing { process() }
        if isOver {
            endBehindReplies()
        } else if isReadHeld, !isPressed, !isClosing {
            isReadHeld = false
            context?.read()
        }
    }

    /// Whether every request that is still taken has its reply, and all replies were written.
    private var isOver: Bool {
        guard isClosing || isInputEnded && !isPressed else { return false }
        return pending.isEmpty && output.isEmpty && !isProcessing
    }

    /// Closes once all that was written has left.
    private func endBehindReplies() {
        guard let context else { return }
        isEnding = true
        unreadSince = Clock.monotonic()
        let end = context.channel.allocator.buffer(capacity: 0)
        context.writeAndFlush(wrapOutboundOut(end)).assumeIsolated().whenComplete { [self] _ in
            close()
        }
    }

    /// Ends a client that has not read its replies for long.
    func closeIfUnread() {
        guard let unreadSince, peer == nil else { return }
        if Clock.monotonic() - unreadSince > ServerLimits.unreadMicroseconds {
            closeUnread("it has not read its replies for a minute")
        }
    }

    private func closeUnread(_ reason: String) {
        host.noteProtocolFailure("client \(session.identifier): \(reason)")
        close()
    }

    /// Takes no more, and ends behind the replies that are under way.
    func finish() {
        isClosing = true
        host.needsFlush(self)
    }

    func close() {
        context?.close(promise: nil)
    }
}

// MARK: Client tracking

extension ConnectionHandler: InvalidationTaker {
    /// Something that the client knows has changed.
    ///
    /// It may be named by replies that are under way, so it comes behind them.
    func take(_ invalidation: Invalidation) {
        if pending.isEmpty { send(invalidation) } else { pending.append(invalidation) }
    }

    /// Another client's invalidations come here.
    func takeRedirected(_ invalidation: Invalidation) {
        write(invalidation, isSubscribed: session.isSubscribed)
    }

    private func write(_ invalidation: Invalidation, isSubscribed: Bool) {
        let start = output.count
        invalidation.write(to: ReplyWriter(output, session.version), isSubscribed: isSubscribed)
        unreadToldBytes += output.count - start
        wantFlush()
    }

    private func send(_ invalidation: Invalidation) {
        guard let tracking = session.tracking else { return }
        if tracking.redirect == 0 {
            write(invalidation, isSubscribed: false)
        } else if host.process.clients.contains(tracking.redirect) {
            host.redirect(invalidation, to: tracking.redirect)
        } else {
            session.tracking?.isRedirectBroken = true
            guard session.version == .three else { return }
            let writer = ReplyWriter(output, session.version)
            writer.push(2)
            writer.bulk("tracking-redir-broken")
            writer.integer(tracking.redirect)
            wantFlush()
        }
    }
}
