import Bytes
import Commands
import Foundation
import NIOCore
import RESP
import Ring

/// The commands that ask for a change of the ring or of a setting. They are decided by vote, so the
/// answer comes when an epoch has them.
///
/// ```
/// RING JOIN node-id name host port      a node that is no member yet wants to be one
/// RING LEAVE name                       a member hands its slots over and goes
/// RING EVICT name                       a down member loses its place
/// RING REBALANCE                        tokens move until all carry the same
/// RING CANCEL change                    takes a change back
/// CONFIG SET name value                 replicas, grace, deadline, move-rate, moves-paused …
/// ```
///
/// The RING commands answer `{"request", "change", "epoch"}` as JSON: the change's number in the
/// epoch's queue, where its end is to be seen later. `-UNKNOWN` says that it may still take effect.
extension NodeAnswers {
    func ringRequest(_ name: String, _ arguments: Arguments) -> NodeAnswer? {
        guard let epoch = host.worker?.epoch else { return .error(StatusTexts.loading) }
        func member(_ wish: (Int) -> ChangeRequest.Wish) -> NodeAnswer {
            let name = arguments.text(2)
            guard let member = epoch.member(named: name) else {
                return .error("ERR no member is called \(name.prefix(64))")
            }
            return ask(wish(member.number), epoch)
        }
        switch (name, arguments.count) {
        case ("join", 6):
            guard let id = NodeID(arguments.text(2)) else {
                return .error("ERR a node id is 40 lower-case hexadecimal digits")
            }
            guard let port = parseDecimal(arguments[5]) else { return .error("ERR no such port") }
            return ask(
                .join(
                    id: id, name: arguments.text(3), host: arguments.text(4), port: port), epoch)
        case ("leave", 3): return member { .leave(member: $0) }
        case ("evict", 3): return member { .evict(member: $0) }
        case ("rebalance", 2): return ask(.rebalance, epoch)
        case ("cancel", 3):
            guard let change = parseDecimal(arguments[2]) else {
                return .error("ERR RING CANCEL takes the number of a change")
            }
            return ask(.cancel(change: change), epoch)
        default: return nil
        }
    }

    /// `CONFIG SET name value`.
    func configSet(_ arguments: Arguments) -> NodeAnswer {
        guard let epoch = host.worker?.epoch else { return .error(StatusTexts.loading) }
        let name = arguments.text(2).lowercased()
        let value = arguments.text(3)
        guard let present = epoch.settings.value(ofSetting: name) else {
            return refuseSetting(name, arguments)
        }
        if present == value { return .ok }
        return ask(.set(name: name, value: value), epoch, isPlain: true)
    }

    private func refuseSetting(_ name: String, _ arguments: Arguments) -> NodeAnswer {
        if fixedSettings.contains(where: { $0.name == name }) {
            return .error(
                "ERR CONFIG SET failed (possibly related to argument '\(name)') - "
                    + "can't set immutable config")
        }
        let name = arguments.array(2)
        return .now { writer in
            name.withUnsafeBytes { CommandErrors.unknownSetting($0, reply: writer.buffer) }
        }
    }

    private func ask(
        _ wish: ChangeRequest.Wish, _ epoch: RingEpoch, isPlain: Bool = false
    ) -> NodeAnswer {
        var generator = SystemRandomNumberGenerator()
        let request = ChangeRequest(id: NodeID(random: &generator).description, wish: wish)
        if let reason = epoch.refusal(of: request) { return .error("ERR \(reason)") }
        let answer = host.process.request(request).flatMapThrowing { answer in
            let buffer = OutputBuffer()
            defer { buffer.deallocate() }
            let writer = ReplyWriter(buffer)
            if let answer {
                if let reason = answer.refusal {
                    writer.error("ERR \(reason)")
                } else if isPlain {
                    writer.ok()
                } else {
                    writer.bulk([UInt8](try JSONEncoder().encode(answer)))
                }
            } else {
                writer.error("UNKNOWN no epoch has it yet; it may still take effect")
            }
            return buffer.array()
        }
        return .later(answer.hop(to: host.eventLoop))
    }
}
