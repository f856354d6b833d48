/// How the keys of a bench are called: a prefix and a number, so that all are of one length.
enum KeyNames {
    /// Digits of the number.
    static let digits = 12
    /// What the keys of every run begin with.
    static let commonPrefix = "bench:"
    /// Letters by which the keys of two runs are told apart.
    private static let tagLetters = 6

    /// A prefix that no other run has: runs side by side would delete each other's keys.
    static func ownPrefix() -> String {
        let tag = (0..<tagLetters).map { _ in Character.random }
        return commonPrefix + String(tag) + ":"
    }

    /// Bytes of a key with a prefix of its run's own.
    static let ownBytes = commonPrefix.utf8.count + tagLetters + 1 + digits

    /// The whole key of a number.
    static func name(_ number: Int, prefix: String) -> String {
        let text = String(number)
        return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension Character {
    fileprivate static var random: Character {
        Character(UnicodeScalar(UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"))))
    }
}
