import Foundation
import RESP
import ServerCore

/// The receiving end of another node's link.
final class InboundPeer {
    let member: Int
    let role: PeerRole

    init(member: Int, role: PeerRole) {
        self.member = member
        self.role = role
    }

    /// A frame has come.
    ///
    /// - Returns: whether it was well formed; the connection ends otherwise.
    func onFrame(_ frame: Arguments, _ host: LoopHost) -> Bool {
        switch role {
        case .data:
            return host.onFrame(frame, from: member)
        case .control:
            guard frame.count == 2, frame.text(0) == PeerFrame.node.rawValue else { return false }
            do {
                let message = try JSONDecoder().decode(
                    NodeMessage.self, from: Data(frame[1]))
                let member = member
                host.process.onFirstLoop { $0.control?.receive(message, from: member) }
                return true
            } catch {
                host.process.events.logger.warning(
                    "a message of member \(member) is malformed: \(error)")
                return false
            }
        }
    }

    /// The link is gone: acknowledgements and answers on it are lost, so both sides begin anew.
    func ended(_ host: LoopHost) {
        guard role == .data else { return }
        let member = member
        for loop in 0..<host.process.loopCount {
            host.process.onLoop(loop) { $0.links[member]?.otherWayEnded() }
        }
    }
}
