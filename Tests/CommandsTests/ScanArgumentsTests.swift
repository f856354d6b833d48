import Commands
import RESP
import Testing

@Suite("ScanArguments")
struct ScanArgumentsTests {
    private func scan(_ command: String) throws(ScanArguments.Failure) -> ScanArguments {
        let words = command.split(separator: " ").map { Array($0.utf8) }
        let result = withArguments(words) { arguments in
            Result { () throws(ScanArguments.Failure) in try ScanArguments(arguments) }
        }
        return try result.get()
    }

    @Test("options may come in any order and case, and the last one counts")
    func options() throws {
        let plain = try scan("SCAN 0")
        #expect(plain.cursor == 0 && plain.count == 10)
        #expect(plain.pattern == nil && plain.isTypePossible)
        let full = try scan("SCAN 18446744073709551615 count 1 MATCH a* COUNT 500 type STRING")
        #expect(full.cursor == .max)
        #expect(full.count == 500)
        #expect(full.pattern == Glob("a*"))
        #expect(full.isTypePossible)
        #expect(try !scan("SCAN 0 TYPE list").isTypePossible)
        #expect(try scan("SCAN 0 MATCH *").pattern == nil)
    }

    @Test(
        "what cannot be understood is refused in Redis's words",
        arguments: [
            ("SCAN x", ScanArguments.Failure.invalidCursor), ("SCAN -1", .invalidCursor),
            ("SCAN 1x", .invalidCursor), ("SCAN 18446744073709551616", .invalidCursor),
            ("SCAN 0 MATCH", .syntax), ("SCAN 0 COUNT", .syntax), ("SCAN 0 COUNT 0", .syntax),
            ("SCAN 0 COUNT -5", .syntax), ("SCAN 0 COUNT x", .notANumber),
            ("SCAN 0 COUNT 9223372036854775808", .notANumber), ("SCAN 0 LIMIT 5", .syntax),
        ])
    func refused(_ command: String, _ failure: ScanArguments.Failure) {
        #expect(throws: failure) { try scan(command) }
        #expect("\(failure.text)".hasPrefix("ERR "))
    }

    @Test("a pattern may be as long as a key")
    func longPattern() throws {
        let longest = String(repeating: "a", count: Glob.patternBytesMax)
        #expect(try scan("SCAN 0 MATCH \(longest)").pattern == Glob(longest))
        #expect(throws: ScanArguments.Failure.patternTooLong) {
            try scan("SCAN 0 MATCH \(longest)a")
        }
    }
}
