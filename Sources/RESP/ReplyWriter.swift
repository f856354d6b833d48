import Bytes

/// The protocol version that a connection speaks.
public enum ProtocolVersion: UInt8, Sendable, CaseIterable {
    /// RESP2, what every connection begins with.
    case two = 2
    /// RESP3, after `HELLO 3`.
    case three = 3
}

/// Writes replies into a buffer, in the protocol version of the connection.
///
/// Aggregates are written as a header followed by their elements: after ``array(_:)`` with 3 come
/// three replies, after ``map(_:)`` with 3 come six.
public struct ReplyWriter {
    /// Where the bytes go.
    public let buffer: OutputBuffer
    /// What the connection speaks.
    public let version: ProtocolVersion

    /// Makes a writer; copying and making one costs nothing.
    ///
    /// - Parameters:
    ///   - buffer: where the bytes go.
    ///   - version: what the connection speaks.
    @inlinable
    public init(_ buffer: OutputBuffer, _ version: ProtocolVersion = .two) {
        self.buffer = buffer
        self.version = version
    }

    // MARK: Scalars

    /// `+OK`.
    @inlinable
    public func ok() { buffer.append("+OK\r\n") }

    /// A simple string that is known to hold neither CR nor LF.
    @inlinable
    public func simple(_ text: StaticString) {
        buffer.append("+")
        buffer.append(text)
        buffer.append("\r\n")
    }

    /// A simple string; CR and LF in it become blanks.
    public func simple(_ text: String) { line("+", text) }

    /// An error whose text begins with its code, such as `ERR syntax error`.
    @inlinable
    public func error(_ text: StaticString) {
        buffer.append("-")
        buffer.append(text)
        buffer.append("\r\n")
    }

    /// An error whose text begins with its code; CR and LF in it become blanks.
    public func error(_ text: String) { line("-", text) }

    /// A number.
    @inlinable
    public func integer(_ value: Int) {
        buffer.append(UInt8(ascii: ":"))
        buffer.append(decimal: value)
        buffer.append("\r\n")
    }

    /// A string of any bytes.
    @inlinable
    public func bulk(_ bytes: UnsafeRawBufferPointer) {
        buffer.append(UInt8(ascii: "$"))
        buffer.append(decimal: bytes.count)
        buffer.append("\r\n")
        buffer.append(bytes)
        buffer.append("\r\n")
    }

    /// A string from text; for cold paths.
    public func bulk(_ text: String) {
        var text = text
        text.withUTF8 { bulk(UnsafeRawBufferPointer($0)) }
    }

    /// A string from a byte array; for cold paths.
    public func bulk(_ bytes: [UInt8]) { bytes.withUnsafeBytes { bulk($0) } }

    /// A number as a string.
    public func bulk(decimal value: Int) { bulk(String(value)) }

    /// Nothing: the key is absent, the condition did not hold.
    @inlinable
    public func null() {
        if version == .two { buffer.append("$-1\r\n") } else { buffer.append("_\r\n") }
    }

    /// Nothing, where a list would have been.
    public func nullArray() {
        if version == .two { buffer.append("*-1\r\n") } else { buffer.append("_\r\n") }
    }

    /// A truth value; 1 or 0 in RESP2.
    public func boolean(_ value: Bool) {
        if version == .two {
            integer(value ? 1 : 0)
        } else if value {
            buffer.append("#t\r\n")
        } else {
            buffer.append("#f\r\n")
        }
    }

    /// A floating-point number; a string in RESP2.
    public func double(_ value: Double) {
        let text = decimalText(value)
        if version == .two {
            bulk(text)
        } else {
            buffer.append(",")
            buffer.append(text)
            buffer.append("\r\n")
        }
    }

    /// Text for people with a format of three characters, such as `txt`; a string in RESP2.
    ///
    /// - Parameters:
    ///   - text: what people read.
    ///   - format: `txt` or `mkd`.
    public func verbatim(_ text: String, format: StaticString = "txt") {
        guard version == .three else { return bulk(text) }
        precondition(format.utf8CodeUnitCount == 3)
        buffer.append("=")
        buffer.append(decimal: text.utf8.count + 4)
        buffer.append("\r\n")
        buffer.append(format)
        buffer.append(":")
        buffer.append(text)
        buffer.append("\r\n")
    }

    // MARK: Aggregates

    /// Begins an array.
    ///
    /// - Parameter count: elements that follow, 0 or more.
    @inlinable
    public func array(_ count: Int) { header(UInt8(ascii: "*"), count) }

    /// Begins a map; in RESP2 an array of twice as many elements.
    ///
    /// - Parameter count: pairs that follow, 0 or more.
    @inlinable
    public func map(_ count: Int) {
        if version == .two {
            header(UInt8(ascii: "*"), count * 2)
        } else {
            header(UInt8(ascii: "%"), count)
        }
    }

    /// Begins a set; an array in RESP2.
    ///
    /// - Parameter count: elements that follow, 0 or more.
    public func set(_ count: Int) {
        header(version == .two ? UInt8(ascii: "*") : UInt8(ascii: "~"), count)
    }

    /// Begins an out-of-band message; an array in RESP2.
    ///
    /// - Parameter count: elements that follow, 0 or more.
    public func push(_ count: Int) {
        header(version == .two ? UInt8(ascii: "*") : UInt8(ascii: ">"), count)
    }

    /// An array of strings; for cold paths.
    public func strings(_ texts: [String]) {
        array(texts.count)
        for text in texts { bulk(text) }
    }

    @inlinable
    func header(_ marker: UInt8, _ count: Int) {
        buffer.append(marker)
        buffer.append(decimal: count)
        buffer.append("\r\n")
    }

    private func line(_ marker: StaticString, _ text: String) {
        buffer.append(marker)
        for byte in text.utf8 {
            buffer.append(byte == 13 || byte == 10 ? UInt8(ascii: " ") : byte)
        }
        buffer.append("\r\n")
    }

    private func decimalText(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return String(value)
    }
}
