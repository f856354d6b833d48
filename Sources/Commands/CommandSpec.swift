/// What a command does and where it may run; a command may have several.
public struct CommandFlags: OptionSet, Sendable {
    /// One bit per flag.
    public let rawValue: UInt16

    /// Makes a set of flags.
    ///
    /// - Parameter rawValue: one bit per flag.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// May change an entry.
    public static let write = CommandFlags(rawValue: 1 << 0)
    /// Changes nothing.
    public static let readOnly = CommandFlags(rawValue: 1 << 1)
    /// Names at least one key.
    public static let keyed = CommandFlags(rawValue: 1 << 2)
    /// May name several keys, which are evaluated one by one.
    public static let multiKey = CommandFlags(rawValue: 1 << 3)
    /// Speaks of all keys of the cluster.
    public static let clusterWide = CommandFlags(rawValue: 1 << 4)
    /// Concerns only the connection that it comes on.
    public static let connection = CommandFlags(rawValue: 1 << 5)
    /// Looks at or changes the node itself.
    public static let admin = CommandFlags(rawValue: 1 << 6)
    /// May make memory grow.
    public static let denyOutOfMemory = CommandFlags(rawValue: 1 << 7)
    /// Constant time.
    public static let fast = CommandFlags(rawValue: 1 << 8)
    /// Is answered while the node still reads its log.
    public static let loading = CommandFlags(rawValue: 1 << 9)
    /// Is answered before the client has authenticated.
    public static let noAuthentication = CommandFlags(rawValue: 1 << 10)
    /// Can do much harm or take long.
    public static let dangerous = CommandFlags(rawValue: 1 << 11)
}

/// The part of a command's description that the hot path looks at: plain numbers.
public struct CommandShape: Sendable {
    /// Redis's convention: the exact number of arguments with the name, or minus the least number.
    public let arity: Int8
    /// Index of the first key, 0 when the command names none.
    public let firstKey: Int8
    /// Index of the last key; negative counts from the end, -1 is the last argument.
    public let lastKey: Int8
    /// Distance from one key to the next; 0 when the command names none.
    public let keyStep: Int8
    /// What it does and where it may run.
    public let flags: CommandFlags

    /// Whether a command may be called with so many arguments.
    ///
    /// - Parameter count: arguments with the name.
    /// - Returns: whether the arity allows it.
    @inlinable
    public func accepts(count: Int) -> Bool {
        arity >= 0 ? count == Int(arity) : count >= -Int(arity)
    }
}

/// All that is known about one command.
public struct CommandSpec: Sendable {
    /// Which command.
    public let id: CommandID
    /// The name in lower case.
    public let name: String
    /// Arity, keys and flags.
    public let shape: CommandShape
    /// Redis's group, such as `string` or `generic`.
    public let group: String
    /// The first Redis release that has the command, or ours for our own.
    public let since: String
    /// The time that it takes, as in `O(1)`.
    public let complexity: String
    /// One sentence without a full stop.
    public let summary: String
}
