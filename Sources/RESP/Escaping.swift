import Bytes

/// Appends one byte as printable ASCII: itself, or `\xNN` when it is a control or above ASCII.
///
/// What a client sent goes back to it, into logs and onto terminals only in this form.
///
/// - Parameters:
///   - byte: any byte.
///   - buffer: where it goes.
public func appendEscaped(_ byte: UInt8, to buffer: OutputBuffer) {
    if byte >= 32 && byte < 127 {
        buffer.append(byte)
    } else {
        buffer.append("\\x")
        buffer.append(hexadecimal: UInt64(byte), digits: 2)
    }
}

/// Appends the first bytes of what a client sent as printable ASCII; CR and LF become blanks.
///
/// - Parameters:
///   - bytes: any bytes.
///   - bytesMax: how many of them are shown at most.
///   - buffer: where they go.
public func appendEscaped(
    _ bytes: UnsafeRawBufferPointer, atMost bytesMax: Int, to buffer: OutputBuffer
) {
    for byte in bytes.prefix(max(bytesMax, 0)) {
        let isLineEnd = byte == 13 || byte == 10
        appendEscaped(isLineEnd ? UInt8(ascii: " ") : byte, to: buffer)
    }
}
