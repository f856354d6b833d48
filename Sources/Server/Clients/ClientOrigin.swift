import NIOCore
import NIOPosix

/// Where a connection comes from and since when, for `CLIENT INFO`.
struct ClientOrigin {
    /// The client's address and port.
    var address = ""
    /// The node's address and port that it has connected to.
    var ownAddress = ""
    /// The number of its socket in the node's process; -1 when that is not known.
    var descriptor = -1
    private let connectedAt: Int

    /// Makes one of a connection that nothing is known of.
    ///
    /// - Parameter connectedAt: monotonic microseconds.
    init(connectedAt: Int) { self.connectedAt = connectedAt }

    /// Looks at a connection that has just come about.
    ///
    /// - Parameters:
    ///   - context: of its handler.
    ///   - connectedAt: monotonic microseconds.
    init(_ context: ChannelHandlerContext, connectedAt: Int) {
        self.init(connectedAt: connectedAt)
        address = Self.text(context.remoteAddress)
        ownAddress = Self.text(context.localAddress)
        do {
            let number = try context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { Int($0) }
            descriptor = number ?? -1
        } catch {
            descriptor = -1
        }
    }

    /// For how long it has been there.
    ///
    /// - Parameter now: monotonic microseconds.
    /// - Returns: whole seconds.
    func ageSeconds(now: Int) -> Int { (now - connectedAt) / 1_000_000 }

    private static func text(_ address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress, let port = address.port else { return "" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
