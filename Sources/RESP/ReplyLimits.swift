/// What a server may send before the client gives up on it.
public struct ReplyLimits: Sendable, Equatable {
    /// Deepest nesting; a list of numbers has depth 1.
    public var depthMax = 64
    /// Most elements of one list, set or push, and most pairs of one map.
    public var elementsMax = 1 << 26
    /// Longest line (status, error, number, length) in bytes without its end.
    public var lineBytesMax = 1 << 20
    /// Longest string in bytes.
    public var bulkBytesMax = 512 << 20
    /// Most bytes of one whole reply, framing included.
    public var totalBytesMax = 1 << 30

    /// The limits for a server that one trusts.
    public init() {}
}

/// Why a server's bytes cannot be a reply; the connection is of no more use.
public enum ReplyFailure: Error, Equatable, Sendable {
    /// A reply begins with this byte, which means nothing.
    case unknownType(UInt8)
    /// A length or a count is no number or a negative one.
    case invalidLength
    /// A number, truth value or verbatim text is malformed.
    case invalidScalar
    /// A string or line does not end with CR LF where it should.
    case missingLineEnd
    /// More nesting, elements or bytes than the limits allow.
    case limitExceeded
}
