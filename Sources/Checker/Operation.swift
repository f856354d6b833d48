/// One operation on one key, as its client saw it: what it asked, when, and what came back.
public struct Operation: Sendable, Equatable {
    /// Who asked; a client has one operation under way at a time.
    public let client: Int
    /// The key, any bytes.
    public let key: [UInt8]
    /// What was asked.
    public let action: Action
    /// When it was asked, in the recorder's own unit; for people, the order is the history's.
    public let callTime: Int
    /// When its fate was known to the client; nil while it runs.
    public internal(set) var returnTime: Int?
    /// What came of it; unknown while it runs.
    public internal(set) var outcome: Outcome

    /// The client that a reading after the end of the history is ascribed to.
    static let observer = -1

    /// Its call's place among all calls and returns of the history.
    var callIndex: Int
    /// Its return's place; nil unless it was answered.
    var returnIndex: Int?
}

/// What an operation asks of its key.
public enum Action: Sendable, Hashable {
    /// Read the value.
    case get
    /// Whether the key is there.
    case exists
    /// The value's length; 0 when the key is absent.
    case length
    /// Write the value, whatever was there.
    case set([UInt8])
    /// Write the value if the key is absent.
    case create([UInt8])
    /// Write the value if the key is there.
    case update([UInt8])
    /// Remove the key.
    case delete
    /// Write `new` if the value is `old`.
    case compareAndSet(old: [UInt8], new: [UInt8])
    /// Add to the decimal number that the value spells; an absent key counts as 0.
    case increment(Int)
    /// Write the bytes behind the value; an absent key counts as empty.
    case append([UInt8])
    /// Write the value and answer with the one before.
    case exchange([UInt8])
    /// Remove the key and answer with its value.
    case take

    /// Whether it can never change the key.
    public var isRead: Bool {
        switch self {
        case .get, .exists, .length: true
        default: false
        }
    }
}

/// What a client was told.
public enum Answer: Sendable, Hashable {
    /// To get, exchange and take: the value (read or replaced); nil when the key was absent.
    case value([UInt8]?)
    /// To set, create, update, delete and compare-and-set: whether it was done. To exists: whether
    /// the key was there.
    case flag(Bool)
    /// To increment: the new number. To append: the new length. To length: the length in bytes.
    case number(Int)
    /// To increment: the value is no number or the sum does not fit; nothing was changed.
    case refused
    /// It was done, and the recording does not keep what was answered.
    case done
}

/// What came of an operation.
public enum Outcome: Sendable, Hashable {
    /// It was answered.
    case answered(Answer)
    /// It certainly had no effect and never will.
    case notDone
    /// It may take effect at any time after its call, or never.
    case unknown
}
