/// How many bytes of a key or value are shown to people.
private let bytesShownMax = 40

/// Bytes for people: printable ASCII as it is, everything else escaped, long runs cut with their
/// length given.
func quoted(_ bytes: [UInt8]) -> String {
    var text = "\""
    for byte in bytes.prefix(bytesShownMax) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + character(byte)
        case 0x20...0x7E: text += character(byte)
        default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
    text += "\""
    return bytes.count > bytesShownMax ? text + "… (\(bytes.count) bytes)" : text
}

private func character(_ byte: UInt8) -> String { String(UnicodeScalar(byte)) }
