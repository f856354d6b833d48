import Bytes
import RESP

/// The options of SET and GETEX, as Redis 7 and Valkey 8.1 (for IFEQ) understand them.
struct SetOptions {
    /// Which of the two commands is parsed: each has options that the other has not.
    enum Form {
        case set
        case getAndExpire
    }

    /// When the value is to be set.
    enum Condition {
        case always
        case ifAbsent
        case ifPresent
        /// The present value equals the argument of this index.
        case ifEqual(argument: Int)
    }

    /// When the entry is to expire.
    enum Expiry {
        /// SET: never. GETEX: as before.
        case unnamed
        /// KEEPTTL.
        case keep
        /// PERSIST.
        case never
        /// EX, PX, EXAT, PXAT.
        case at(argument: Int, unit: TimeUnit, isRelative: Bool)
    }

    var condition = Condition.always
    var expiry = Expiry.unnamed
    var answersOldValue = false

    /// Reads options; nil when one is unknown or without its value, or two exclude each other.
    ///
    /// - Parameters:
    ///   - arguments: the whole command.
    ///   - first: index of the first option.
    ///   - form: which command.
    init?(_ arguments: Arguments, from first: Int, form: Form) {
        var index = first
        while index < arguments.count {
            let hasNext = index + 1 < arguments.count
            if parseFlag(arguments[index], form) {
                index += 1
            } else if hasNext && parsePair(arguments[index], at: index + 1, form) {
                index += 2
            } else {
                return nil
            }
        }
    }

    /// Takes an option that stands alone.
    private mutating func parseFlag(_ option: UnsafeRawBufferPointer, _ form: Form) -> Bool {
        switch form {
        case .set:
            if bytesEqualIgnoringCase(option, "nx") { return setCondition(.ifAbsent) }
            if bytesEqualIgnoringCase(option, "xx") { return setCondition(.ifPresent) }
            if bytesEqualIgnoringCase(option, "keepttl") { return setExpiry(.keep) }
            if bytesEqualIgnoringCase(option, "get") {
                answersOldValue = true
                return true
            }
            return false
        case .getAndExpire:
            return bytesEqualIgnoringCase(option, "persist") && setExpiry(.never)
        }
    }

    /// Takes an option whose value is the argument of index `next`.
    private mutating func parsePair(
        _ option: UnsafeRawBufferPointer, at next: Int, _ form: Form
    ) -> Bool {
        if bytesEqualIgnoringCase(option, "ex") {
            return setExpiry(.at(argument: next, unit: .seconds, isRelative: true))
        }
        if bytesEqualIgnoringCase(option, "px") {
            return setExpiry(.at(argument: next, unit: .milliseconds, isRelative: true))
        }
        if bytesEqualIgnoringCase(option, "exat") {
            return setExpiry(.at(argument: next, unit: .seconds, isRelative: false))
        }
        if bytesEqualIgnoringCase(option, "pxat") {
            return setExpiry(.at(argument: next, unit: .milliseconds, isRelative: false))
        }
        if form == .set && bytesEqualIgnoringCase(option, "ifeq") {
            return setCondition(.ifEqual(argument: next))
        }
        return false
    }

    /// The same flag twice is allowed, IFEQ twice is not.
    private mutating func setCondition(_ new: Condition) -> Bool {
        switch (condition, new) {
        case (.always, _), (.ifAbsent, .ifAbsent), (.ifPresent, .ifPresent):
            condition = new
            return true
        default: return false
        }
    }

    /// The same option twice is allowed, and the last one counts.
    private mutating func setExpiry(_ new: Expiry) -> Bool {
        switch (expiry, new) {
        case (.unnamed, _), (.keep, .keep), (.never, .never):
            expiry = new
            return true
        case (.at(_, let oldUnit, let oldForm), .at(_, let unit, let form)):
            guard oldUnit == unit && oldForm == form else { return false }
            expiry = new
            return true
        default: return false
        }
    }
}
