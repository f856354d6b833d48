import Ring

/// What people ask of the ring from the dashboard: the shell's verbs.
public enum ChangeWish: Sendable, Equatable {
    /// A new node is made on this machine, started and asked to join.
    case join(name: String, port: Int)
    /// A member is to hand its slots over and to go.
    case leave(name: String)
    /// A down member is to lose its place.
    case evict(name: String)
    /// Tokens are to move until all members carry the same.
    case rebalance
    /// A change is to be taken back.
    case cancel(change: Int)
    /// A cluster-wide setting is to have another value.
    case set(name: String, value: String)

    /// Whether it copies slots between nodes, so that a plan is shown first.
    public var movesSlots: Bool {
        switch self {
        case .join, .leave, .evict, .rebalance, .set("replicas", _): true
        case .cancel, .set: false
        }
    }
}
