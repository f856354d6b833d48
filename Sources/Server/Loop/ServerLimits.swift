import NIOCore
import RESP

/// The server's named limits.
enum ServerLimits {
    /// Event loops of one node.
    static let loopsMax = 16
    /// Client and peer connections of one node.
    static let connectionsMax = 10_000
    /// Connections on top of that for other nodes, and for those who look after the ring.
    static let connectionsReserved = 256
    /// Replies that one connection may wait for before it is read on.
    static let pendingRepliesMax = 4_096
    /// Bytes that such replies may take, as far as that can be foreseen.
    static let pendingBytes = 64 << 20
    /// Replies that a connection may always wait for, however large they are.
    static let pendingRepliesMin = 4
    /// Bytes of replies that are gathered before a connection is read on.
    static let outputBytes = 1 << 20
    /// How long a client may leave its replies unread, in microseconds.
    static let unreadMicroseconds = 60_000_000
    /// Ticks between two looks for such clients.
    static let unreadTicks = 50
    /// Bytes about changed keys that may wait for a client that does not read: unlike replies they
    /// are not bounded by its own requests.
    static let unreadBytesMax = 64 << 20
    /// Keys that one event loop remembers for clients that track what they read; beyond, some are
    /// told as if they had changed.
    static let trackedKeysMax = 1_000_000
    /// How long homes go on to tell of changed keys after the last such client has left.
    static let trackingLingerMicroseconds = 10_000_000
    /// From so many bytes that wait for another node on, what it asks for to read is put off.
    static let linkPressBytes = 32 << 20
    /// Bytes that may come on top of that before its link is given up.
    static let linkBytesMax = 512 << 20
    /// Largest element of a link's frame: an install's piece with one value of the largest size.
    static let frameBytesMax = 128 << 20
    /// How often time passes for workers and node.
    static let tick = TimeAmount.milliseconds(20)
    /// The first wait before a link is dialled again, and the longest.
    static let redialMin = TimeAmount.milliseconds(50)
    /// The longest wait before a link is dialled again.
    static let redialMax = TimeAmount.milliseconds(500)
    /// How long a connection attempt or a handshake may take.
    static let connectTimeout = TimeAmount.seconds(1)
    /// How long a stopping process waits for its slots to have other homes.
    static let stopTimeout = TimeAmount.seconds(5)
    /// How long somebody who asks for a change of the ring waits for an epoch that has it.
    static let requestTimeout = TimeAmount.seconds(10)
    /// How long a link to a node that is out is kept, so that it hears of it, microseconds.
    static let farewellMicroseconds = 2_000_000
    /// How long an event loop may be busy before the node falls silent, in microseconds.
    static let stuckMicroseconds = 15_000_000
    /// How long a stopping process still answers after its slots have other homes and after it was
    /// last asked for something, microseconds.
    static let lingerMicroseconds = 150_000
    /// How long it does so for those who keep asking, microseconds.
    static let lingerMicrosecondsMax = 1_000_000
    /// Between two lines of one event loop about connections that sent no protocol, microseconds.
    static let failureLogMicroseconds = 1_000_000
    /// Events that a node remembers.
    static let eventsMax = 1_000
}

/// Error texts that several places give.
enum StatusTexts {
    static let loading = "LOADING the node is reading its log; not done"
    static let stopping = "TRYAGAIN the node is about to stop; not done"
    static let tooManyClients = "ERR max number of clients reached"
    static let congested = "TRYAGAIN the disk is too far behind for more writes; not done"
}

extension RequestLimits {
    /// What another node may send on its link.
    static var peer: RequestLimits {
        var limits = RequestLimits()
        limits.bulkBytesMax = ServerLimits.frameBytesMax
        limits.totalBytesMax = ServerLimits.frameBytesMax + 1 << 20
        return limits
    }
}
