import Bytes
import RESP

/// Evaluates commands on one key at a time: (entry, command, time) → (change, reply).
///
/// It does no I/O and reads no clock. ``admit(_:_:reply:)`` looks once at a whole command, before
/// it is routed; ``evaluate(_:_:entry:now:protocolVersion:reply:scratch:)`` then runs at the home
/// of each key. Neither allocates on the way of GET and SET.
public struct Evaluator: Sendable {
    /// The largest keys and values.
    public var limits: ValueLimits

    /// Makes an evaluator.
    ///
    /// - Parameter limits: the largest keys and values.
    public init(limits: ValueLimits = ValueLimits()) {
        self.limits = limits
    }

    /// Evaluates a command on its key.
    ///
    /// Of a command with several keys it evaluates one: give `arguments.dropFirst(i * keyStep)` for
    /// the i-th key, so that the key is at index 1 and a value of MSET at index 2. Every command
    /// then replies for this key alone: DEL with 0 or 1, MGET with the value, MSET with OK.
    ///
    /// - Parameters:
    ///   - id: a command with the flag `keyed`; any other is a bug of ours and stops the program.
    ///   - arguments: what ``admit(_:_:reply:)`` admitted; the key is at index 1.
    ///   - entry: the key's entry; nil when there is none or it is expired.
    ///   - now: milliseconds since 1970.
    ///   - protocolVersion: what the connection speaks.
    ///   - reply: gets exactly one reply.
    ///   - scratch: is emptied and gets the new value when the change says so.
    /// - Returns: what is to be written.
    public func evaluate(
        _ id: CommandID, _ arguments: Arguments, entry: EntryView?, now: Int,
        protocolVersion: ProtocolVersion, reply: OutputBuffer, scratch: OutputBuffer
    ) -> Change {
        let evaluation = Evaluation(
            id: id, arguments: arguments, entry: entry, now: now,
            reply: ReplyWriter(reply, protocolVersion), scratch: scratch, limits: limits)
        return switch id {
        case .get, .mget: evaluation.get()
        case .set: evaluation.set()
        case .mset: evaluation.setPlainly()
        case .setnx: evaluation.setIfAbsent()
        case .setex: evaluation.setWithExpiry(unit: .seconds)
        case .psetex: evaluation.setWithExpiry(unit: .milliseconds)
        case .getset: evaluation.getAndSet()
        case .getdel: evaluation.getAndRemove()
        case .getex: evaluation.getAndExpire()
        case .strlen: evaluation.countBytes()
        case .append: evaluation.append()
        case .incr: evaluation.add(1)
        case .decr: evaluation.add(-1)
        case .incrby: evaluation.addArgument()
        case .decrby: evaluation.subtractArgument()
        case .del, .unlink: evaluation.remove()
        case .exists, .touch: evaluation.countKey()
        case .type: evaluation.tellType()
        case .expire: evaluation.expire(unit: .seconds, from: now)
        case .pexpire: evaluation.expire(unit: .milliseconds, from: now)
        case .expireat: evaluation.expire(unit: .seconds, from: 0)
        case .pexpireat: evaluation.expire(unit: .milliseconds, from: 0)
        case .ttl: evaluation.tellTimeLeft(unit: .seconds)
        case .pttl: evaluation.tellTimeLeft(unit: .milliseconds)
        case .expiretime: evaluation.tellExpiry(unit: .seconds)
        case .pexpiretime: evaluation.tellExpiry(unit: .milliseconds)
        case .persist: evaluation.persist()
        case .scan, .keys, .dbsize, .randomkey, .ping, .echo, .hello, .auth,
            .quit, .reset, .select, .client, .readonly, .readwrite, .subscribe, .unsubscribe,
            .info, .config, .command, .cluster, .ring:
            preconditionFailure("a command without a key is not evaluated")
        }
    }
}

/// In what a time is given or told.
enum TimeUnit {
    case seconds
    case milliseconds
}

/// One command on one key; what the commands do is in the extensions.
struct Evaluation {
    let id: CommandID
    let arguments: Arguments
    let entry: EntryView?
    let now: Int
    let reply: ReplyWriter
    let scratch: OutputBuffer
    let limits: ValueLimits

    /// Replies with the value, or with null when there is none.
    func replyValue() {
        if let entry { reply.bulk(entry.value) } else { reply.null() }
    }

    /// The change that gives the key a value and a time to expire at; already past, it removes.
    ///
    /// - Parameters:
    ///   - value: where the new value is.
    ///   - expiry: milliseconds since 1970; may lie in the past, even before 1970.
    /// - Returns: what is to be written.
    func change(value: ValueSource, expiringAt expiry: Int) -> Change {
        if expiry > now { return .put(value: value, expiry: expiry) }
        return entry == nil ? .none : .remove
    }

    /// The number that an argument spells; nil after having replied that it spells none.
    func number(_ index: Int) -> Int? {
        if let value = parseDecimal(arguments[index]) { return value }
        replyNotANumber()
        return nil
    }

    func replyNotANumber() { reply.error("ERR value is not an integer or out of range") }

    func replyInvalidExpiry() {
        reply.error("ERR invalid expire time in '\(CommandTable.spec(id).name)' command")
    }
}
