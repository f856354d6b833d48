import Bytes

/// Any line of JSON with a checksum at its end, as the log's lines have it: for other files.
public enum SealedLine {
    /// Closes a line: appends the checksum of what was written of it, `}` and a line feed.
    ///
    /// - Parameters:
    ///   - output: ends with a JSON object that has fields and is not closed.
    ///   - start: where in `output` that object begins.
    public static func close(_ output: OutputBuffer, from start: Int) {
        let sum = Checksum.xxh64(output.bytes(in: start..<output.count))
        output.append(",\"c\":\"")
        output.append(hexadecimal: sum, digits: 16)
        output.append("\"}\n")
    }

    /// What was written of a line before it was closed.
    ///
    /// - Parameter line: a line without its line feed.
    /// - Returns: the bytes before the checksum; a view of the line.
    /// - Throws: that the line is incomplete or its checksum wrong.
    public static func content(
        of line: UnsafeRawBufferPointer
    ) throws(RecordFailure) -> UnsafeRawBufferPointer {
        _ = try LineCursor(line)
        return UnsafeRawBufferPointer(rebasing: line.dropLast(closingCount))
    }
}
