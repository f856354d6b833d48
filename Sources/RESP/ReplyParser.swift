import Bytes

/// Reads replies of a server as values; attributes are passed over.
///
/// Give ``next(_:)`` all bytes from the first one of the present reply. After `.value(_, bytes: n)`
/// the next call begins `n` bytes further on. Nothing is built before a reply is complete, so that
/// a declared length never reserves memory.
public struct ReplyParser: Sendable {
    /// What a call of the parser has come to.
    public enum Step: Equatable, Sendable {
        /// The reply is not complete; it lacks at least so many bytes.
        case needMore(hint: Int)
        /// A reply, and how many bytes it took.
        case value(RESPValue, bytes: Int)
        /// The bytes are no reply. The parser stays failed.
        case failure(ReplyFailure)
    }

    private var scanner: ReplyScanner
    private let limits: ReplyLimits
    private var failure: ReplyFailure?

    /// Makes a parser.
    ///
    /// - Parameter limits: what the server may send.
    public init(limits: ReplyLimits = ReplyLimits()) {
        self.limits = limits
        scanner = ReplyScanner(limits: limits)
    }

    /// Reads on until the present reply is complete.
    ///
    /// - Parameter buffer: all bytes from the first one of the present reply; at least as many as
    ///   in the call before, unless that completed a reply.
    /// - Returns: what it has come to.
    public mutating func next(_ buffer: UnsafeRawBufferPointer) -> Step {
        if let failure { return .failure(failure) }
        switch scanner.next(buffer) {
        case .needMore(let hint): return .needMore(hint: hint)
        case .failure(let reason): return fail(reason)
        case .complete(let bytes):
            var builder = ReplyBuilder(
                bytes: UnsafeRawBufferPointer(rebasing: buffer[..<bytes]), limits: limits)
            do throws(ReplyFailure) {
                return .value(try builder.value(), bytes: bytes)
            } catch {
                return fail(error)
            }
        }
    }

    private mutating func fail(_ reason: ReplyFailure) -> Step {
        failure = reason
        return .failure(reason)
    }
}

/// Builds the value of one reply that the scanner found complete and within the limits.
private struct ReplyBuilder {
    let bytes: UnsafeRawBufferPointer
    let limits: ReplyLimits
    var position = 0

    init(bytes: UnsafeRawBufferPointer, limits: ReplyLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// The next value.
    ///
    /// It recurs only as deep as the scanner has allowed.
    mutating func value() throws(ReplyFailure) -> RESPValue {
        // A loop for the attributes: however many follow each other, they nest nothing.
        while true {
            let line = nextLine()
            let type = bytes[line.lowerBound]
            switch try ReplyScanner.header(bytes, line, limits) {
            case .scalar:
                return try scalar(type, UnsafeRawBufferPointer(rebasing: bytes[line.dropFirst()]))
            case .string(let count):
                let text = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
                position += count + 2
                return try string(type, text)
            case .aggregate(let count, isAttribute: false):
                return try aggregate(type, count)
            case .aggregate(let count, isAttribute: true):
                for _ in 0..<count { _ = try value() }
            }
        }
    }

    /// Offsets of the next line without its end; goes behind it.
    private mutating func nextLine() -> Range<Int> {
        let begin = position
        var end = begin
        while bytes[end] != 13 { end += 1 }
        position = end + 2
        return begin..<end
    }

    private func scalar(
        _ type: UInt8, _ text: UnsafeRawBufferPointer
    ) throws(ReplyFailure) -> RESPValue {
        switch type {
        case UInt8(ascii: "+"): return .simple(String(decoding: text, as: UTF8.self))
        case UInt8(ascii: "-"): return .error(String(decoding: text, as: UTF8.self))
        case UInt8(ascii: ":"): return .integer(try integer(text))
        case UInt8(ascii: "#"): return .boolean(try boolean(text))
        case UInt8(ascii: ","): return .double(try double(text))
        case UInt8(ascii: "("): return .bigNumber(try bigNumber(text))
        default: return .null
        }
    }

    private func integer(_ text: UnsafeRawBufferPointer) throws(ReplyFailure) -> Int {
        let hasPlus = text.first == UInt8(ascii: "+")
        let digits = hasPlus ? UnsafeRawBufferPointer(rebasing: text.dropFirst()) : text
        guard let value = parseDecimal(digits) else { throw .invalidScalar }
        return value
    }

    private func boolean(_ text: UnsafeRawBufferPointer) throws(ReplyFailure) -> Bool {
        guard text.count == 1 else { throw .invalidScalar }
        switch text[0] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: throw .invalidScalar
        }
    }

    private func double(_ text: UnsafeRawBufferPointer) throws(ReplyFailure) -> Double {
        guard let value = Double(String(decoding: text, as: UTF8.self)) else {
            throw .invalidScalar
        }
        return value
    }

    private func bigNumber(_ text: UnsafeRawBufferPointer) throws(ReplyFailure) -> String {
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            throw .invalidScalar
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func string(
        _ type: UInt8, _ text: UnsafeRawBufferPointer
    ) throws(ReplyFailure) -> RESPValue {
        switch type {
        case UInt8(ascii: "!"): return .error(String(decoding: text, as: UTF8.self))
        case UInt8(ascii: "="):
            guard text.count >= 4, text[3] == UInt8(ascii: ":") else { throw .invalidScalar }
            let format = String(decoding: text.prefix(3), as: UTF8.self)
            return .verbatim(format: format, text: Array(text.dropFirst(4)))
        default: return .bulk(Array(text))
        }
    }

    private mutating func aggregate(
        _ type: UInt8, _ count: Int
    ) throws(ReplyFailure) -> RESPValue {
        if type == UInt8(ascii: "%") {
            var pairs: [RESPPair] = []
            pairs.reserveCapacity(count / 2)
            for _ in 0..<count / 2 {
                let key = try value()
                pairs.append(RESPPair(key: key, value: try value()))
            }
            return .map(pairs)
        }
        var elements: [RESPValue] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try value()) }
        switch type {
        case UInt8(ascii: "~"): return .set(elements)
        case UInt8(ascii: ">"): return .push(elements)
        default: return .array(elements)
        }
    }
}
