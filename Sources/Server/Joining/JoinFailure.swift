/// Why a node does not become a member, in words that say what to do.
public enum JoinFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The cluster that answers has another name.
    case otherName(found: String, wanted: String)
    /// The cluster that answers has another id.
    case otherID(name: String, found: String, wanted: String)
    /// A member has the name already.
    case nameTaken(name: String, address: String)
    /// A member has the address already.
    case addressTaken(member: String, address: String)
    /// The node's id is a member's, at another address.
    case elsewhere(member: String, address: String)
    /// The cluster has as many members as it can have.
    case full(membersMax: Int)
    /// The node's port cannot be had.
    case cannotListen(host: String, port: Int, reason: String)
    /// Its change was taken back or has failed.
    case withdrawn(name: String, reason: String)
    /// The node has left the cluster of its own accord.
    case hasLeft(name: String)
    /// No node of the cluster has let it in for so long.
    case timedOut(seconds: Int, reasons: [String])
    /// The process was told to end.
    case interrupted

    /// The reason and the remedy.
    public var description: String {
        switch self {
        case .otherName(let found, let wanted):
            "the cluster that answers is called \(found), not \(wanted)"
        case .otherID(let name, let found, let wanted):
            "the cluster \(name) that answers has the id \(found), not \(wanted)"
        case .nameTaken(let name, let address):
            "a member is called \(name) already, at \(address): choose another --name, or have that "
                + "one evicted if it is gone for ever"
        case .addressTaken(let member, let address):
            "\(address) is the address of member \(member): choose another --port, or have that one "
                + "evicted if it is gone for ever"
        case .elsewhere(let member, let address):
            "this node is a member already, \(member) at \(address): start it with that --host and "
                + "--port"
        case .full(let membersMax):
            "the cluster has \(membersMax) members, and no room for another"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host):\(port): \(reason); choose another --port"
        case .withdrawn(let name, let reason):
            "the joining of \(name) has come to nothing: \(reason)"
        case .hasLeft(let name):
            "\(name) has left the cluster"
        case .timedOut(let seconds, let reasons):
            "not a member after \(seconds) s: "
                + (reasons.isEmpty ? "no node answers" : reasons.joined(separator: "; "))
        case .interrupted:
            "stopped before it was a member; the next start goes on where this one was"
        }
    }
}
