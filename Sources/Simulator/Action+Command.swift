import Checker
import RESP

extension Action {
    /// The command that asks for the action.
    func command(on key: [UInt8]) -> [[UInt8]] {
        func words(_ name: String, _ rest: [UInt8]...) -> [[UInt8]] {
            [Array(name.utf8), key] + rest
        }
        let get = Array("GET".utf8)
        switch self {
        case .get: return words("GET")
        case .exists: return words("EXISTS")
        case .length: return words("STRLEN")
        case .set(let value): return words("SET", value)
        case .create(let value): return words("SET", value, Array("NX".utf8))
        case .update(let value): return words("SET", value, Array("XX".utf8))
        case .delete: return words("DEL")
        case .compareAndSet(let old, let new): return words("SET", new, Array("IFEQ".utf8), old)
        case .increment(let amount): return words("INCRBY", Array(String(amount).utf8))
        case .append(let suffix): return words("APPEND", suffix)
        case .exchange(let value): return words("SET", value, get)
        case .take: return words("GETDEL")
        }
    }

    /// What a reply to the command says.
    ///
    /// - Parameter reply: RESP2.
    /// - Returns: unknown also for a reply that fits no such command.
    func outcome(_ reply: [UInt8]) -> Outcome {
        var parser = ReplyParser()
        guard case .value(let value, _) = reply.withUnsafeBytes({ parser.next($0) }) else {
            return .unknown
        }
        switch (self, value) {
        case (_, .error(let text)): return outcome(ofError: text)
        case (.get, .bulk(let bytes)), (.take, .bulk(let bytes)), (.exchange, .bulk(let bytes)):
            return .answered(.value(bytes))
        case (.get, .null), (.take, .null), (.exchange, .null): return .answered(.value(nil))
        case (.increment, .integer(let number)), (.append, .integer(let number)),
            (.length, .integer(let number)):
            return .answered(.number(number))
        case (_, .integer(let number)): return .answered(.flag(number == 1))
        case (_, .simple): return .answered(.flag(true))
        case (_, .null): return .answered(.flag(false))
        default: return .unknown
        }
    }

    private func outcome(ofError text: String) -> Outcome {
        for code in ["TRYAGAIN", "CLUSTERDOWN", "LOADING"] where text.hasPrefix(code) {
            return .notDone
        }
        return text.hasPrefix("ERR") ? .answered(.refused) : .unknown
    }

    /// Whether an answer says that the action changed something.
    func isAcknowledgedWrite(_ answer: Answer) -> Bool {
        switch (self, answer) {
        case (.get, _), (.exists, _), (.length, _), (_, .flag(false)), (_, .refused): false
        case (.take, .value(nil)): false
        default: true
        }
    }
}
