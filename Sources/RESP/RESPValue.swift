/// One reply of a server, as a value.
public indirect enum RESPValue: Sendable, Equatable {
    /// A short status such as `OK`.
    case simple(String)
    /// An error, its code included.
    case error(String)
    /// A number.
    case integer(Int)
    /// A string of any bytes.
    case bulk([UInt8])
    /// Nothing, in any of the three spellings.
    case null
    /// A list.
    case array([RESPValue])
    /// Pairs, in the order in which they came.
    case map([RESPPair])
    /// Elements without an order, in the order in which they came.
    case set([RESPValue])
    /// A floating-point number.
    case double(Double)
    /// A truth value.
    case boolean(Bool)
    /// A number too large for the others, in decimal digits.
    case bigNumber(String)
    /// Text for people, with its three-letter format.
    case verbatim(format: String, text: [UInt8])
    /// An out-of-band message, which answers no request.
    case push([RESPValue])
}

/// One key and its value in a map.
public struct RESPPair: Sendable, Equatable {
    /// What the value is found by.
    public let key: RESPValue
    /// The value.
    public let value: RESPValue

    /// Makes a pair.
    ///
    /// - Parameters:
    ///   - key: what the value is found by.
    ///   - value: the value.
    public init(key: RESPValue, value: RESPValue) {
        self.key = key
        self.value = value
    }
}
