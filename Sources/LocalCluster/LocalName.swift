/// The rule for names that become file names: of clusters and of nodes.
public enum LocalName {
    /// The most characters a name may have.
    public static let charactersMax = 32

    /// Why the name cannot be used, or nil when it can.
    ///
    /// Letters, digits, `-`, `_` and `.` of ASCII; the first is a letter or a digit, so that a name
    /// is never an option, a hidden file or a way out of the folder.
    public static func complaint(about name: String) -> String? {
        let bytes = name.utf8
        guard let first = bytes.first else { return "a name has at least one character" }
        guard bytes.count <= charactersMax else {
            return "a name has at most \(charactersMax) characters"
        }
        guard isLetterOrDigit(first) else { return "a name begins with a letter or a digit" }
        for byte in bytes where !isLetterOrDigit(byte) && !"-_.".utf8.contains(byte) {
            return "a name has only letters, digits, '-', '_' and '.'"
        }
        return nil
    }

    /// The name, if it can be used.
    ///
    /// - Throws: ``LocalClusterError/badName(name:why:)``.
    public static func validated(_ name: String) throws(LocalClusterError) -> String {
        if let why = complaint(about: name) { throw .badName(name: name, why: why) }
        return name
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
