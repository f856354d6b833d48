import RESP
import ServerCore

/// The receiving end of another node's data link, on the event loop that accepted it.
final class InboundPeer {
    let member: Int
    /// The connection's number on its event loop.
    private let connection: Int

    init(member: Int, connection: Int) {
        self.member = member
        self.connection = connection
    }

    /// A frame has come.
    ///
    /// - Parameters:
    ///   - frame: its elements.
    ///   - host: the event loop's host.
    /// - Returns: false when it is known to be malformed; the connection ends then, at once or when
    ///   the event loop that the frame is for has looked at it.
    func onFrame(_ frame: Arguments, _ host: LoopHost) -> Bool {
        host.onFrame(frame, from: member, connection: connection)
    }

    /// The link is gone: acknowledgements and answers on it are lost, so both sides begin anew.
    func ended(_ host: LoopHost) {
        let member = member
        for loop in 0..<host.process.loopCount {
            host.process.onLoop(loop) { $0.links[member]?.otherWayEnded() }
        }
    }
}
