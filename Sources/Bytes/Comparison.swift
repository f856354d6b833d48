#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether two runs of bytes are equal; never by Unicode, so NFC and NFD differ.
@inlinable
public func bytesEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let first = left.baseAddress, let second = right.baseAddress else { return true }
    return memcmp(first, second, left.count) == 0
}

/// Whether bytes equal a lower-case ASCII literal when their ASCII letters are lowered.
@inlinable
public func bytesEqualIgnoringCase(
    _ bytes: UnsafeRawBufferPointer, _ lowercase: StaticString
) -> Bool {
    guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
    let expected = lowercase.utf8Start
    for index in 0..<bytes.count {
        let byte = bytes[index]
        let lowered = byte >= 65 && byte <= 90 ? byte | 32 : byte
        if lowered != expected[index] { return false }
    }
    return true
}

/// The decimal number that the bytes spell, or nil when they spell none that fits.
///
/// Accepts what Redis accepts: an optional minus, no plus, no leading zero, no blank.
@inlinable
public func parseDecimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    let count = bytes.count
    guard count > 0, count <= 20 else { return nil }
    let negative = bytes[0] == UInt8(ascii: "-")
    if negative { index = 1 }
    guard index < count else { return nil }
    if bytes[index] == UInt8(ascii: "0") { return count == 1 ? 0 : nil }
    var value = 0
    while index < count {
        let digit = bytes[index] &- 48
        guard digit < 10 else { return nil }
        let (scaled, scaleOverflow) = value.multipliedReportingOverflow(by: 10)
        if scaleOverflow { return nil }
        let (next, addOverflow) =
            negative
            ? scaled.subtractingReportingOverflow(Int(digit))
            : scaled.addingReportingOverflow(Int(digit))
        if addOverflow { return nil }
        value = next
        index &+= 1
    }
    return value
}
