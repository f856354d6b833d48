import ServerCore

/// What can reach a process; a paused one gets it when it goes on.
enum ProcessInput {
    /// Its own timer.
    case tick
    /// Bytes of frames of a member's data link.
    case frames([UInt8], from: Int, session: Int)
    /// A message of a member's control link.
    case message(NodeMessage, from: Int)
    /// The sync of its log that was under way is complete.
    case synced
    /// The directive that was under way is complete.
    case directiveDone
    /// Time to connect to a member.
    case dial(member: Int)
    /// A connection to a member is made, and its handshake was good.
    case linkUp(member: Int, memberLife: Int)
    /// The connection to a member is gone.
    case linkDown(member: Int, session: Int)
    /// A member's port refused.
    case refused(member: Int)
    /// A client's command.
    case request(client: Int, operation: Int, [[UInt8]])

    /// One word, for the trace.
    var name: String {
        switch self {
        case .tick: "tick"
        case .frames: "frames"
        case .message: "message"
        case .synced: "synced"
        case .directiveDone: "directive done"
        case .dial: "dial"
        case .linkUp: "link up"
        case .linkDown: "link down"
        case .refused: "refused"
        case .request: "request"
        }
    }
}
