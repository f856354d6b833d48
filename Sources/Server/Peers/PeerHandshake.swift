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
/// error, after which the connection ends; nothing has changed.
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

    /// The listening side's answer; a refusal ends the connection.
    static func answer(_ arguments: Arguments, _ host: LoopHost) -> NodeAnswer {
        guard let worker = host.worker else { return .close { $0.error(StatusTexts.loading) } }
        let identity = host.process.identity
        do throws(Refusal) {
            let caller = try Caller(arguments, identity, worker.epoch)
            return .peer(
                member: caller.member, role: caller.role,
                answer: Array("+OK \(identity.id) \(identity.incarnation)\r\n".utf8))
        } catch {
            host.noteProtocolFailure("a node's link was refused: \(error.text)")
            return .close { $0.error("ERR \(error.text)") }
        }
    }

    /// Why a connection does not become a link.
    struct Refusal: Error, Equatable {
        let text: String
    }

    /// Who dials, once that is proven as far as it can be.
    struct Caller: Equatable {
        /// The member's number.
        let member: Int
        let role: PeerRole

        /// Reads a request.
        ///
        /// - Parameters:
        ///   - arguments: the whole of it.
        ///   - identity: who is dialled.
        ///   - epoch: the epoch that this node acts by.
        /// - Throws: what is wrong with it.
        init(
            _ arguments: Arguments, _ identity: NodeIdentity, _ epoch: RingEpoch
        ) throws(Refusal) {
            guard arguments.count == 9, let theirs = parseDecimal(arguments[2]),
                let incarnation = PeerHandshake.number(arguments[5]),
                PeerHandshake.number(arguments[6]) != nil
            else { throw Refusal(text: "RING PEER is malformed") }
            guard theirs == version else {
                throw Refusal(
                    text: "protocol version \(theirs) is not spoken here, \(version) is")
            }
            guard arguments.text(3) == identity.clusterID else {
                throw Refusal(text: "this node belongs to another cluster")
            }
            guard let id = NodeID(arguments.text(4)), id != identity.id,
                let member = epoch.everyone.first(where: { $0.id == id })
            else { throw Refusal(text: "\(noMember) \(epoch.number)") }
            guard incarnation >= member.incarnation else {
                throw Refusal(text: "incarnation \(incarnation) is over")
            }
            guard let role = PeerRole(rawValue: arguments.text(7)) else {
                throw Refusal(text: "a link is for control or data")
            }
            self.member = member.number
            self.role = role
        }
    }

    /// A number of an epoch or an incarnation; nil when no node can have it.
    private static func number(_ digits: UnsafeRawBufferPointer) -> Int? {
        parseDecimal(digits).flatMap { (0..<RingEpoch.numberLimit).contains($0) ? $0 : nil }
    }

    /// What is said to a node that the epoch does not know; the epoch's number follows.
    private static let noMember = "no such member in epoch"

    /// The epoch that does not know the dialling node, when an answer says so.
    static func unknownSince(_ line: String) -> Int? {
        guard line.hasPrefix("-ERR " + noMember) else { return nil }
        return line.split(separator: " ").last.flatMap { Int($0) }
    }

    /// Whether the answer comes from the node that was dialled.
    static func isAccepted(_ line: String, expected: NodeID) -> Bool {
        let words = line.split(separator: " ")
        return words.count == 3 && words[0] == "+OK" && words[1] == expected.description
    }
}
