import Bytes
import RESP

/// What SCAN is asked for: `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`.
public struct ScanArguments: Sendable, Equatable {
    /// Where to go on; 0 to begin.
    public var cursor: UInt64
    /// What keys must match; nil when all do.
    public var pattern: Glob?
    /// How many keys to look at in this call, about; 1 or more.
    public var count = 10
    /// Whether keys of the kind asked for can exist: there are only strings.
    public var isTypePossible = true

    /// Why the arguments cannot be understood.
    public enum Failure: Error, Equatable, Sendable {
        /// The cursor is no number of 64 bits.
        case invalidCursor
        /// The count is no number.
        case notANumber
        /// The pattern is longer than ``Glob/patternBytesMax``.
        case patternTooLong
        /// An unknown option, one without its value, or a count below 1.
        case syntax

        /// The error reply in Redis's words.
        public var text: StaticString {
            switch self {
            case .invalidCursor: "ERR invalid cursor"
            case .notANumber: "ERR value is not an integer or out of range"
            case .patternTooLong: Glob.patternTooLong
            case .syntax: "ERR syntax error"
            }
        }
    }

    /// Reads the arguments of a SCAN.
    ///
    /// - Parameter arguments: the whole command, of at least two arguments.
    /// - Throws: why they cannot be understood, with the text of the reply.
    public init(_ arguments: Arguments) throws(Failure) {
        guard let cursor = Self.cursor(arguments[1]) else { throw .invalidCursor }
        self.cursor = cursor
        var index = 2
        while index < arguments.count {
            guard index + 1 < arguments.count else { throw .syntax }
            try parseOption(arguments[index], arguments[index + 1])
            index += 2
        }
    }

    private mutating func parseOption(
        _ option: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(Failure) {
        if bytesEqualIgnoringCase(option, "match") {
            guard value.count <= Glob.patternBytesMax else { throw .patternTooLong }
            let glob = Glob(value)
            pattern = glob.matchesEverything ? nil : glob
        } else if bytesEqualIgnoringCase(option, "count") {
            guard let number = parseDecimal(value) else { throw .notANumber }
            guard number >= 1 else { throw .syntax }
            count = number
        } else if bytesEqualIgnoringCase(option, "type") {
            isTypePossible = bytesEqualIgnoringCase(value, "string")
        } else {
            throw .syntax
        }
    }

    private static func cursor(_ digits: UnsafeRawBufferPointer) -> UInt64? {
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}
