/// A run of lines of a segment that cannot be read.
public struct LogDamage: Error, Equatable, Sendable {
    /// Where the run begins, in bytes from the start of the segment.
    public var offset: Int
    /// How long it is, line feeds included.
    public var bytes: Int
    /// What is wrong with its first line.
    public var failure: RecordFailure
    /// The slot that all of it belongs to, when that is certain; nil when it may be any.
    public var slot: Int?

    /// Makes a finding.
    public init(offset: Int, bytes: Int, failure: RecordFailure, slot: Int?) {
        self.offset = offset
        self.bytes = bytes
        self.failure = failure
        self.slot = slot
    }
}

/// Why a segment must not be replayed at all.
public enum LogRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// A newer version wrote it; the format it names.
    case newerFormat(Int)
    /// A line that is whole, for its checksum is right, and yet says what this version never
    /// writes; or a file that some program has rewritten.
    case notOurs(offset: Int, RecordFailure)

    /// The refusal in words, for people.
    public var description: String {
        switch self {
        case .newerFormat(let format):
            "format \(format) is newer than this version, which reads format "
                + "\(SegmentHeader.newestFormat)"
        case .notOurs(let offset, let failure): "byte \(offset): \(failure)"
        }
    }
}

/// What a ``LogScanner`` finds.
public enum LogFinding {
    /// The segment's first line.
    case header(SegmentHeader)
    /// A record; valid until the call returns.
    case record(Record)
    /// Lines that cannot be read, with a good line behind them.
    case damage(LogDamage)
    /// Nothing further of the segment is read.
    case refusal(LogRefusal)
}
