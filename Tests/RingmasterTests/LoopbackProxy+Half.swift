import Glibc
import NIOCore
import NIOPosix

/// One way of one proxied connection: reads from the one side and writes to the other.
///
/// Confined to the proxy's event loop.
final class ProxyHalf: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let way: LoopbackProxy.Way
    /// How many more bytes pass before the connection is reset; nil for no such end.
    var bytesLeft: Int?

    private let switchboard: Switchboard
    private var context: ChannelHandlerContext?
    /// The other way of the same connection, whose channel this one writes to.
    private var other: ProxyHalf?
    /// What arrived while the way was held: the end of a connection is read to its last byte.
    private var held: [ByteBuffer] = []
    /// When the last byte is due that was delayed.
    private var lastDue = NIODeadline.uptimeNanoseconds(0)
    private var hasLost = false
    private var hasEnded = false

    init(way: LoopbackProxy.Way, switchboard: Switchboard) {
        self.way = way
        self.switchboard = switchboard
        switchboard.add(self)
    }

    /// Connects to the node that was meant, and begins to pass bytes both ways.
    func connect(to target: SocketAddress) {
        guard let eventLoop = context?.eventLoop else { return }
        let back = ProxyHalf(
            way: LoopbackProxy.Way(from: way.to, to: way.from), switchboard: switchboard)
        let bound = NIOLoopBound(back, eventLoop: eventLoop)
        // By address: names are looked up on threads that a busy test process lets wait.
        let connected = ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(to: target)
        connected.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .failure:
                switchboard.remove(back)
                context?.close(promise: nil)
            case .success where context == nil:
                back.context?.close(promise: nil)
            case .success:
                other = back
                back.other = self
                onFaultChanged()
                back.onFaultChanged()
            }
        }
    }

    /// Ends the connection as a crashed machine does.
    func reset() {
        for half in [self, other] {
            guard let channel = half?.context?.channel else { continue }
            let atOnce = linger(l_onoff: 1, l_linger: 0)
            guard let socket = channel as? any SocketOptionProvider else {
                channel.close(promise: nil)
                continue
            }
            socket.setSoLinger(atOnce).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    /// Acts by the present fault of the way.
    func onFaultChanged() {
        guard let other else { return }
        let fault = switchboard.faults[way]
        if fault != .hold {
            let late = held
            held = []
            for buffer in late { pass(buffer) }
        }
        if fault == nil, hasLost { return reset() }
        if hasEnded {
            if mayEnd { finish() }
        } else {
            setReading(fault != .hold && other.context?.channel.isWritable ?? false)
        }
    }

    /// Whether the end of the connection gets through: it travels like its bytes.
    private var mayEnd: Bool {
        switch switchboard.faults[way] {
        case .hold, .swallow: false
        case .delay, nil: true
        }
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(unwrapInboundIn(data))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        other?.onFaultChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        self.context = nil
        if mayEnd || other?.context == nil { finish() }
    }

    // MARK: - Bytes

    private func pass(_ buffer: ByteBuffer) {
        var delay = TimeAmount.zero
        switch switchboard.faults[way] {
        case .hold:
            held.append(buffer)
            return
        case .swallow:
            hasLost = true
            return
        case .delay(let milliseconds): delay = .milliseconds(milliseconds)
        case nil: break
        }
        let now = NIODeadline.now()
        // What was delayed before goes first, also when there is no delay any more.
        let due = max(now + delay, lastDue)
        guard due > now, let eventLoop = other?.context?.eventLoop else { return write(buffer) }
        lastDue = due
        eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.write(buffer) }
    }

    private func write(_ buffer: ByteBuffer) {
        guard let context = other?.context else { return }
        let allowed = buffer.readableBytes.clamped(to: bytesLeft)
        switchboard.bytesPassed[way, default: 0] += allowed
        if let slice = buffer.getSlice(at: buffer.readerIndex, length: allowed), allowed > 0 {
            context.writeAndFlush(wrapOutboundOut(slice), promise: nil)
        }
        if let bytesLeft {
            self.bytesLeft = bytesLeft - allowed
            if self.bytesLeft == 0 { return reset() }
        }
        if !context.channel.isWritable { setReading(false) }
    }

    /// Closes the other side once all that is under way to it has arrived.
    private func finish() {
        switchboard.remove(self)
        guard let eventLoop = other?.context?.eventLoop, lastDue > .now() else { return part() }
        eventLoop.assumeIsolated().scheduleTask(deadline: lastDue) { self.part() }
    }

    private func part() {
        other?.context?.close(promise: nil)
        other = nil
    }

    private func setReading(_ isReading: Bool) {
        // A channel that is closing has no options any more, and needs none.
        _ = context?.channel.setOption(.autoRead, value: isReading)
    }
}

extension Int {
    /// The number, or the limit where that is smaller.
    fileprivate func clamped(to limit: Int?) -> Int {
        limit.map { Swift.min(self, $0) } ?? self
    }
}
