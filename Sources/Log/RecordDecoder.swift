import Bytes
import Ring

/// Reads the lines that ``RecordEncoder`` writes, and nothing else.
///
/// Owns scratch memory for keys and values that are not in the line as they are. One per thread.
public final class RecordDecoder {
    private let keyScratch = OutputBuffer()
    private let valueScratch = OutputBuffer()

    /// Makes a decoder.
    public init() {}

    deinit {
        keyScratch.deallocate()
        valueScratch.deallocate()
    }

    /// Reads one line.
    ///
    /// - Parameter line: the line's bytes without its line feed.
    /// - Returns: a view of the line or of this decoder's scratch memory, valid until the next call
    ///   and as long as the line's bytes are.
    /// - Throws: what is wrong with the line, and where; never traps on any bytes.
    public func decode(_ line: UnsafeRawBufferPointer) throws(RecordFailure) -> Record {
        var cursor = try LineCursor(line)
        return try record(&cursor)
    }

    /// The slot that a line with a wrong checksum certainly belongs to; nil when it may be any.
    ///
    /// Certain means that the line still reads as one whole record, so that it cannot be two that
    /// grew together, and that its key and its slot still agree.
    func slot(ofDamaged line: UnsafeRawBufferPointer) -> Int? {
        do {
            var cursor = try LineCursor(line, checkingSum: false)
            let record = try record(&cursor)
            guard record.kind.hasKey, Slots.slot(of: record.key) == record.slot else {
                return nil
            }
            return record.slot
        } catch {
            return nil
        }
    }

    @inline(__always)
    private func record(_ cursor: inout LineCursor) throws(RecordFailure) -> Record {
        if cursor.take("{\"s\":") { return try keyed(.write, &cursor) }
        try cursor.expect("{\"o\":\"")
        if cursor.take("remove\",\"s\":") { return try keyed(.remove, &cursor) }
        if cursor.take("copy\",\"s\":") { return try keyed(.copy, &cursor) }
        if cursor.take("drop\",\"s\":") { return try keyed(.drop, &cursor) }
        if cursor.take("mark\",\"s\":") { return try ranged(.mark, &cursor) }
        if cursor.take("clear\",\"s\":") { return try ranged(.clear, &cursor) }
        if cursor.take("void\",\"s\":") { return try ranged(.void, &cursor) }
        if cursor.take("doubt\",\"s\":") { return try ranged(.doubt, &cursor) }
        let isReserved = cursor.take("batch\"")
        throw RecordFailure(
            isReserved ? .reservedOperation : .unknownOperation, offset: cursor.index)
    }

    @inline(__always)
    private func keyed(
        _ kind: RecordKind, _ cursor: inout LineCursor
    ) throws(RecordFailure) -> Record {
        let slot = try slot(&cursor)
        let key: UnsafeRawBufferPointer
        if cursor.take(",\"k\":\"") {
            keyScratch.clear()
            key = try cursor.text(keyScratch)
        } else {
            try cursor.expect(",\"k64\":\"")
            keyScratch.clear()
            key = try cursor.base64(keyScratch)
        }
        var value = UnsafeRawBufferPointer(start: nil, count: 0)
        if kind.hasValue {
            if cursor.take(",\"v\":\"") {
                valueScratch.clear()
                value = try cursor.text(valueScratch)
            } else {
                try cursor.expect(",\"v64\":\"")
                valueScratch.clear()
                value = try cursor.base64(valueScratch)
            }
        }
        let (generation, position) = try version(&cursor)
        var expiry = 0
        if kind.hasValue, cursor.take(",\"x\":") { expiry = try cursor.number() }
        try end(cursor)
        return Record(
            kind: kind, key: key, value: value, slot: slot, generation: generation,
            position: position, expiry: expiry)
    }

    private func ranged(
        _ kind: RecordKind, _ cursor: inout LineCursor
    ) throws(RecordFailure) -> Record {
        let first = try slot(&cursor)
        var last = first
        if cursor.take(",\"t\":") {
            last = try slot(&cursor)
            guard last > first else { throw RecordFailure(.number, offset: cursor.index) }
        }
        var record = Record(kind, slots: first...last)
        if kind == .mark { (record.generation, record.position) = try version(&cursor) }
        try end(cursor)
        return record
    }

    @inline(__always)
    private func slot(_ cursor: inout LineCursor) throws(RecordFailure) -> Int {
        let slot = try cursor.number()
        guard slot < Slots.count else {
            throw RecordFailure(.number, offset: cursor.index)
        }
        return slot
    }

    @inline(__always)
    private func version(
        _ cursor: inout LineCursor
    ) throws(RecordFailure) -> (generation: Int, position: Int) {
        try cursor.expect(",\"g\":")
        let generation = try cursor.number()
        try cursor.expect(",\"p\":")
        return (generation, try cursor.number())
    }

    @inline(__always)
    private func end(_ cursor: LineCursor) throws(RecordFailure) {
        guard cursor.isAtEnd else { throw RecordFailure(.syntax, offset: cursor.index) }
    }
}
