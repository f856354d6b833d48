import Ring
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
    /// One of its workers turns to the oldest of what the others have left for it.
    case mail(worker: Int)
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
    /// A key may be read here soon.
    case hint([UInt8])
    /// It is asked to stop.
    case stop
    /// Somebody asks it for a change of the ring.
    case change(ChangeRequest)
}

/// What one thread of a process leaves for a worker on another one; in the order in which it came.
enum WorkerMail {
    case passed(PassedRequest)
    case reply(RequestToken, [UInt8])
    case leases(LeaseTable)
    case adopt(RingEpoch)
    case drain
}
