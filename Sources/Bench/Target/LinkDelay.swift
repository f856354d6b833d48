import NIOCore
import NIOPosix

/// Makes the links between the nodes of a local cluster as slow as those of a real network.
///
/// Each node dials each other one at a port of its own here, and every byte arrives later by the
/// delay, in its order, both ways. Clients do not come by here.
public final class LinkDelay: Sendable {
    /// Longest delay of one way, in microseconds.
    public static let microsecondsMax = 1_000_000
    /// Bytes that may be on their way of one connection, before no more are read.
    static let underWayMax = 16 << 20

    private let group: MultiThreadedEventLoopGroup
    private let listeners: [any Channel]
    private let ports: [Way: Int]

    private struct Way: Hashable, Sendable {
        var from: String
        var to: String
    }

    /// Listens on a port for each ordered pair of nodes.
    ///
    /// - Parameters:
    ///   - microseconds: how much later bytes arrive, each way, 0 to ``microsecondsMax``.
    ///   - nodes: the nodes' names, and where they listen or will listen.
    /// - Throws: ``BenchError/plan(_:)``, or the operating system's refusal.
    public init(microseconds: Int, nodes: [(name: String, address: BenchAddress)]) async throws {
        try check(microseconds, 0...Self.microsecondsMax, "the delay of links in microseconds")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let delay = TimeAmount.microseconds(Int64(microseconds))
        var listeners: [any Channel] = []
        var ports: [Way: Int] = [:]
        do {
            for from in nodes {
                for to in nodes where to.name != from.name {
                    let listener = try await Self.listen(group, delay, to.address)
                    listeners.append(listener)
                    ports[Way(from: from.name, to: to.name)] = listener.localAddress?.port
                }
            }
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        self.group = group
        self.listeners = listeners
        self.ports = ports
    }

    /// Where a node reaches another one.
    ///
    /// - Returns: nil for nodes that were not named.
    public func address(from: String, to: String) -> BenchAddress? {
        ports[Way(from: from, to: to)].map { BenchAddress(host: "127.0.0.1", port: $0) }
    }

    /// What `ringmaster node` has to be told, to reach its peers through here.
    public func arguments(of node: String) -> [String] {
        ports.filter { $0.key.from == node }.sorted { $0.key.to < $1.key.to }
            .flatMap { ["--peer", "\($0.key.to)=127.0.0.1:\($0.value)"] }
    }

    /// Ends all connections and listens no more.
    public func close() async throws {
        for listener in listeners { try await listener.close() }
        try await group.shutdownGracefully()
    }

    private static func listen(
        _ group: MultiThreadedEventLoopGroup, _ delay: TimeAmount, _ target: BenchAddress
    ) async throws -> any Channel {
        let address = try SocketAddress(ipAddress: target.host, port: target.port)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { dialled in
                dialled.eventLoop.makeCompletedFuture {
                    let half = DelayHalf(delay)
                    try dialled.pipeline.syncOperations.addHandler(half)
                    half.connect(to: address)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }
}

/// One way of one delayed connection: reads from the one side and writes to the other, later.
///
/// Confined to its event loop.
private final class DelayHalf: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let delay: TimeAmount
    private var context: ChannelHandlerContext?
    /// The other way of the same connection, whose channel this one writes to.
    private var other: DelayHalf?
    /// When the last byte is due that is on its way.
    private var lastDue = NIODeadline.uptimeNanoseconds(0)
    private var bytesUnderWay = 0
    private var isReading = false

    init(_ delay: TimeAmount) {
        self.delay = delay
    }

    /// Connects to the node that was meant, and begins to pass bytes both ways.
    func connect(to target: SocketAddress) {
        guard let eventLoop = context?.eventLoop else { return }
        let back = DelayHalf(delay)
        let bound = NIOLoopBound(back, eventLoop: eventLoop)
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
            case .failure: context?.close(promise: nil)
            case .success where context == nil: back.context?.close(promise: nil)
            case .success:
                other = back
                back.other = self
                adaptReading()
                back.adaptReading()
            }
        }
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        let due = max(NIODeadline.now() + delay, lastDue)
        lastDue = due
        bytesUnderWay += buffer.readableBytes
        context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { [self] in
            bytesUnderWay -= buffer.readableBytes
            if let target = other?.context {
                target.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            }
            adaptReading()
        }
        adaptReading()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        other?.adaptReading()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        // The end of a connection travels like its bytes.
        let due = max(NIODeadline.now() + delay, lastDue)
        context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { [self] in
            other?.context?.close(promise: nil)
            other = nil
        }
    }

    /// Reads as long as the other side takes what comes.
    private func adaptReading() {
        let isWanted =
            bytesUnderWay < LinkDelay.underWayMax && other?.context?.channel.isWritable ?? false
        guard isWanted != isReading, let context else { return }
        isReading = isWanted
        // A channel that is closing has no options any more, and needs none.
        _ = context.channel.setOption(.autoRead, value: isWanted)
    }
}
