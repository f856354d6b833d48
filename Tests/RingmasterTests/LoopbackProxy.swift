import Client
import NIOCore
import NIOPosix

/// Sits between the nodes of a local cluster and does to their links what networks do.
///
/// Each node dials each other one at a port of its own here (``arguments(of:)``), so that what one
/// node sends to another can be held, lost, delayed or cut without touching anything else: links
/// carry data one way, and a cut of one way leaves the other as it is. Clients do not come by here.
/// A node that has ended accepts connections through the proxy and closes them at once: the others
/// see silence, as after the death of a machine, and not a refusal.
final class LoopbackProxy: Sendable {
    /// What one node sends to another, over whichever connection.
    struct Way: Hashable, Sendable, CustomStringConvertible {
        var from: String
        var to: String

        var description: String { "\(from)→\(to)" }
    }

    /// What becomes of bytes on a way until it is restored.
    enum Fault: Hashable, Sendable {
        /// They wait, and all arrive late: packets lost and sent again.
        case hold
        /// They are gone, and when the way is restored their connections are reset.
        case swallow
        /// They arrive in their order, so many milliseconds late.
        case delay(milliseconds: Int64)
    }

    private let group: MultiThreadedEventLoopGroup
    private let switchboard: NIOLoopBound<Switchboard>
    private let listeners: [any Channel]
    /// Where each node finds each other one.
    private let ports: [Way: Int]

    /// Listens on a port for each ordered pair of nodes.
    ///
    /// - Parameter nodes: their names, and where they listen themselves.
    /// - Throws: the operating system's refusal.
    init(nodes: [(name: String, endpoint: Endpoint)]) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let switchboard = try await eventLoop.submit {
            NIOLoopBound(Switchboard(), eventLoop: eventLoop)
        }.get()
        var listeners: [any Channel] = []
        var ports: [Way: Int] = [:]
        for from in nodes {
            for to in nodes where to.name != from.name {
                let way = Way(from: from.name, to: to.name)
                let listener = try await Self.listen(group, switchboard, way, to.endpoint)
                ports[way] = listener.localAddress?.port
                listeners.append(listener)
            }
        }
        self.group = group
        self.switchboard = switchboard
        self.listeners = listeners
        self.ports = ports
    }

    /// Ends all connections and listens no more.
    func close() async throws {
        for listener in listeners { try await listener.close() }
        try await group.shutdownGracefully()
    }

    /// Where a node reaches another one.
    func endpoint(_ way: Way) -> Endpoint? {
        ports[way].map { Endpoint(host: "127.0.0.1", port: $0) }
    }

    /// What `ringmaster node` has to be told, to reach its peers through here.
    func arguments(of node: String) -> [String] {
        ports.filter { $0.key.from == node }.sorted { $0.key.to < $1.key.to }
            .flatMap { ["--peer", "\($0.key.to)=127.0.0.1:\($0.value)"] }
    }

    /// Sets what becomes of bytes on some ways from now on; nil lets them pass.
    func set(_ fault: Fault?, on ways: [Way]) async throws {
        try await onSwitchboard { board in for way in ways { board.set(fault, on: way) } }
    }

    /// Lets everything pass.
    func restoreAll() async throws {
        try await onSwitchboard { board in
            for way in Array(board.faults.keys) { board.set(nil, on: way) }
        }
    }

    /// Resets all connections over which these ways lead.
    func reset(_ ways: [Way]) async throws {
        try await onSwitchboard { board in
            for half in board.halves(of: ways) { half.reset() }
        }
    }

    /// Lets so many more bytes pass on each connection of these ways, and resets it then: in the
    /// middle of a frame, if the number is odd enough.
    func cut(_ ways: [Way], afterBytes count: Int) async throws {
        try await onSwitchboard { board in
            for half in board.halves(of: ways) { half.bytesLeft = count }
        }
    }

    /// How many bytes have been passed on, by way; connections that have ended are included.
    func bytesPassed() async throws -> [Way: Int] {
        try await switchboard.eventLoop.submit { [switchboard] in
            switchboard.value.bytesPassed
        }.get()
    }

    private func onSwitchboard(_ work: @escaping @Sendable (Switchboard) -> Void) async throws {
        try await switchboard.eventLoop.submit { [switchboard] in work(switchboard.value) }.get()
    }

    private static func listen(
        _ group: MultiThreadedEventLoopGroup, _ switchboard: NIOLoopBound<Switchboard>,
        _ way: Way, _ target: Endpoint
    ) async throws -> any Channel {
        let address = try SocketAddress(ipAddress: target.host, port: target.port)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { dialled in
                dialled.eventLoop.makeCompletedFuture {
                    let half = ProxyHalf(way: way, switchboard: switchboard.value)
                    try dialled.pipeline.syncOperations.addHandler(half)
                    half.connect(to: address)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }
}

/// The faults of a proxy and its open connections; confined to its event loop.
final class Switchboard {
    private(set) var faults: [LoopbackProxy.Way: LoopbackProxy.Fault] = [:]
    private var open: [ObjectIdentifier: ProxyHalf] = [:]
    var bytesPassed: [LoopbackProxy.Way: Int] = [:]

    func set(_ fault: LoopbackProxy.Fault?, on way: LoopbackProxy.Way) {
        faults[way] = fault
        for half in halves(of: [way]) { half.onFaultChanged() }
    }

    func halves(of ways: [LoopbackProxy.Way]) -> [ProxyHalf] {
        open.values.filter { ways.contains($0.way) }
    }

    func add(_ half: ProxyHalf) { open[ObjectIdentifier(half)] = half }

    func remove(_ half: ProxyHalf) { open[ObjectIdentifier(half)] = nil }
}
