import Bytes
import Commands
import DequeModule
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

    /// A reply that is not there yet, or that waits for one before it.
    private struct Pending {
        var reply: [UInt8]?
        let startedAt: Int
        let isWrite: Bool
    }

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
    private var pending: Deque<Pending> = []
    private var firstPending = 0
    private var isFlushWanted = false
    private var isReadHeld = false
    private var isProcessing = false
    private var isClosing = false
    /// Since when the client has left replies unread.
    private var unreadSince: Int?

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
        if let number = host.add(self) {
            self.number = number
            session.identifier = number * ServerLimits.loopsMax + host.number
        } else {
            ReplyWriter(output).error("ERR max number of clients reached")
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
        unreadSince = context.channel.isWritable ? nil : Clock.monotonic()
        goOn()
        context.fireChannelWritabilityChanged()
    }

    // MARK: Requests

    private var isPressed: Bool {
        peer == nil
            && (pending.count >= ServerLimits.pendingRepliesMax
                || output.count >= ServerLimits.outputBytes
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
        if bytes.readableBytes > 0, !isClosing {
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
        let shape = CommandTable.shape(id)
        if shape.flags.contains(.keyed) || shape.flags.contains(.clusterWide) {
            submit(id, arguments, isWrite: shape.flags.contains(.write), clock)
        } else {
            execute(id, arguments, clock)
        }
    }

    private func submit(
        _ id: CommandID, _ arguments: Arguments, isWrite: Bool, _ clock: Clock
    ) {
        let isFirst = pending.isEmpty
        let reply = isFirst ? output : late
        let disposition = host.submit(
            id, arguments, connection: number, sequence: firstPending + pending.count,
            version: session.version, clock: clock, reply: reply)
        if disposition == .held {
            pending.append(Pending(reply: nil, startedAt: clock.now, isWrite: isWrite))
        } else if !isFirst {
            queueLate(clock)
        }
        isFlushWanted = true
    }

    /// Puts a reply that is there already behind those that are not.
    private func queueLate(_ clock: Clock) {
        pending.append(Pending(reply: late.array(), startedAt: clock.now, isWrite: false))
        late.clear()
    }

    /// Answers a command that concerns the connection or the node.
    private func execute(_ id: CommandID, _ arguments: Arguments, _ clock: Clock) {
        let answers = NodeAnswers(host: host, session: session)
        switch answers.answer(id, arguments) {
        case .now(let write):
            answer { write(ReplyWriter($0, session.version)) }
        case .later(let future):
            let sequence = firstPending + pending.count
            pending.append(Pending(reply: nil, startedAt: clock.now, isWrite: false))
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
        case .peer(let member, .data, let reply):
            answer { $0.append(reply) }
            peer = InboundPeer(member: member)
            parser.limits = .peer
        case .peer(let member, .control, let reply):
            moveToControl(member, reply)
        }
    }

    /// Writes a reply in its order.
    private func answer(_ write: (OutputBuffer) -> Void) {
        if pending.isEmpty {
            write(output)
        } else {
            write(late)
            pending.append(Pending(reply: late.array(), startedAt: 0, isWrite: false))
            late.clear()
        }
        isFlushWanted = true
    }

    /// Hands the connection to the control plane's event loop, under a descriptor of its own.
    private func moveToControl(_ member: Int, _ reply: [UInt8]) {
        isClosing = true
        do {
            let socket = try context?.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
            if let socket, socket >= 0 {
                InboundControl.take(socket, member: member, answer: reply, host.process)
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
        let place = sequence - firstPending
        guard pending.indices.contains(place) else { return }
        let startedAt = pending[place].startedAt
        host.countHeld(
            isWrite: pending[place].isWrite, microseconds: Clock.monotonic() - startedAt)
        if place == 0 {
            output.append(reply)
            pending.removeFirst()
            firstPending += 1
        } else {
            pending[place].reply = Array(reply)
        }
        while let ready = pending.first?.reply {
            output.append(ready)
            pending.removeFirst()
            firstPending += 1
        }
        if !isFlushWanted {
            isFlushWanted = true
            host.needsFlush(self)
        }
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
        guard let context else { return }
        if !output.isEmpty {
            var bytes = written ?? context.channel.allocator.buffer(capacity: output.count)
            written = nil
            bytes.clear(minimumCapacity: output.count)
            bytes.writeBytes(output.bytes)
            output.clear()
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            if bytes.capacity <= ServerLimits.outputBytes { written = bytes }
        }
        if isClosing {
            close()
        } else {
            goOn()
        }
    }

    /// Goes on with requests that waited for room.
    private func goOn() {
        guard !isPressed, !isClosing else { return }
        if input != nil, !isProcessing { process() }
        if isReadHeld, !isPressed {
            isReadHeld = false
            context?.read()
        }
    }

    /// Ends a client that has not read its replies for long.
    func closeIfUnread() {
        guard let unreadSince, peer == nil else { return }
        if Clock.monotonic() - unreadSince > ServerLimits.unreadMicroseconds { close() }
    }

    func close() {
        context?.close(promise: nil)
    }
}
