import Bytes
import RESP

extension Evaluation {
    static let valueTooLong: StaticString =
        "ERR string exceeds maximum allowed size (proto-max-bulk-len)"

    func get() -> Change {
        replyValue()
        return .none
    }

    func setPlainly() -> Change {
        reply.ok()
        return .put(value: .argument(2), expiry: 0)
    }

    func setIfAbsent() -> Change {
        reply.integer(entry == nil ? 1 : 0)
        return entry == nil ? .put(value: .argument(2), expiry: 0) : .none
    }

    func setWithExpiry(unit: TimeUnit) -> Change {
        guard let expiry = expiry(argument: 2, unit: unit, isRelative: true) else { return .none }
        reply.ok()
        return change(value: .argument(3), expiringAt: expiry)
    }

    func getAndSet() -> Change {
        replyValue()
        return .put(value: .argument(2), expiry: 0)
    }

    func getAndRemove() -> Change {
        replyValue()
        return entry == nil ? .none : .remove
    }

    func countBytes() -> Change {
        reply.integer(entry?.value.count ?? 0)
        return .none
    }

    func append() -> Change {
        let added = arguments[2]
        let present = entry?.value.count ?? 0
        let (count, overflow) = present.addingReportingOverflow(added.count)
        if overflow || count > limits.valueBytesMax {
            reply.error(Self.valueTooLong)
            return .none
        }
        reply.integer(count)
        guard let entry else { return .put(value: .argument(2), expiry: 0) }
        if added.isEmpty { return .none }
        scratch.clear()
        // Room for both at once: growing step by step would copy a large value several times.
        _ = scratch.reserve(count)
        scratch.append(entry.value)
        scratch.append(added)
        return .put(value: .scratch, expiry: entry.expiry)
    }

    // MARK: Numbers

    func add(_ step: Int) -> Change {
        guard let entry else { return putNumber(step, expiry: 0) }
        guard let value = parseDecimal(entry.value) else {
            replyNotANumber()
            return .none
        }
        let (sum, overflow) = value.addingReportingOverflow(step)
        if overflow {
            reply.error("ERR increment or decrement would overflow")
            return .none
        }
        return putNumber(sum, expiry: entry.expiry)
    }

    func addArgument() -> Change {
        guard let step = number(2) else { return .none }
        return add(step)
    }

    func subtractArgument() -> Change {
        guard let step = number(2) else { return .none }
        if step == Int.min {
            reply.error("ERR decrement would overflow")
            return .none
        }
        return add(-step)
    }

    private func putNumber(_ value: Int, expiry: Int) -> Change {
        scratch.clear()
        scratch.append(decimal: value)
        reply.integer(value)
        return .put(value: .scratch, expiry: expiry)
    }
}
