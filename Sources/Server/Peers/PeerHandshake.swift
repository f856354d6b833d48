import Bytes
import RESP
import Ring
import ServerCore

/// What a link between two nodes carries.
enum PeerRole: String, Sendable {
    /// ``NodeMessage`` values: small, never behind a large value.
    case control
    /// Frames of one worker.
    case data
}

/// How a connection becomes another node's link.
///
/// ```
/// → RING PEER version cluster-id node-id incarnation epoch role proof
/// ← +OK node-id incarnation
/// ```
///
/// `proof` is reserved for a shared secret and empty. Whatever does not fit is refused with an
/// error, and nothing has changed.
enum PeerHandshake {
    /// The version of frames and messages.
    static let version = 1

    /// The dialling side's request.
    static func request(_ process: ProcessContext, epoch: Int, role: PeerRole) -> [UInt8] {
        let identity = process.identity
        let words = [
            "RING", "PEER", "\(version)", identity.clusterID, identity.id.description,
            "\(identity.incarnation)", "\(epoch)", role.rawValue, "",
        ]
        let buffer = OutputBuffer()
        defer { buffer.deallocate() }
        ReplyWriter(buffer).strings(words)
        return buffer.array()
    }

    /// The listening side's answer.
    static func answer(_ arguments: Arguments, _ host: LoopHost) -> NodeAnswer {
        guard let worker = host.worker else { return .error(StatusTexts.loading) }
        guard arguments.count == 9, let theirs = parseDecimal(arguments[2]),
            let incarnation = parseDecimal(arguments[5])
        else { return .error("ERR RING PEER is malformed") }
        guard theirs == version else {
            return .error("ERR protocol version \(theirs) is not spoken here, \(version) is")
        }
        let identity = host.process.identity
        guard arguments.text(3) == identity.clusterID else {
            return .error("ERR this node belongs to another cluster")
        }
        guard let id = NodeID(arguments.text(4)), id != identity.id,
            let member = worker.epoch.everyone.first(where: { $0.id == id })
        else { return .error("\(noMember) \(worker.epoch.number)") }
        guard incarnation >= member.incarnation else {
            return .error("ERR incarnation \(incarnation) is over")
        }
        guard let role = PeerRole(rawValue: arguments.text(7)) else {
            return .error("ERR a link is for control or data")
        }
        return .peer(
            member: member.number, role: role,
            answer: Array("+OK \(identity.id) \(identity.incarnation)\r\n".utf8))
    }

    /// What is said to a node that the epoch does not know; the epoch's number follows.
    private static let noMember = "ERR no such member in epoch"

    /// The epoch that does not know the dialling node, when an answer says so.
    static func unknownSince(_ line: String) -> Int? {
        guard line.hasPrefix("-" + noMember) else { return nil }
        return line.split(separator: " ").last.flatMap { Int($0) }
    }

    /// Whether the answer comes from the node that was dialled.
    static func isAccepted(_ line: String, expected: NodeID) -> Bool {
        let words = line.split(separator: " ")
        return words.count == 3 && words[0] == "+OK" && words[1] == expected.description
    }
}
