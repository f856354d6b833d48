import Bytes
import Commands
import RESP

/// A keyspace in a dictionary: what ServerCore does around the evaluation, as short as can be.
final class Keyspace {
    struct Entry: Equatable {
        var value: [UInt8]
        var expiry: Int
    }

    /// Milliseconds since 1970; stands still unless a test moves it.
    var now = 1_700_000_000_000
    private(set) var entries: [[UInt8]: Entry] = [:]
    private(set) var lastChange = Change.none
    private let evaluator: Evaluator
    private let version: ProtocolVersion

    init(limits: ValueLimits = ValueLimits(), version: ProtocolVersion = .two) {
        evaluator = Evaluator(limits: limits)
        self.version = version
    }

    /// The reply to a command.
    func run(_ command: [[UInt8]]) -> [UInt8] {
        let reply = OutputBuffer()
        defer { reply.deallocate() }
        withArguments(command) { run($0, reply) }
        return reply.array()
    }

    /// The reply to a command as text.
    func run(_ command: String...) -> String {
        String(decoding: run(command.map { Array($0.utf8) }), as: UTF8.self)
    }

    private func run(_ arguments: Arguments, _ reply: OutputBuffer) {
        guard let id = CommandTable.find(arguments[0]) else {
            return CommandErrors.unknownCommand(arguments, reply: reply)
        }
        guard evaluator.admit(id, arguments, reply: reply) else { return }
        if id == .command {
            return CommandReplies.command(arguments, reply: ReplyWriter(reply, version))
        }
        let keys = CommandKeys(id, argumentCount: arguments.count)
        let writer = ReplyWriter(reply, version)
        if id == .mget { writer.array(keys.underestimatedCount) }
        var replies: [[UInt8]] = []
        for key in keys {
            let one = OutputBuffer()
            defer { one.deallocate() }
            evaluate(id, arguments.dropFirst(key - 1), one)
            replies.append(one.array())
        }
        switch id {
        case .del, .unlink, .exists, .touch:
            writer.integer(replies.filter { $0 == Array(":1\r\n".utf8) }.count)
        case .mset: writer.ok()
        default: for one in replies { reply.append(one) }
        }
    }

    private func evaluate(_ id: CommandID, _ arguments: Arguments, _ reply: OutputBuffer) {
        let scratch = OutputBuffer()
        defer { scratch.deallocate() }
        // What lies in the buffer from before must not become part of a value.
        scratch.append("left over")
        let key = arguments.array(1)
        if let entry = entries[key], EntryView.isExpired(entry.expiry, at: now) {
            entries[key] = nil
        }
        func evaluate(_ entry: EntryView?) -> Change {
            evaluator.evaluate(
                id, arguments, entry: entry, now: now, protocolVersion: version, reply: reply,
                scratch: scratch)
        }
        let before = entries[key]
        lastChange =
            before?.value.withUnsafeBytes {
                evaluate(EntryView(value: $0, expiry: before?.expiry ?? 0))
            } ?? evaluate(nil)
        switch lastChange {
        case .none: break
        case .remove:
            precondition(before != nil, "only what is there can be removed")
            entries[key] = nil
        case .put(let source, let expiry):
            precondition(expiry >= 0)
            switch source {
            case .argument(let index):
                entries[key] = Entry(value: arguments.array(index), expiry: expiry)
            case .scratch: entries[key] = Entry(value: scratch.array(), expiry: expiry)
            case .same:
                precondition(before != nil, "only what is there can stay the same")
                entries[key]?.expiry = expiry
            }
        }
    }
}
