import RESP

/// What a connection has said of itself.
final class ClientSession {
    /// `CLIENT ID`: unique within the process.
    var identifier = 0
    /// Where it comes from.
    var origin = ClientOrigin(connectedAt: 0)
    /// RESP2 until HELLO 3.
    var version = ProtocolVersion.two
    /// `CLIENT SETNAME`.
    var name = ""
    /// `CLIENT SETINFO lib-name`.
    var libraryName = ""
    /// `CLIENT SETINFO lib-ver`.
    var libraryVersion = ""

    /// How it wants to hear of changed keys; nil when it does not.
    var tracking: Tracking?
    /// Whether CLIENT CACHING came right before.
    var isCachingGiven = false
    /// Whether it listens to ``Invalidation/channel``.
    var isSubscribed = false

    /// Its number on its event loop.
    var connection: Int { identifier / ServerLimits.loopsMax }

    /// Back to how a connection begins, but for ``tracking``, which its event loop ends.
    func reset() {
        version = .two
        name = ""
        libraryName = ""
        libraryVersion = ""
        isCachingGiven = false
        isSubscribed = false
    }
}
