import RESP

/// What a connection has said of itself.
final class ClientSession {
    /// `CLIENT ID`: unique within the process.
    var identifier = 0
    /// RESP2 until HELLO 3.
    var version = ProtocolVersion.two
    /// `CLIENT SETNAME`.
    var name = ""
    /// `CLIENT SETINFO lib-name`.
    var libraryName = ""
    /// `CLIENT SETINFO lib-ver`.
    var libraryVersion = ""

    /// Back to how a connection begins.
    func reset() {
        version = .two
        name = ""
        libraryName = ""
        libraryVersion = ""
    }
}
