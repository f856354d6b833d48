import Ring

/// A node that is no member any more and that the histories of some slots still name.
public struct FormerNode: Sendable, Codable, Equatable {
    /// How it went.
    public enum State: String, Sendable, Codable {
        /// It had asked for it.
        case left
        /// It was down for longer than the grace period, or somebody asked for it.
        case evicted
    }

    /// Its name.
    public var name: String
    /// The member number that it had.
    public var number: Int
    /// Where its port is.
    public var host: String
    /// TCP port.
    public var port: Int
    /// How it went; null when that is long ago.
    public var state: State?

    /// Encodes all fields, an unknown state as null.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(number, forKey: .number)
        try fields.encode(host, forKey: .host)
        try fields.encode(port, forKey: .port)
        try fields.encode(state, forKey: .state)
    }
}

extension RingEpoch {
    /// Slots that some member copies for the change under way.
    var movingSlots: Int {
        zip(arcs, learners).reduce(0) { $0 + ($1.1.isEmpty ? 0 : $1.0.slotCount) }
    }

    /// Nodes that are gone and not yet forgotten.
    var formerNodes: [FormerNode] {
        former.map { member in
            let end = queue.ended.last {
                $0.outcome == .done && $0.kind.member == member.number
            }
            let state: FormerNode.State? =
                switch end?.kind {
                case .leave: .left
                case .evict: .evicted
                default: nil
                }
            return FormerNode(
                name: member.name, number: member.number, host: member.host, port: member.port,
                state: state)
        }
    }
}
