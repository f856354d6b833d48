/// Matches bytes against Redis's patterns: `*`, `?`, `[a-z]`, `[^a-z]`, and `\` before any of them.
///
/// Each star tries again from its own place and forgets the stars before it: what an earlier star
/// could gain by taking more, the last one gains as well. So there is no recursion, and time is at
/// most the product of the two lengths.
public struct Glob: Sendable, Equatable {
    /// The longest pattern that a client may ask for: as long as a key may be by default.
    public static let patternBytesMax = ValueLimits().keyBytesMax
    /// The error that it gets for a longer one.
    public static let patternTooLong: StaticString =
        "ERR pattern exceeds maximum allowed size (65536 bytes)"

    private let pattern: [UInt8]

    /// Whether every run of bytes matches, so that a caller need not ask.
    public var matchesEverything: Bool { !pattern.isEmpty && pattern.allSatisfy { $0 == star } }

    /// Makes a matcher.
    ///
    /// - Parameter pattern: the pattern's bytes; any are allowed. A class that is not closed ends
    ///   with the pattern, and a last `\` stands for itself.
    public init(_ pattern: UnsafeRawBufferPointer) { self.pattern = Array(pattern) }

    /// Makes a matcher.
    ///
    /// - Parameter pattern: the pattern as text.
    public init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// Whether all of the bytes match the pattern.
    ///
    /// - Parameter bytes: a key, or any bytes.
    /// - Returns: whether they match.
    public func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        pattern.withUnsafeBufferPointer { matches($0, bytes) }
    }

    private func matches(
        _ pattern: UnsafeBufferPointer<UInt8>, _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        var place = 0
        var index = 0
        var retryPlace = -1
        var retryIndex = 0
        while true {
            if place < pattern.count && pattern[place] == star {
                place += 1
                if place == pattern.count { return true }
                retryPlace = place
                retryIndex = index
                continue
            }
            if index == bytes.count { return place == pattern.count }
            if place < pattern.count, let next = matchOne(pattern, place, bytes[index]) {
                place = next
                index += 1
            } else if retryPlace >= 0 {
                retryIndex += 1
                index = retryIndex
                place = retryPlace
            } else {
                return false
            }
        }
    }

    /// Where the pattern goes on when its element at `place`, no star, matches a byte; else nil.
    private func matchOne(
        _ pattern: UnsafeBufferPointer<UInt8>, _ place: Int, _ byte: UInt8
    ) -> Int? {
        switch pattern[place] {
        case UInt8(ascii: "?"): return place + 1
        case UInt8(ascii: "["): return matchClass(pattern, place + 1, byte)
        case backslash where place + 1 < pattern.count:
            return pattern[place + 1] == byte ? place + 2 : nil
        default: return pattern[place] == byte ? place + 1 : nil
        }
    }

    /// The same for a class whose `[` is before `place`.
    private func matchClass(
        _ pattern: UnsafeBufferPointer<UInt8>, _ place: Int, _ byte: UInt8
    ) -> Int? {
        var place = place
        let isNegated = place < pattern.count && pattern[place] == UInt8(ascii: "^")
        if isNegated { place += 1 }
        var isFound = false
        while place < pattern.count && pattern[place] != UInt8(ascii: "]") {
            if pattern[place] == backslash && place + 1 < pattern.count {
                isFound = isFound || pattern[place + 1] == byte
                place += 2
            } else if place + 2 < pattern.count && pattern[place + 1] == UInt8(ascii: "-") {
                let ends = (pattern[place], pattern[place + 2])
                isFound = isFound || (min(ends.0, ends.1)...max(ends.0, ends.1)).contains(byte)
                place += 3
            } else {
                isFound = isFound || pattern[place] == byte
                place += 1
            }
        }
        return isFound != isNegated ? min(place + 1, pattern.count) : nil
    }
}

private let star = UInt8(ascii: "*")
private let backslash = UInt8(ascii: "\\")
