/// What one key of a correct store does: the specification that histories are held against.
///
/// It shares no code with the store.
enum KeyModel {
    /// The value of a key; nil is an absent key.
    typealias Value = [UInt8]?

    /// The value after an action, and what a client must be told.
    static func apply(_ action: Action, to value: Value) -> (value: Value, answer: Answer) {
        switch action {
        case .get: (value, .value(value))
        case .exists: (value, .flag(value != nil))
        case .length: (value, .number(value?.count ?? 0))
        case .set(let new): (new, .flag(true))
        case .create(let new): value == nil ? (new, .flag(true)) : (value, .flag(false))
        case .update(let new): value == nil ? (nil, .flag(false)) : (new, .flag(true))
        case .delete: (nil, .flag(value != nil))
        case .compareAndSet(let old, let new):
            value == old ? (new, .flag(true)) : (value, .flag(false))
        case .increment(let amount): increment(value, by: amount)
        case .append(let suffix): append(suffix, to: value)
        case .exchange(let new): (new, .value(value))
        case .take: (nil, .value(value))
        }
    }

    /// Whether a client that must be told `expected` may have been told `recorded`.
    static func matches(_ recorded: Answer, expected: Answer) -> Bool {
        guard recorded == .done else { return recorded == expected }
        return expected != .flag(false) && expected != .refused
    }

    private static func increment(_ value: Value, by amount: Int) -> (value: Value, answer: Answer)
    {
        guard let number = number(value) else { return (value, .refused) }
        let (sum, overflow) = number.addingReportingOverflow(amount)
        return overflow ? (value, .refused) : (Array(String(sum).utf8), .number(sum))
    }

    private static func append(
        _ suffix: [UInt8], to value: Value
    ) -> (value: Value, answer: Answer) {
        let new = (value ?? []) + suffix
        return (new, .number(new.count))
    }

    /// The number that a value spells; only the one spelling that printing it gives counts.
    private static func number(_ value: Value) -> Int? {
        guard let value else { return 0 }
        guard let number = Int(String(decoding: value, as: UTF8.self)) else { return nil }
        return Array(String(number).utf8) == value ? number : nil
    }
}
