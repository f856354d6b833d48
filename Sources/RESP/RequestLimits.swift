/// What one client may send before it is refused.
public struct RequestLimits: Sendable, Equatable {
    /// Longest inline command, and longest line that announces a length, in bytes without its end.
    public var inlineBytesMax = 65_536
    /// Most arguments of one command, its name included.
    public var argumentsMax = 1_048_576
    /// Longest argument in bytes.
    ///
    /// It is a little above the longest value, so that a value which is too long by little meets an
    /// answer of the command and not the end of the connection.
    public var bulkBytesMax = 64 << 20 + 64 << 10
    /// Most bytes of one whole request, framing included; below 4 GiB.
    public var totalBytesMax = 1 << 30
    /// Whether the client has said who it is; only the words of a refusal depend on it.
    public var isAuthenticated = true

    /// The limits of a client that is let in.
    public init() {}

    /// The limits of a client that has not yet given the password, as in Redis.
    public static var unauthenticated: RequestLimits {
        var limits = RequestLimits()
        limits.argumentsMax = 10
        limits.bulkBytesMax = 16_384
        limits.isAuthenticated = false
        return limits
    }
}
