import Bytes
import RESP
import Testing

@Suite("ReplyParser")
struct ReplyParserTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let text: String
        let value: RESPValue
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ value: RESPValue) {
            self.text = text
            self.value = value
        }
    }

    static let examples: [Example] = [
        Example("+OK\r\n", .simple("OK")),
        Example("-ERR no\r\n", .error("ERR no")),
        Example(":-42\r\n", .integer(-42)),
        Example(":+7\r\n", .integer(7)),
        Example("$5\r\na\r\nbc\r\n", .bulk(Array("a\r\nbc".utf8))),
        Example("$0\r\n\r\n", .bulk([])),
        Example("$-1\r\n", .null),
        Example("*-1\r\n", .null),
        Example("_\r\n", .null),
        Example("#t\r\n", .boolean(true)),
        Example("#f\r\n", .boolean(false)),
        Example(",1.5\r\n", .double(1.5)),
        Example(",-inf\r\n", .double(-.infinity)),
        Example(
            "(-123456789012345678901234567890\r\n",
            .bigNumber("-123456789012345678901234567890")),
        Example("!7\r\nERR a\r\n\r\n", .error("ERR a\r\n")),
        Example("=6\r\ntxt:hi\r\n", .verbatim(format: "txt", text: Array("hi".utf8))),
        Example("*0\r\n", .array([])),
        Example("%0\r\n", .map([])),
        Example(
            "*3\r\n:1\r\n*2\r\n+a\r\n$-1\r\n*0\r\n",
            .array([.integer(1), .array([.simple("a"), .null]), .array([])])),
        Example(
            "%2\r\n+a\r\n:1\r\n$1\r\nb\r\n~1\r\n#t\r\n",
            .map([
                RESPPair(key: .simple("a"), value: .integer(1)),
                RESPPair(key: .bulk([98]), value: .set([.boolean(true)])),
            ])),
        Example(
            ">2\r\n+invalidate\r\n*1\r\n+k\r\n",
            .push([.simple("invalidate"), .array([.simple("k")])])),
        Example("|1\r\n+ttl\r\n:3600\r\n:5\r\n", .integer(5)),
        Example(
            "|0\r\n|1\r\n+a\r\n*1\r\n:1\r\n*2\r\n|1\r\n+b\r\n+c\r\n:1\r\n:2\r\n",
            .array([.integer(1), .integer(2)])),
    ]

    /// Feeds bytes in two pieces and expects one reply and the bytes behind it.
    private func read(_ bytes: [UInt8], cut: Int) -> ReplyParser.Step {
        var parser = ReplyParser()
        if cut > 0 {
            let step = Array(bytes[..<cut]).withUnsafeBytes { parser.next($0) }
            guard case .needMore(let hint) = step else { return step }
            #expect(hint > 0 && hint <= bytes.count - cut)
        }
        return bytes.withUnsafeBytes { parser.next($0) }
    }

    @Test("each type is read, wherever it is cut", arguments: examples)
    func types(_ example: Example) {
        let bytes = Array(example.text.utf8)
        for cut in 0..<bytes.count {
            #expect(read(bytes, cut: cut) == .value(example.value, bytes: bytes.count))
        }
    }

    @Test("replies that come one by one, byte by byte, and back to back")
    func stream() {
        let bytes = Self.examples.flatMap { Array($0.text.utf8) }
        var parser = ReplyParser()
        var scanner = ReplyScanner()
        var values: [RESPValue] = []
        var begin = 0
        for end in 1...bytes.count {
            let piece = Array(bytes[begin..<end])
            let scanned = piece.withUnsafeBytes { scanner.next($0) }
            switch piece.withUnsafeBytes({ parser.next($0) }) {
            case .needMore(let hint): #expect(scanned == .needMore(hint: hint))
            case .failure(let failure): Issue.record("\(failure)")
            case .value(let value, let count):
                #expect(scanned == .complete(bytes: count))
                values.append(value)
                begin += count
            }
        }
        #expect(values == Self.examples.map(\.value))
        #expect(begin == bytes.count)
    }

    @Test(
        "what is no reply is refused, and stays so",
        arguments: [
            ("?\r\n", ReplyFailure.unknownType(63)), ("\r\n", .unknownType(13)),
            ("$x\r\n", .invalidLength), ("$-2\r\n", .invalidLength), ("%-1\r\n", .invalidLength),
            ("$?\r\n", .invalidLength), ("*18446744073709551617\r\n", .invalidLength),
            ("=-1\r\n", .invalidLength), ("*67108865\r\n", .limitExceeded),
            ("$536870913\r\n", .limitExceeded), ("*9223372036854775807\r\n", .limitExceeded),
            (":1x\r\n", .invalidScalar), (":\r\n", .invalidScalar), ("#x\r\n", .invalidScalar),
            ("#\r\n", .invalidScalar), (",x\r\n", .invalidScalar), ("(-\r\n", .invalidScalar),
            ("=3\r\ntxt\r\n", .invalidScalar), ("=4\r\nabcd\r\n", .invalidScalar),
            ("$1\r\naxx", .missingLineEnd), ("+OK\rx", .missingLineEnd),
        ])
    func refused(_ text: String, _ failure: ReplyFailure) {
        var parser = ReplyParser()
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { parser.next($0) } == .failure(failure))
        #expect(bytes.withUnsafeBytes { parser.next($0) } == .failure(failure))
    }

    @Test("nesting, lines and whole replies are bounded")
    func limits() {
        var limits = ReplyLimits()
        limits.depthMax = 4
        limits.lineBytesMax = 20
        limits.totalBytesMax = 60
        func step(_ text: String) -> ReplyParser.Step {
            var parser = ReplyParser(limits: limits)
            return Array(text.utf8).withUnsafeBytes { parser.next($0) }
        }
        func nested(_ depth: Int) -> String { String(repeating: "*1\r\n", count: depth) + ":1\r\n" }
        guard case .value = step(nested(4)) else {
            Issue.record("four lists in each other are allowed")
            return
        }
        #expect(step(nested(5)) == .failure(.limitExceeded))
        #expect(step("+" + String(repeating: "a", count: 20)) == .failure(.limitExceeded))
        #expect(step("$60\r\n") == .failure(.limitExceeded))
        #expect(step(String(repeating: "|0\r\n", count: 16)) == .failure(.limitExceeded))
        #expect(
            step("*20\r\n" + String(repeating: ":1\r\n", count: 20)) == .failure(.limitExceeded))
    }

    @Test("a very long run of attributes does not exhaust the stack")
    func attributes() {
        let bytes = Array((String(repeating: "|1\r\n+a\r\n+b\r\n", count: 100_000) + ":1\r\n").utf8)
        var parser = ReplyParser()
        let step = bytes.withUnsafeBytes { parser.next($0) }
        #expect(step == .value(.integer(1), bytes: bytes.count))
    }

    @Test("mutated replies never break it, however they are cut")
    func fuzz() {
        var random = SplitMix64(seed: 7)
        let telling = Array("+-:$*_#,(!=%~>|0129\r\n".utf8)
        var limits = ReplyLimits()
        limits.depthMax = 6
        limits.bulkBytesMax = 300
        for round in 0..<50_000 {
            var bytes = Array(Self.examples.randomElement(using: &random)?.text.utf8 ?? "".utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                let byte = telling.randomElement(using: &random) ?? 0
                if Bool.random(using: &random) {
                    bytes[index] = byte
                } else {
                    bytes.insert(byte, at: index)
                }
            }
            var whole = ReplyParser(limits: limits)
            var cut = ReplyParser(limits: limits)
            let expected = bytes.withUnsafeBytes { whole.next($0) }
            var step = ReplyParser.Step.needMore(hint: 1)
            for end in 1...bytes.count {
                step = Array(bytes[..<end]).withUnsafeBytes { cut.next($0) }
                guard case .needMore = step else { break }
            }
            if !Self.agree(step, expected) {
                Issue.record("round \(round): \(bytes), \(step), \(expected)")
                return
            }
        }
    }

    /// Equality that lets NaN be itself.
    private static func agree(_ left: ReplyParser.Step, _ right: ReplyParser.Step) -> Bool {
        left == right || "\(left)" == "\(right)"
    }
}
