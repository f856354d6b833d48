import DequeModule

/// The order in which a node's directives are carried out: that in which they were given, one
/// after the other, so that nothing leaves before what it depends on is durable.
///
/// There is one exception. Heartbeats, their answers and leases say nothing of votes, so they do
/// not wait for a vote that is being synced: a disk that is slow for a second would else make the
/// node silent for a second. They speak of the adopted epoch and what the partitions were told, so
/// they wait for an adoption; and they never overtake one another, since a table of leases that
/// came after a newer one would take promises back.
public struct DirectiveQueue: Sendable {
    private var waiting: Deque<NodeDirective> = []
    /// What is being carried out and takes its time.
    public private(set) var underWay: NodeDirective?
    /// What keeps heartbeats and leases from going ahead: adoptions among both, and others of their
    /// kind that wait.
    private var barrierCount = 0

    /// Makes an empty queue.
    public init() {}

    /// Whether nothing is left to be done.
    public var isIdle: Bool { waiting.isEmpty && underWay == nil }

    /// Takes a directive.
    ///
    /// - Returns: whether it is to be carried out now, ahead of those that wait.
    public mutating func add(_ directive: NodeDirective) -> Bool {
        if barrierCount == 0, directive.saysNothingOfVotes { return true }
        if directive.isBarrier { barrierCount += 1 }
        waiting.append(directive)
        return false
    }

    /// The next directive; nil when there is none, or one is under way.
    public mutating func next() -> NodeDirective? {
        guard underWay == nil, let directive = waiting.popFirst() else { return nil }
        switch directive {
        case .persist, .adopt: underWay = directive
        case .send, .leases, .note: if directive.isBarrier { barrierCount -= 1 }
        }
        return directive
    }

    /// The directive under way is complete.
    public mutating func complete() {
        if underWay?.isBarrier == true { barrierCount -= 1 }
        underWay = nil
    }
}

extension NodeDirective {
    fileprivate var saysNothingOfVotes: Bool {
        switch self {
        case .leases, .send(.heartbeat, _), .send(.heartbeatReply, _): true
        case .send, .persist, .adopt, .note: false
        }
    }

    fileprivate var isBarrier: Bool {
        if case .adopt = self { return true }
        return saysNothingOfVotes
    }
}
