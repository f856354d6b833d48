/// One step from a state to the next.
struct ModelMove: SearchMove {
    enum Kind: UInt8 {
        case decide
        case adopt
        case crash
        case tear
        case restart
        case sync
        case answerCollect
        case choose
        case abandonFetch
        case takePart
        case mark
        case stream
        case drop
        case write
        case commit
        case grant
        case lapse
        case read
        case beginRead
        case confirmRead
        case endRead
        case askOutcome
    }

    let kind: Kind
    var node = 0
    var other = 0
    var number = 0

    /// The step in words, for a counterexample.
    var words: String {
        let node = Self.name(node)
        let other = Self.name(other)
        switch kind {
        case .decide: return "epoch \(number + 1) is decided"
        case .adopt: return "\(node) adopts epoch \(number + 1)"
        case .crash: return "\(node) crashes and loses what is not durable"
        case .tear: return "\(node) crashes while it writes: entries are there, the mark is not"
        case .restart: return "\(node) starts again"
        case .sync: return "\(node)'s log is durable"
        case .answerCollect: return "\(other) tells \(node) what it has"
        case .choose: return "\(node) chooses \(other)'s copy"
        case .abandonFetch: return "\(node) fetches from \(other), in vain after the first piece"
        case .takePart: return "\(node) takes a piece of an install at position \(number)"
        case .mark: return "\(node) completes the install at position \(number)"
        case .stream: return "\(node) takes record \(number) of the stream"
        case .drop: return "\(node) drops its copy"
        case .write: return "\(node) takes write \(number)"
        case .commit: return "\(node) learns what is durable, and answers"
        case .grant: return "\(other) lends \(node) a lease"
        case .lapse: return "\(node)'s leases lapse"
        case .read: return "\(node) answers a read"
        case .beginRead: return "\(node) begins to confirm a read"
        case .confirmRead: return "\(other) confirms"
        case .endRead: return "\(node) answers the confirmed read"
        case .askOutcome: return "\(node) learns what became of write \(number)"
        }
    }

    private static func name(_ node: Int) -> String { ["A", "B", "C", "D"][node & 3] }
}
