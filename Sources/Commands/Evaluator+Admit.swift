import Bytes
import RESP

extension Evaluator {
    /// Whether a command has a right number of arguments, no key, value or pattern that is too
    /// long, and not too many keys.
    ///
    /// - Parameters:
    ///   - id: which command.
    ///   - arguments: the whole command.
    ///   - reply: gets the error when the answer is no.
    /// - Returns: whether the command may go on.
    public func admit(_ id: CommandID, _ arguments: Arguments, reply: OutputBuffer) -> Bool {
        let shape = CommandTable.shape(id)
        guard shape.accepts(count: arguments.count) else {
            CommandErrors.wrongArity(id, reply: reply)
            return false
        }
        if id == .keys, arguments[1].count > Glob.patternBytesMax {
            ReplyWriter(reply).error(Glob.patternTooLong)
            return false
        }
        guard shape.firstKey > 0 else { return true }
        if shape.keyStep == 2 && arguments.count % 2 == 0 {
            CommandErrors.wrongArity(id, reply: reply)
            return false
        }
        return hasFewKeys(id, arguments, reply) && hasShortKeys(id, arguments, reply)
            && hasShortValues(id, arguments, reply)
    }

    /// Each key becomes a command of its own, of which a node can have so many under way.
    private func hasFewKeys(
        _ id: CommandID, _ arguments: Arguments, _ reply: OutputBuffer
    ) -> Bool {
        let keys = CommandKeys(id, argumentCount: arguments.count)
        guard keys.underestimatedCount > limits.keysMax else { return true }
        ReplyWriter(reply).error("ERR at most \(limits.keysMax) keys in one command; not done")
        return false
    }

    private func hasShortKeys(
        _ id: CommandID, _ arguments: Arguments, _ reply: OutputBuffer
    ) -> Bool {
        for index in CommandKeys(id, argumentCount: arguments.count)
        where arguments[index].count > limits.keyBytesMax {
            ReplyWriter(reply).error("ERR key exceeds maximum allowed size")
            return false
        }
        return true
    }

    private func hasShortValues(
        _ id: CommandID, _ arguments: Arguments, _ reply: OutputBuffer
    ) -> Bool {
        var index: Int
        switch id {
        case .set, .setnx, .getset, .append, .mset: index = 2
        case .setex, .psetex: index = 3
        default: return true
        }
        repeat {
            if arguments[index].count > limits.valueBytesMax {
                ReplyWriter(reply).error(Evaluation.valueTooLong)
                return false
            }
            index += 2
        } while id == .mset && index < arguments.count
        return true
    }
}
