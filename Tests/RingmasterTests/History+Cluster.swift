import Checker
import Client
import RESP

extension ClusterClient {
    /// Carries an action out at the key's home, as any program would.
    ///
    /// - Returns: what is known of it.
    func carryOut(_ action: Action, on key: [UInt8]) async -> Checker.Outcome {
        switch action {
        case .get: reading(await get(key))
        case .set(let value): done(await set(key, value))
        case .create(let value): done(await create(key, value))
        case .update(let value): done(await update(key, value))
        case .delete: done(await delete(key))
        case .compareAndSet(let old, let new):
            done(await compareAndSet(key, expected: old, new))
        case .exists, .length, .increment, .append, .exchange, .take:
            preconditionFailure("the client has no method for \(action)")
        }
    }

    /// Carries an action out through one certain node, which passes it on, and tries only once.
    ///
    /// - Returns: what is known of it.
    func carryOut(
        _ action: Action, on key: [UInt8], through node: Endpoint
    ) async -> Checker.Outcome {
        switch await ask(node, words(of: action, key)) {
        case .done(let reply): .answered(answer(reply, to: action))
        case .no, .notDone: .notDone
        case .unknown: .unknown
        }
    }
}

private func reading(_ outcome: Client.Outcome<[UInt8]>) -> Checker.Outcome {
    switch outcome {
    case .done(let value): .answered(.value(value))
    case .no: .answered(.value(nil))
    case .notDone: .notDone
    case .unknown: .unknown
    }
}

private func done(_ outcome: Client.Outcome<Previous>) -> Checker.Outcome {
    switch outcome {
    case .done: .answered(.flag(true))
    case .no: .answered(.flag(false))
    case .notDone: .notDone
    case .unknown: .unknown
    }
}

private func words(of action: Action, _ key: [UInt8]) -> [[UInt8]] {
    func command(_ name: String, _ arguments: [UInt8]..., options: String...) -> [[UInt8]] {
        [Array(name.utf8), key] + arguments + options.map { Array($0.utf8) }
    }
    return switch action {
    case .get: command("GET")
    case .exists: command("EXISTS")
    case .length: command("STRLEN")
    case .set(let value): command("SET", value)
    case .create(let value): command("SET", value, options: "NX")
    case .update(let value): command("SET", value, options: "XX")
    case .delete: command("DEL")
    case .compareAndSet(let old, let new): command("SET", new, Array("IFEQ".utf8), old)
    case .increment(let step): command("INCRBY", Array("\(step)".utf8))
    case .append(let bytes): command("APPEND", bytes)
    case .exchange(let value): command("SET", value, options: "GET")
    case .take: command("GETDEL")
    }
}

private func answer(_ reply: RESPValue, to action: Action) -> Answer {
    switch (action, reply) {
    case (.get, .bulk(let value)), (.exchange, .bulk(let value)), (.take, .bulk(let value)):
        .value(value)
    case (.get, .null), (.exchange, .null), (.take, .null): .value(nil)
    case (.exists, .integer(let count)), (.delete, .integer(let count)): .flag(count == 1)
    case (_, .integer(let number)): .number(number)
    case (_, .null): .flag(false)
    default: .flag(true)
    }
}
