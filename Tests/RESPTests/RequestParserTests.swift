import RESP
import Testing

@Suite("RequestParser")
struct RequestParserTests {
    /// Pipelines that hold every form of request, and what is passed over between requests.
    static let pipelines: [[UInt8]] = [
        multibulk("PING"),
        multibulk("SET", "key", "value") + multibulk("GET", "key") + multibulk("DEL", "key"),
        multibulk([Array("SET".utf8), [], [0, 255, 13, 10, 36, 42]]) + multibulk("ECHO", ""),
        Array("\r\n\n*0\r\n*-1\r\n\0\0PING\n*1\r\n$4\r\nPING\r\n \t\r\nGET  a\r\n".utf8),
        Array("SET \"a b\" 'c\\'d' \"\\x41\\n\\\"\"\r\nSET a\"b c\"\n".utf8)
            + multibulk("GET", "a"),
        multibulk([Array("SET".utf8), Array("k".utf8), Array(repeating: 120, count: 700)]),
        multibulk((0..<40).map { Array("argument \($0)".utf8) }) + Array("QUIT\r\n".utf8),
    ]

    @Test("bytes that come one by one give the same requests", arguments: pipelines)
    func drip(_ bytes: [UInt8]) {
        let whole = parse(bytes)
        #expect(whole.failure == nil && !whole.requests.isEmpty)
        #expect(parse(bytes, pieces: Array(repeating: 1, count: bytes.count)) == whole)
    }

    @Test("a cut at any place gives the same requests", arguments: pipelines)
    func split(_ bytes: [UInt8]) {
        let whole = parse(bytes)
        for cut in 1..<bytes.count { #expect(parse(bytes, pieces: [cut]) == whole) }
    }

    @Test("batches of any size give the same requests", arguments: [2, 3, 64])
    func batches(_ size: Int) {
        let bytes = Array(Self.pipelines.joined())
        let whole = parse(bytes)
        #expect(whole.requests.count == 15)
        #expect(parse(bytes, batch: size) == whole)
        for cut in stride(from: 1, to: bytes.count, by: 7) {
            #expect(parse(bytes, pieces: [cut, 5], batch: size) == whole)
        }
    }

    @Test("what asks for nothing is passed over")
    func nothing() {
        let outcome = parse(Self.pipelines[3])
        #expect(outcome.requests.map(\.texts) == [["PING"], ["PING"], ["GET", "a"]])
    }

    @Test("quotes in a line are resolved as Redis does")
    func quotes() {
        let outcome = parse(Self.pipelines[4])
        let expected = [["SET", "a b", "c'd", "A\n\""], ["SET", "ab c"], ["GET", "a"]]
        #expect(outcome.requests.map(\.texts) == expected)
        let escapes = parse(Array("ECHO \"\\a\\b\\r\\t\\q\\xzz\\x0G\\\\\" '\\n'\n".utf8))
        let bytes: [UInt8] = [7, 8, 13, 9] + Array("qxzzx0G\\".utf8)
        #expect(escapes.requests == [[Array("ECHO".utf8), bytes, Array("\\n".utf8)]])
    }

    @Test("a value may be any bytes and much longer than one read")
    func largeValue() {
        let value = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = multibulk([Array("SET".utf8), Array("k".utf8), value]) + multibulk("PING")
        let outcome = parse(bytes, pieces: Array(repeating: 65_536, count: 5))
        #expect(outcome.requests.count == 2)
        #expect(outcome.requests.first?.last == value)
    }

    @Test("the hint says how much of an argument is lacking")
    func hint() {
        let parser = RequestParser()
        let begin = Array("*2\r\n$3\r\nGET\r\n$1000\r\nabc".utf8)
        let step = begin.withUnsafeBytes { parser.next($0) }
        #expect(step == .needMore(hint: 1000 - 3 + 2))
        #expect(parser.consumed == 0)
    }

    @Test("a view may be shortened at both ends")
    func views() {
        let parser = RequestParser()
        multibulk("MSET", "a", "1", "b", "2").withUnsafeBytes { bytes in
            #expect(parser.next(bytes) == .request)
            let second = parser.arguments.dropFirst(2)
            #expect(second.count == 3)
            #expect(second.text(1) == "b" && second.text(2) == "2")
            #expect(parser.arguments.prefix(2).count == 2)
            #expect(parser.arguments.prefix(2).text(1) == "a")
        }
    }

    @Test("a longer list of arguments than memory is kept for is parsed, and the next one too")
    func manyArguments() {
        let many = (0..<20_000).map { Array("\($0)".utf8) }
        let bytes = multibulk(many) + multibulk("PING") + multibulk(many)
        let outcome = parse(bytes, pieces: Array(repeating: 50_000, count: 10))
        #expect(outcome.requests == [many, [Array("PING".utf8)], many])
    }
}
