import Ring

/// What became of a change of the ring, as the commands print it.
struct ChangeReport: Encodable {
    /// Its number in the ring's queue; null when there was nothing to do.
    var change: Int?
    /// join, leave, evict, rebalance or replicas.
    var kind: String
    /// The node that it is about; null when it is about none.
    var node: String?
    /// How many copies there are to be, of a change of that; else null.
    var replicas: Int?
    /// done, cancelled, failed or underWay.
    var outcome: String
    /// Why it was cancelled or failed; else empty.
    var reason = ""
    /// The epoch in which it ended; null while it is under way.
    var epoch: Int?

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(change, forKey: .change)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(node, forKey: .node)
        try fields.encode(replicas, forKey: .replicas)
        try fields.encode(outcome, forKey: .outcome)
        try fields.encode(reason, forKey: .reason)
        try fields.encode(epoch, forKey: .epoch)
    }

    private enum Keys: CodingKey { case change, kind, node, replicas, outcome, reason, epoch }
}

extension ChangeReport {
    /// What it was, in a few words.
    var brief: String { ChangeWords.brief(kind: kind, node: node, replicas: replicas) }

    /// What an epoch tells of a change that is over.
    init(_ ended: EndedChange) {
        self.init(
            change: ended.id, kind: ended.kind.word, node: ended.name.isEmpty ? nil : ended.name,
            replicas: ended.kind.replicas, outcome: ended.outcome.rawValue, reason: ended.reason,
            epoch: ended.epoch)
    }
}

extension RingChange.Kind {
    /// The new number of copies, of a change of that.
    var replicas: Int? {
        guard case .replicas(let count) = self else { return nil }
        return count
    }
}
