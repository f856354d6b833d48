import Bytes
import Glibc
import NIOCore
import NIOPosix
import RESP
import Ring
import ServerCore

/// The sending end of a link to another node; dials again whenever it is down.
///
/// Confined to the event loop of whoever sends on it: a worker's host, or the control plane.
final class PeerDialer {
    /// Whose link it is.
    private enum Owner {
        case worker(LoopHost)
        case control(NodeHost)
    }

    let member: Member
    private let owner: Owner
    private let process: ProcessContext
    private let eventLoop: any EventLoop
    private var channel: (any Channel)?
    private var wait = ServerLimits.redialMin
    private var isStopped = false
    /// Bytes that were sent while the other side did not keep up.
    private var surplusBytes = 0
    private(set) var isUp = false

    /// A data link of one event loop.
    init(host: LoopHost, member: Member) {
        owner = .worker(host)
        process = host.process
        eventLoop = host.eventLoop
        self.member = member
    }

    /// The control link.
    init(control: NodeHost, _ process: ProcessContext, member: Member) {
        owner = .control(control)
        self.process = process
        eventLoop = process.controlLoop
        self.member = member
    }

    private var request: [UInt8] {
        switch owner {
        case .worker(let host):
            PeerHandshake.request(process, epoch: host.worker?.epoch.number ?? 0, role: .data)
        case .control(let control):
            PeerHandshake.request(process, epoch: control.node.epoch.number, role: .control)
        }
    }

    func start() {
        let address = process.options.address(of: member)
        let dialer = NIOLoopBound(self, eventLoop: eventLoop)
        let request = request
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(ServerLimits.connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .writeBufferWaterMark,
                value: .init(
                    low: ServerLimits.linkPressBytes / 4, high: ServerLimits.linkPressBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DialHandler(dialer: dialer.value, request: request))
                }
            }
        connect(bootstrap, to: address).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel):
                self.channel = channel
                if isStopped { channel.close(promise: nil) }
            case .failure(let error):
                if case .control(let control) = owner, PeerDialer.isRefusal(error) {
                    control.refused(member.number)
                }
                redial()
            }
        }
    }

    /// Connects; a literal address needs no resolver, which may take its time on a busy machine.
    private func connect(
        _ bootstrap: ClientBootstrap, to address: NodeOptions.Address
    ) -> EventLoopFuture<any Channel> {
        do {
            let literal = try SocketAddress(ipAddress: address.host, port: address.port)
            return bootstrap.connect(to: literal)
        } catch {
            return bootstrap.connect(host: address.host, port: address.port)
        }
    }

    func stop() {
        isStopped = true
        channel?.close(promise: nil)
    }

    /// Whether the other side does not keep up with what it is sent.
    var isPressed: Bool { isUp && channel?.isWritable == false }

    /// Sends frames that are encoded already.
    func send(_ bytes: UnsafeRawBufferPointer) {
        guard isUp, let channel else { return }
        // One slot may be larger than all that may wait; what comes on top of it is counted.
        surplusBytes = channel.isWritable ? 0 : surplusBytes + bytes.count
        if surplusBytes > ServerLimits.linkBytesMax {
            // The other side has stopped reading: rather a new beginning than endless memory.
            channel.close(promise: nil)
            return
        }
        var buffer = channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// Sends one message of the control plane.
    func sendControl(_ json: [UInt8]) {
        guard isUp, let channel, channel.isWritable else { return }
        let frame = OutputBuffer(capacity: json.count + 64)
        defer { frame.deallocate() }
        let writer = ReplyWriter(frame)
        writer.array(2)
        writer.bulk(PeerFrame.node.rawValue)
        writer.bulk(json)
        var buffer = channel.allocator.buffer(capacity: frame.count)
        buffer.writeBytes(frame.bytes)
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// The other node's link to this one ended: what it had acknowledged on it may be lost.
    func otherWayEnded() {
        if isUp { tellWorker() }
    }

    /// The other node's epoch does not list this one any more.
    func isUnknown(since epoch: Int) {
        if case .control(let control) = owner { control.isUnknown(since: epoch) }
    }

    func cameUp() {
        isUp = true
        wait = ServerLimits.redialMin
        tellWorker()
    }

    func wentDown() {
        channel = nil
        if isUp {
            isUp = false
            tellWorker()
        }
        redial()
    }

    private func tellWorker() {
        guard case .worker(let host) = owner else { return }
        host.worker?.onLink(to: member.number, isUp: isUp, clock: Clock.read())
        host.scheduleFlush()
    }

    private func redial() {
        guard !isStopped else { return }
        let delay = wait
        wait = min(wait * 2, ServerLimits.redialMax)
        eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            if !isStopped { start() }
        }
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        if let error = error as? IOError { return error.errnoCode == ECONNREFUSED }
        guard let error = error as? NIOConnectionError else { return false }
        return error.connectionErrors.contains { failure in
            (failure.error as? IOError)?.errnoCode == ECONNREFUSED
        }
    }
}

/// Says who dials, and waits for the answer.
private final class DialHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The longest answer to a handshake.
    static let answerBytesMax = 512

    private let dialer: PeerDialer
    private let request: [UInt8]
    private var answer: [UInt8] = []
    private var isAccepted = false

    init(dialer: PeerDialer, request: [UInt8]) {
        self.dialer = dialer
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: request.count)
        buffer.writeBytes(request)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: ServerLimits.connectTimeout) {
            if !self.isAccepted { context.close(promise: nil) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAccepted else { return }
        var buffer = unwrapInboundIn(data)
        answer += buffer.readBytes(length: buffer.readableBytes) ?? []
        guard let end = answer.firstIndex(of: UInt8(ascii: "\r")) else {
            if answer.count > DialHandler.answerBytesMax { context.close(promise: nil) }
            return
        }
        let line = String(decoding: answer[..<end], as: UTF8.self)
        if PeerHandshake.isAccepted(line, expected: dialer.member.id) {
            isAccepted = true
            dialer.cameUp()
        } else {
            if let epoch = PeerHandshake.unknownSince(line) { dialer.isUnknown(since: epoch) }
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        dialer.wentDown()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
