import Bytes

/// Finds where one complete reply ends, without building its value or reading a byte twice.
///
/// Give ``next(_:)`` all bytes from the first one of the present reply. After `.complete(bytes: n)`
/// the next call begins `n` bytes further on. Copying a scanner copies its progress.
public struct ReplyScanner: Sendable {
    /// What a call of the scanner has come to.
    public enum Step: Equatable, Sendable {
        /// The reply is not complete; it lacks at least so many bytes.
        case needMore(hint: Int)
        /// The reply takes so many bytes.
        case complete(bytes: Int)
        /// The bytes are no reply. The scanner stays failed.
        case failure(ReplyFailure)
    }

    /// One list that has begun and is not complete.
    private struct Open {
        var missing: Int
        /// Attributes come before a value and are no value.
        var isAttribute: Bool
    }

    /// What the first line of an element says.
    enum Header {
        case scalar
        case string(bytes: Int)
        case aggregate(elements: Int, isAttribute: Bool)
    }

    private let limits: ReplyLimits
    private var open: [Open] = []
    /// Offset of the element that is being read.
    private var position = 0
    /// Offset up to which its line has been searched for the end.
    private var searched = 0
    /// Bytes of a string whose first line has been read, with its CR LF; 0 when there is none.
    private var stringBytes = 0
    private var failure: ReplyFailure?

    /// Makes a scanner.
    ///
    /// - Parameter limits: what the server may send.
    public init(limits: ReplyLimits = ReplyLimits()) {
        self.limits = limits
    }

    /// Reads on until the present reply is complete.
    ///
    /// - Parameter buffer: all bytes from the first one of the present reply; at least as many as
    ///   in the call before, unless that completed a reply.
    /// - Returns: what it has come to.
    public mutating func next(_ buffer: UnsafeRawBufferPointer) -> Step {
        if let failure { return .failure(failure) }
        do throws(ReplyFailure) {
            while true {
                guard let lacking = try readElement(buffer) else { break }
                if lacking > 0 { return .needMore(hint: lacking) }
            }
        } catch {
            failure = error
            return .failure(error)
        }
        let bytes = position
        position = 0
        searched = 0
        return .complete(bytes: bytes)
    }

    /// Reads one element: nil when it completed the reply, else how many bytes are lacking, 0 when
    /// more can be read.
    private mutating func readElement(
        _ buffer: UnsafeRawBufferPointer
    ) throws(ReplyFailure) -> Int? {
        if stringBytes == 0 {
            guard let lineEnd = try findLineEnd(buffer) else { return 1 }
            let header = try Self.header(buffer, position..<lineEnd, limits)
            position = lineEnd + 2
            searched = position
            guard position <= limits.totalBytesMax else { throw .limitExceeded }
            switch header {
            case .scalar: break
            case .string(let bytes): stringBytes = bytes + 2
            case .aggregate(let elements, let isAttribute):
                if elements > 0 {
                    try enter(elements, isAttribute)
                    return 0
                }
                if isAttribute { return 0 }
            }
        }
        if stringBytes > 0, let lacking = try passString(buffer) { return lacking }
        return completeElement() ? nil : 0
    }

    /// Goes behind a string; or says how many of its bytes are lacking.
    private mutating func passString(
        _ buffer: UnsafeRawBufferPointer
    ) throws(ReplyFailure) -> Int? {
        guard stringBytes <= limits.totalBytesMax - position else { throw .limitExceeded }
        let end = position + stringBytes
        guard buffer.count >= end else { return end - buffer.count }
        guard buffer[end - 2] == 13 && buffer[end - 1] == 10 else { throw .missingLineEnd }
        position = end
        searched = end
        stringBytes = 0
        return nil
    }

    private mutating func enter(_ elements: Int, _ isAttribute: Bool) throws(ReplyFailure) {
        guard open.count < limits.depthMax else { throw .limitExceeded }
        open.append(Open(missing: elements, isAttribute: isAttribute))
    }

    /// Counts an element off the lists that it completes; true when the whole reply is complete.
    private mutating func completeElement() -> Bool {
        while let last = open.indices.last {
            open[last].missing -= 1
            if open[last].missing > 0 { return false }
            if open.removeLast().isAttribute { return false }
        }
        return true
    }

    /// The offset of the CR that ends the line at `position`; nil when it has not come.
    private mutating func findLineEnd(
        _ buffer: UnsafeRawBufferPointer
    ) throws(ReplyFailure) -> Int? {
        while searched < buffer.count && buffer[searched] != 13 { searched += 1 }
        guard searched - position <= limits.lineBytesMax else { throw .limitExceeded }
        guard searched + 1 < buffer.count else { return nil }
        guard buffer[searched + 1] == 10 else { throw .missingLineEnd }
        guard searched > position else { throw .unknownType(13) }
        return searched
    }

    /// What the first line of an element says.
    ///
    /// - Parameters:
    ///   - buffer: the bytes of the reply.
    ///   - line: offsets of the type's byte and of the line's end.
    ///   - limits: what the server may send.
    /// - Returns: what kind of element it is, and its length.
    /// - Throws: why the line is none, or what it exceeds.
    static func header(
        _ buffer: UnsafeRawBufferPointer, _ line: Range<Int>, _ limits: ReplyLimits
    ) throws(ReplyFailure) -> Header {
        let type = buffer[line.lowerBound]
        switch type {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "_"),
            UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "("):
            return .scalar
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
            guard let bytes = try length(buffer, line, type == UInt8(ascii: "$")) else {
                return .scalar
            }
            guard bytes <= limits.bulkBytesMax else { throw .limitExceeded }
            return .string(bytes: bytes)
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "%"),
            UInt8(ascii: "|"):
            guard let count = try length(buffer, line, type == UInt8(ascii: "*")) else {
                return .scalar
            }
            guard count <= limits.elementsMax, count <= Int.max / 2 else { throw .limitExceeded }
            let isPairs = type == UInt8(ascii: "%") || type == UInt8(ascii: "|")
            return .aggregate(
                elements: isPairs ? count * 2 : count, isAttribute: type == UInt8(ascii: "|"))
        default:
            throw .unknownType(type)
        }
    }

    /// The length that a line announces; nil for RESP2's null, where the type has one.
    private static func length(
        _ buffer: UnsafeRawBufferPointer, _ line: Range<Int>, _ hasNull: Bool
    ) throws(ReplyFailure) -> Int? {
        let digits = UnsafeRawBufferPointer(rebasing: buffer[line.dropFirst()])
        guard let value = parseDecimal(digits) else { throw .invalidLength }
        if value == -1 && hasNull { return nil }
        guard value >= 0 else { throw .invalidLength }
        return value
    }
}
