/// The identity of a node: 40 lower-case hexadecimal digits, as in Redis Cluster.
///
/// Made once, at random, when the node's directory is made; a node whose disk was lost comes back
/// under a new one (`PROTOCOL`, rule 14).
public struct NodeID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The 40 digits.
    public let description: String

    /// Takes 40 lower-case hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8
        guard digits.count == 40 else { return nil }
        for digit in digits where !((48...57).contains(digit) || (97...102).contains(digit)) {
            return nil
        }
        description = text
    }

    /// Makes an identity from random words.
    public init(random generator: inout some RandomNumberGenerator) {
        let digits = Array("0123456789abcdef")
        description = String(
            (0..<40).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
    }

    /// Decodes the 40 digits.
    ///
    /// - Throws: `DecodingError` when they are not 40 lower-case hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = NodeID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a node id is 40 lower-case hexadecimal digits")
        }
        self = value
    }

    /// Encodes the 40 digits.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Alphabetical order.
    public static func < (left: NodeID, right: NodeID) -> Bool {
        left.description < right.description
    }
}

/// What an epoch says of a member.
///
/// *Suspect* is one viewer's opinion and never in an epoch.
public enum MemberState: String, Sendable, Codable, CaseIterable {
    /// Copies its future slots; in no replica set yet.
    case joining
    /// Serves.
    case up
    /// Keeps its place in the replica sets and is home of nothing.
    case down
    /// Serves until its slots are copied elsewhere.
    case leaving
}

/// A node that an epoch lists.
public struct Member: Sendable, Codable, Equatable {
    /// A small number of its own for the life of the cluster, from 1; never given twice.
    public let number: Int
    /// The node's identity.
    public let id: NodeID
    /// What people call it: `n1`.
    public let name: String
    /// Where its port is, as other nodes reach it.
    public var host: String
    /// TCP port, 1 to 65,535.
    public var port: Int
    /// The positions it holds, ascending slot numbers.
    public var tokens: [Int]
    /// Its state in this epoch.
    public var state: MemberState
    /// The start of its process that this epoch names; one more at each start.
    public var incarnation: Int
    /// Whether its acceptance counts for the next epoch.
    public var isVoter: Bool

    /// Makes a member.
    public init(
        number: Int, id: NodeID, name: String, host: String, port: Int, tokens: [Int],
        state: MemberState, incarnation: Int, isVoter: Bool
    ) {
        self.number = number
        self.id = id
        self.name = name
        self.host = host
        self.port = port
        self.tokens = tokens
        self.state = state
        self.incarnation = incarnation
        self.isVoter = isVoter
    }

    /// Whether it belongs in replica sets: up, down and leaving members do, joining ones do not.
    public var isEligible: Bool { state != .joining }
    /// Whether it may be a home: up or leaving.
    public var canBeHome: Bool { state == .up || state == .leaving }
}
