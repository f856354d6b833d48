import RESP

/// One entry as the evaluation sees it: a view of the value and the expiry.
public struct EntryView {
    /// The value's bytes, valid during the evaluation.
    public let value: UnsafeRawBufferPointer
    /// Milliseconds since 1970 at which the entry expires; 0 for never.
    public let expiry: Int

    /// Makes a view.
    ///
    /// - Parameters:
    ///   - value: the value's bytes.
    ///   - expiry: milliseconds since 1970, 0 for never.
    @inlinable
    public init(value: UnsafeRawBufferPointer, expiry: Int) {
        self.value = value
        self.expiry = expiry
    }

    /// Whether an entry with this expiry is expired: from that millisecond on it is.
    ///
    /// - Parameters:
    ///   - expiry: milliseconds since 1970, 0 for never.
    ///   - now: milliseconds since 1970.
    /// - Returns: whether the entry is to be treated as absent.
    @inlinable
    public static func isExpired(_ expiry: Int, at now: Int) -> Bool {
        expiry != 0 && expiry <= now
    }
}

/// Where the bytes of a new value are.
public enum ValueSource: Equatable, Sendable {
    /// They are one of the command's arguments.
    case argument(Int)
    /// They are the whole content of the scratch buffer.
    case scratch
    /// The value stays what it is; only the expiry changes.
    case same
}

/// What a command does to the entry of its key.
public enum Change: Equatable, Sendable {
    /// Nothing is to be written.
    case none
    /// The entry gets this value and this expiry (milliseconds since 1970, 0 for never).
    case put(value: ValueSource, expiry: Int)
    /// The entry goes away; it was there.
    case remove
}

/// The largest keys and values.
public struct ValueLimits: Sendable, Equatable {
    /// Longest key in bytes.
    public var keyBytesMax = 64 << 10
    /// Longest value in bytes.
    public var valueBytesMax = 64 << 20
    /// Most keys of one command.
    public var keysMax = 50_000

    /// The default limits.
    public init() {}
}
