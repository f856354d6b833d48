import Bytes
import RESP

extension Evaluation {
    /// SET with its options.
    func set() -> Change {
        if arguments.count == 3 { return setPlainly() }
        guard let options = SetOptions(arguments, from: 3, form: .set) else {
            reply.error("ERR syntax error")
            return .none
        }
        var expiry: Int?
        if case .at(let argument, let unit, let isRelative) = options.expiry {
            expiry = self.expiry(argument: argument, unit: unit, isRelative: isRelative)
            if expiry == nil { return .none }
        }
        let holds = isMet(options.condition)
        if options.answersOldValue {
            replyValue()
        } else if holds {
            reply.ok()
        } else {
            reply.null()
        }
        guard holds else { return .none }
        if let expiry { return change(value: .argument(2), expiringAt: expiry) }
        if case .keep = options.expiry {
            return .put(value: .argument(2), expiry: entry?.expiry ?? 0)
        }
        return .put(value: .argument(2), expiry: 0)
    }

    /// GETEX: reads the value and, when it is there, sets when it expires.
    func getAndExpire() -> Change {
        guard let options = SetOptions(arguments, from: 2, form: .getAndExpire) else {
            reply.error("ERR syntax error")
            return .none
        }
        guard let entry else {
            reply.null()
            return .none
        }
        var change = Change.none
        switch options.expiry {
        case .unnamed, .keep: break
        case .never: if entry.expiry != 0 { change = .put(value: .same, expiry: 0) }
        case .at(let argument, let unit, let isRelative):
            guard let time = expiry(argument: argument, unit: unit, isRelative: isRelative) else {
                return .none
            }
            change = self.change(value: .same, expiringAt: time)
        }
        replyValue()
        return change
    }

    private func isMet(_ condition: SetOptions.Condition) -> Bool {
        switch condition {
        case .always: true
        case .ifAbsent: entry == nil
        case .ifPresent: entry != nil
        case .ifEqual(let argument):
            if let entry { bytesEqual(entry.value, arguments[argument]) } else { false }
        }
    }

    /// The time that an option names; nil after having replied why it names none.
    ///
    /// - Parameters:
    ///   - argument: index of the number.
    ///   - unit: what the number counts.
    ///   - isRelative: whether it counts from now, or from 1970.
    /// - Returns: milliseconds since 1970, more than 0.
    func expiry(argument: Int, unit: TimeUnit, isRelative: Bool) -> Int? {
        guard let count = number(argument) else { return nil }
        let time = milliseconds(count, unit: unit, from: isRelative ? now : 0)
        guard count > 0, let time else {
            replyInvalidExpiry()
            return nil
        }
        return time
    }

    /// So many units after an origin in milliseconds since 1970; nil when no number holds it.
    func milliseconds(_ count: Int, unit: TimeUnit, from origin: Int) -> Int? {
        let factor = unit == .seconds ? 1000 : 1
        let (span, spanOverflow) = count.multipliedReportingOverflow(by: factor)
        let (time, timeOverflow) = span.addingReportingOverflow(origin)
        return spanOverflow || timeOverflow ? nil : time
    }
}
