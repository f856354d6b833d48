/// What became of an operation.
///
/// A fate that nobody can know is said to be unknown, never failed.
public enum Outcome<Value: Sendable>: Sendable {
    /// Done, or read.
    case done(Value)
    /// The cluster's answer is no: not found, exists already, differs.
    case no(String)
    /// Certainly not done: refused, or never sent.
    case notDone(String)
    /// It may have been done, or may still be.
    case unknown(String)

    /// The same outcome with another value.
    ///
    /// - Parameter transform: makes it of the present one, or says what was wrong with that.
    /// - Returns: what the transform made of `done`; any other outcome as it is.
    func flatMap<Other>(_ transform: (Value) -> Outcome<Other>) -> Outcome<Other> {
        switch self {
        case .done(let value): transform(value)
        case .no(let reason): .no(reason)
        case .notDone(let reason): .notDone(reason)
        case .unknown(let reason): .unknown(reason)
        }
    }
}

extension Outcome: Equatable where Value: Equatable {}

/// What a write replaced.
public enum Previous: Sendable, Equatable {
    /// There was no value.
    case absent
    /// It was this.
    case value([UInt8])
    /// It was not asked for.
    case notAsked
}

/// One page of a scan through all keys.
public struct ScanPage: Sendable, Equatable {
    /// The keys; over a whole scan a key may come twice, and none is left out.
    public var keys: [[UInt8]]
    /// Where the next page begins; nil at the end.
    public var next: ScanCursor?
}

/// A place in a scan.
public struct ScanCursor: Sendable, Equatable, LosslessStringConvertible {
    /// Where a scan begins.
    public static let start = ScanCursor(node: 0, cursor: "0")

    /// Which home is scanned, where every home lists only its own keys; 0 in Ringmaster.
    var node: Int
    /// The server's own cursor, which only the server understands.
    var cursor: String

    init(node: Int, cursor: String) {
        self.node = node
        self.cursor = cursor
    }

    /// Reads what ``description`` wrote; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts[parts.count - 1]
        guard !digits.isEmpty, digits.utf8.count <= 20,
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        guard parts.count == 2 else {
            self.init(node: 0, cursor: String(digits))
            return
        }
        guard let node = Int(parts[0]), node >= 0 else { return nil }
        self.init(node: node, cursor: String(digits))
    }

    /// `CURSOR`, or `HOME-CURSOR` where homes are scanned one by one.
    public var description: String { node == 0 ? cursor : "\(node)-\(cursor)" }
}
