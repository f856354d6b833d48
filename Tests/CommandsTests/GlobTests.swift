import Commands
import Testing

@Suite("Glob")
struct GlobTests {
    private func matches(_ pattern: String, _ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { Glob(pattern).matches($0) }
    }

    /// Patterns with what a redis-server 7.0.15 matches with them, and what not.
    static let table: [(pattern: String, yes: [String], no: [String])] = [
        ("", [""], ["a"]),
        ("abc", ["abc"], ["ab", "abcd", "Abc", ""]),
        ("*", ["", "a", "abc"], []),
        ("a*", ["a", "ab", "a*"], ["", "ba"]),
        ("*a", ["a", "ba", "aa"], ["", "ab"]),
        ("a*b*c", ["abc", "aXbYc", "abbc", "abcbc"], ["abcd", "acb", "ab"]),
        ("**a**", ["a", "bab"], ["", "b"]),
        ("?", ["a", "*"], ["", "ab"]),
        ("a?c", ["abc", "a?c"], ["ac", "abbc"]),
        ("*?*", ["a", "abc"], [""]),
        ("[abc]", ["a", "b", "c"], ["d", "", "ab"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
        ("[c-a]", ["a", "b", "c"], ["d"]),
        ("[^a-c]", ["d", "^"], ["a", "c", ""]),
        ("[a^]", ["a", "^"], ["b"]),
        ("[a-]", ["a", "]", "^"], ["b", "-"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[]a]", [], ["a", "]", "]a]", "a]"]),
        ("[\\]]", ["]"], ["\\", "a"]),
        ("[\\-a]", ["-", "a"], ["\\"]),
        ("[abc", ["a", "b", "c"], ["d", "[abc"]),
        ("[", [], ["[", "a"]),
        ("[^", ["a", "^", "["], [""]),
        ("[a-c", ["a", "b", "c"], ["-", "d"]),
        ("\\*", ["*"], ["a", "\\*", "\\"]),
        ("a\\?b", ["a?b"], ["acb"]),
        ("\\[a]", ["[a]"], ["a"]),
        ("a\\", ["a\\"], ["a"]),
        ("\\a", ["a"], ["\\a"]),
        ("*[0-9]", ["user:7", "1"], ["user:", "7x"]),
        ("user:*:name", ["user:1:name", "user::name"], ["user:name", "user:1:names"]),
    ]

    @Test("patterns match as in Redis")
    func redis() {
        for (pattern, yes, no) in Self.table {
            for text in yes { #expect(matches(pattern, text), "\(pattern) \(text)") }
            for text in no { #expect(!matches(pattern, text), "\(pattern) \(text)") }
        }
    }

    @Test("bytes are compared, not characters")
    func bytes() {
        let glob = [UInt8](arrayLiteral: 0xC3, 0x2A).withUnsafeBytes { Glob($0) }
        #expect([UInt8](arrayLiteral: 0xC3, 0x00, 0xFF).withUnsafeBytes { glob.matches($0) })
        #expect(!matches("?", "é"))
        #expect(matches("??", "é"))
    }

    @Test("many stars take no more time than the product of the lengths")
    func stars() {
        let pattern = String(repeating: "a*", count: 500) + "b"
        let text = String(repeating: "a", count: 20_000)
        #expect(!matches(pattern, text))
        #expect(matches(pattern, text + "b"))
    }

    @Test("only stars match everything")
    func everything() {
        #expect(Glob("*").matchesEverything && Glob("***").matchesEverything)
        #expect(!Glob("").matchesEverything && !Glob("*a").matchesEverything)
    }
}
