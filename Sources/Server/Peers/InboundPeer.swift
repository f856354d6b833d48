import RESP
import ServerCore

/// The receiving end of another node's data link, on the event loop that accepted it.
final class InboundPeer {
    let member: Int

    init(member: Int) {
        self.member = member
    }

    /// A frame has come.
    ///
    /// - Parameters:
    ///   - frame: its elements.
    ///   - host: the event loop's host.
    /// - Returns: whether it was well formed; the connection ends otherwise.
    func onFrame(_ frame: Arguments, _ host: LoopHost) -> Bool {
        host.onFrame(frame, from: member)
    }

    /// The link is gone: acknowledgements and answers on it are lost, so both sides begin anew.
    func ended(_ host: LoopHost) {
        let member = member
        for loop in 0..<host.process.loopCount {
            host.process.onLoop(loop) { $0.links[member]?.otherWayEnded() }
        }
    }
}
