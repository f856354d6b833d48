/// Why a line is not a record.
public struct RecordFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Equatable, Sendable {
        /// Too short to hold a record, or not closed: what a torn write leaves.
        case incomplete
        /// The checksum is not that of the bytes before it.
        case checksum
        /// The checksum is right, but not this text was expected.
        case syntax
        /// A number that is not plain decimal digits below 2^53, or a range that ends before it
        /// begins.
        case number
        /// Base64 that the encoder would not have written.
        case base64
        /// An escape sequence that the encoder would not have written.
        case escape
        /// An operation that this version does not know.
        case unknownOperation
        /// An operation that is reserved for a newer version.
        case reservedOperation
        /// More bytes without a line feed than any record may take.
        case tooLong
        /// The line ends in a carriage return: some program has rewritten the file.
        case carriageReturn
        /// The file begins with a byte order mark: some program has rewritten it.
        case byteOrderMark
    }

    /// What is wrong.
    public let reason: Reason
    /// Where, in bytes from the start of the line.
    public let offset: Int

    /// Makes a failure.
    public init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The failure in words, for people.
    public var description: String {
        switch reason {
        case .incomplete: "the line is incomplete"
        case .checksum: "the checksum does not match"
        case .syntax: "unexpected text at byte \(offset) of the line"
        case .number: "a number out of range at byte \(offset) of the line"
        case .base64: "bad base64 at byte \(offset) of the line"
        case .escape: "a bad escape sequence at byte \(offset) of the line"
        case .unknownOperation: "an unknown operation: the line needs a newer version"
        case .reservedOperation: "a batch record: the line needs a newer version"
        case .tooLong: "the line is longer than any record"
        case .carriageReturn: "the line ends in CR LF: the file was rewritten by another program"
        case .byteOrderMark: "a byte order mark: the file was rewritten by another program"
        }
    }
}
