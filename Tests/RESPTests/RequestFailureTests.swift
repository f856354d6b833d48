import Bytes
import RESP
import Testing

/// Bytes that are no request, and why.
struct Malformed: CustomTestStringConvertible, Sendable {
    let text: String
    let failure: ProtocolFailure

    init(_ text: String, _ failure: ProtocolFailure) {
        self.text = text
        self.failure = failure
    }

    var testDescription: String { text.prefix(24).debugDescription }
}

@Suite("RequestParser refuses")
struct RequestFailureTests {
    static let longLine = String(repeating: "A", count: 65_537)
    static let table: [Malformed] = [
        Malformed("*+1\r\n", .invalidMultibulkLength),
        Malformed("*01\r\n", .invalidMultibulkLength),
        Malformed("*1x\r\n", .invalidMultibulkLength),
        Malformed("*\r\n", .invalidMultibulkLength),
        Malformed("* 1\r\n", .invalidMultibulkLength),
        Malformed("*-\r\n", .invalidMultibulkLength),
        Malformed("*1\rx", .invalidMultibulkLength),
        Malformed("*1\n$4\r\nPING\r\n", .invalidMultibulkLength),
        Malformed("*1048577\r\n", .invalidMultibulkLength),
        Malformed("*2147483648\r\n", .invalidMultibulkLength),
        Malformed("*9223372036854775808\r\n", .invalidMultibulkLength),
        Malformed("*18446744073709551617\r\n", .invalidMultibulkLength),
        Malformed("*" + String(repeating: "9", count: 400) + "\r\n", .invalidMultibulkLength),
        Malformed("*1\r\n$+4\r\n", .invalidBulkLength),
        Malformed("*1\r\n$04\r\n", .invalidBulkLength),
        Malformed("*1\r\n$-1\r\n", .invalidBulkLength),
        Malformed("*1\r\n$\r\n", .invalidBulkLength),
        Malformed("*1\r\n$4 \r\n", .invalidBulkLength),
        Malformed("*1\r\n$67174401\r\n", .invalidBulkLength),
        Malformed("*1\r\n$2147483648\r\n", .invalidBulkLength),
        Malformed("*1\r\n$9223372036854775807\r\n", .invalidBulkLength),
        Malformed("*1\r\n$9223372036854775808\r\n", .invalidBulkLength),
        Malformed("*1\r\n$18446744073709551617\r\n", .invalidBulkLength),
        Malformed("*1\r\n$" + String(repeating: "1", count: 400) + "\r\n", .invalidBulkLength),
        Malformed("*1\r\n$4\r\nPINGxx", .invalidBulkLength),
        Malformed("*1\r\n$4\r\nPING\n\n", .invalidBulkLength),
        Malformed("*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", .expectedBulk(got: UInt8(ascii: "f"))),
        Malformed("*1\r\nPING\r\n", .expectedBulk(got: UInt8(ascii: "P"))),
        Malformed("*1\r\n\r\n", .expectedBulk(got: 13)),
        Malformed("*1\r\n*1\r\n", .expectedBulk(got: UInt8(ascii: "*"))),
        Malformed("GET \"a\r\n", .unbalancedQuotes),
        Malformed("GET 'a\r\n", .unbalancedQuotes),
        Malformed("GET \"a\"b\r\n", .unbalancedQuotes),
        Malformed("GET 'a'b\r\n", .unbalancedQuotes),
        Malformed("GET \"a\\\"\r\n", .unbalancedQuotes),
        Malformed(longLine, .inlineTooLong),
        Malformed(longLine + "\r\n", .inlineTooLong),
        Malformed("*" + longLine, .multibulkCountTooLong),
        Malformed("*1\r\n$" + longLine, .bulkCountTooLong),
        Malformed("PING \0" + longLine + "\r\n", .inlineTooLong),
        Malformed("*1\0" + longLine + "\r\n", .multibulkCountTooLong),
        Malformed("*1\r\n$\0" + longLine + "\r\n", .bulkCountTooLong),
        Malformed("POST / HTTP/1.1\r\n", .httpRequest),
        Malformed("post x\r\n", .httpRequest),
        Malformed("Host: localhost\r\n", .httpRequest),
        Malformed("GET / HTTP/1.1\r\n", .httpRequest),
        Malformed("OPTIONS * http/1.0\r\n", .httpRequest),
        Malformed("\u{16}\u{03}\u{01}", .tlsHello),
    ]

    @Test("what is malformed, wherever it is cut, and stays refused", arguments: table)
    func malformed(_ example: Malformed) {
        let failure = example.failure
        let bytes = multibulk("PING") + Array(example.text.utf8)
        let whole = parse(bytes)
        #expect(whole == ParseOutcome(requests: [[Array("PING".utf8)]], failure: failure))
        let step = max(bytes.count / 16, 1)
        for cut in stride(from: 1, to: bytes.count, by: step) {
            #expect(parse(bytes, pieces: [cut]) == whole)
        }
        let parser = RequestParser()
        bytes.withUnsafeBytes { buffer in
            while case .request = parser.next(buffer) {}
            #expect(parser.next(buffer) == .failure(failure))
        }
    }

    @Test("the requests of a batch before the failure are delivered")
    func batchBeforeFailure() {
        let outcome = parse(multibulk("PING") + multibulk("PING") + Array("*x\r\n".utf8), batch: 8)
        #expect(outcome.requests.count == 2)
        #expect(outcome.failure == .invalidMultibulkLength)
    }

    @Test("a line of exactly the longest length is read")
    func longestLine() {
        let bytes = Array(Self.longLine.utf8.dropLast()) + [10]
        #expect(parse(bytes).requests.first?.first?.count == 65_536)
        let padded = Array(("*1" + Self.longLine).utf8.prefix(65_536)) + [13, 10]
        #expect(parse(padded).failure == .invalidMultibulkLength)
    }

    @Test("larger requests of clients that have not authenticated")
    func unauthenticated() {
        let limits = RequestLimits.unauthenticated
        func failure(_ text: String) -> ProtocolFailure? {
            parse(Array(text.utf8), limits: limits).failure
        }
        #expect(failure("*10\r\n") == nil)
        #expect(failure("*11\r\n") == .unauthenticatedMultibulkLength)
        #expect(failure("*2147483648\r\n") == .invalidMultibulkLength)
        #expect(failure("*1\r\n$16384\r\n") == nil)
        #expect(failure("*1\r\n$16385\r\n") == .unauthenticatedBulkLength)
        #expect(failure("*1\r\n$9223372036854775807\r\n") == .invalidBulkLength)
    }

    @Test("limits can be widened between two requests")
    func widened() {
        let bytes = multibulk("AUTH", "x") + multibulk(Array(repeating: [65], count: 11))
        let parser = RequestParser(limits: .unauthenticated)
        bytes.withUnsafeBytes { buffer in
            #expect(parser.next(buffer) == .request)
            parser.limits = RequestLimits()
            #expect(parser.next(buffer) == .request)
            #expect(parser.arguments.count == 11)
        }
    }

    @Test("one request that is larger than all may be, before its bytes have come")
    func tooLong() {
        var limits = RequestLimits()
        limits.totalBytesMax = 100
        func failure(_ bytes: [UInt8]) -> ProtocolFailure? { parse(bytes, limits: limits).failure }
        #expect(failure(Array("*1\r\n$90\r\n".utf8)) == .requestTooLong)
        #expect(failure(Array("*1\r\n$89\r\n".utf8)) == nil)
        #expect(failure(multibulk(Array(repeating: [], count: 30))) == .requestTooLong)
        limits.bulkBytesMax = .max
        #expect(failure(Array("*1\r\n$9223372036854775807\r\n".utf8)) == .requestTooLong)
        limits.totalBytesMax = .max
        #expect(failure(Array("*1\r\n$4294967296\r\n".utf8)) == .requestTooLong)
    }

    @Test(
        "with Redis's words",
        arguments: [
            (ProtocolFailure.inlineTooLong, "too big inline request"),
            (.unbalancedQuotes, "unbalanced quotes in request"),
            (.multibulkCountTooLong, "too big mbulk count string"),
            (.invalidMultibulkLength, "invalid multibulk length"),
            (.unauthenticatedMultibulkLength, "unauthenticated multibulk length"),
            (.bulkCountTooLong, "too big bulk count string"),
            (.expectedBulk(got: UInt8(ascii: "x")), "expected '$', got 'x'"),
            (.expectedBulk(got: 0x1B), "expected '$', got '\\x1b'"),
            (.invalidBulkLength, "invalid bulk length"),
            (.unauthenticatedBulkLength, "unauthenticated bulk length"),
        ])
    func words(_ failure: ProtocolFailure, _ words: String) {
        let reply = OutputBuffer()
        defer { reply.deallocate() }
        failure.writeReply(into: reply)
        #expect(
            String(decoding: reply.array(), as: UTF8.self) == "-ERR Protocol error: \(words)\r\n")
        #expect(failure.logText.hasPrefix("Protocol error: "))
    }

    @Test(
        "strangers without a word",
        arguments: [ProtocolFailure.requestTooLong, .httpRequest, .tlsHello])
    func silence(_ failure: ProtocolFailure) {
        let reply = OutputBuffer()
        defer { reply.deallocate() }
        failure.writeReply(into: reply)
        #expect(reply.isEmpty)
        #expect(!failure.logText.isEmpty)
    }
}
