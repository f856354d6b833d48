import Bytes
import RESP

extension Evaluation {
    func remove() -> Change {
        reply.integer(entry == nil ? 0 : 1)
        return entry == nil ? .none : .remove
    }

    func countKey() -> Change {
        reply.integer(entry == nil ? 0 : 1)
        return .none
    }

    func tellType() -> Change {
        if entry == nil { reply.simple("none") } else { reply.simple("string") }
        return .none
    }

    // MARK: Expiry

    /// EXPIRE and its kin.
    ///
    /// - Parameters:
    ///   - unit: what the number counts.
    ///   - origin: milliseconds since 1970 that it counts from.
    /// - Returns: what is to be written.
    func expire(unit: TimeUnit, from origin: Int) -> Change {
        guard let conditions = expireConditions(), let count = number(2) else { return .none }
        guard let time = milliseconds(count, unit: unit, from: origin) else {
            replyInvalidExpiry()
            return .none
        }
        guard let entry, conditions.allow(time, present: entry.expiry) else {
            reply.integer(0)
            return .none
        }
        reply.integer(1)
        return change(value: .same, expiringAt: time)
    }

    func persist() -> Change {
        guard let entry, entry.expiry != 0 else {
            reply.integer(0)
            return .none
        }
        reply.integer(1)
        return .put(value: .same, expiry: 0)
    }

    func tellTimeLeft(unit: TimeUnit) -> Change {
        tellTime(unit) { max($0 - now, 0) }
        return .none
    }

    func tellExpiry(unit: TimeUnit) -> Change {
        tellTime(unit) { $0 }
        return .none
    }

    /// Replies -2 without a key, -1 without an expiry, else a time rounded to the nearest unit.
    private func tellTime(_ unit: TimeUnit, _ time: (Int) -> Int) {
        guard let entry else { return reply.integer(-2) }
        guard entry.expiry != 0 else { return reply.integer(-1) }
        let milliseconds = time(entry.expiry)
        // Not by adding 500 first: an expiry may be the largest number there is.
        let seconds = milliseconds / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0)
        reply.integer(unit == .seconds ? seconds : milliseconds)
    }

    /// The conditions of an EXPIRE; nil after having replied what is wrong with them.
    private func expireConditions() -> ExpireConditions? {
        var conditions: ExpireConditions = []
        for index in 3..<max(arguments.count, 3) {
            guard let condition = ExpireConditions(option: arguments[index]) else {
                reply.buffer.append("-ERR Unsupported option ")
                appendEscaped(
                    arguments[index], atMost: CommandErrors.echoBytesMax, to: reply.buffer)
                reply.buffer.append("\r\n")
                return nil
            }
            conditions.insert(condition)
        }
        if conditions.contains(.ifNone) && conditions != .ifNone {
            reply.error(
                "ERR NX and XX, GT or LT options at the same time are not compatible")
            return nil
        }
        if conditions.isSuperset(of: [.ifLater, .ifEarlier]) {
            reply.error("ERR GT and LT options at the same time are not compatible")
            return nil
        }
        return conditions
    }
}

/// When EXPIRE is to act; all that are named must hold.
struct ExpireConditions: OptionSet {
    let rawValue: UInt8

    /// NX: the key has no expiry.
    static let ifNone = ExpireConditions(rawValue: 1)
    /// XX: the key has an expiry.
    static let ifSome = ExpireConditions(rawValue: 2)
    /// GT: the new expiry is later than the present one; none counts as the end of time.
    static let ifLater = ExpireConditions(rawValue: 4)
    /// LT: the new expiry is earlier than the present one.
    static let ifEarlier = ExpireConditions(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(option: UnsafeRawBufferPointer) {
        if bytesEqualIgnoringCase(option, "nx") {
            self = .ifNone
        } else if bytesEqualIgnoringCase(option, "xx") {
            self = .ifSome
        } else if bytesEqualIgnoringCase(option, "gt") {
            self = .ifLater
        } else if bytesEqualIgnoringCase(option, "lt") {
            self = .ifEarlier
        } else {
            return nil
        }
    }

    /// Whether the conditions hold.
    ///
    /// - Parameters:
    ///   - time: the new expiry.
    ///   - present: the present expiry, 0 for none.
    /// - Returns: whether all of them hold.
    func allow(_ time: Int, present: Int) -> Bool {
        if contains(.ifNone) && present != 0 { return false }
        if contains(.ifSome) && present == 0 { return false }
        if contains(.ifLater) && (present == 0 || time <= present) { return false }
        if contains(.ifEarlier) && present != 0 && time >= present { return false }
        return true
    }
}
