import Bytes
import RESP
import Testing

@Suite("ReplyWriter")
struct ReplyWriterTests {
    private func written(_ version: ProtocolVersion, _ body: (ReplyWriter) -> Void) -> String {
        let buffer = OutputBuffer()
        defer { buffer.deallocate() }
        body(ReplyWriter(buffer, version))
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    private func expect(
        _ two: String, _ three: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (ReplyWriter) -> Void
    ) {
        #expect(written(.two, body) == two, sourceLocation: sourceLocation)
        #expect(written(.three, body) == three, sourceLocation: sourceLocation)
    }

    @Test("scalars that both versions spell alike")
    func common() {
        expect("+OK\r\n", "+OK\r\n") { $0.ok() }
        expect("+PONG\r\n", "+PONG\r\n") { $0.simple("PONG") }
        expect(":-42\r\n", ":-42\r\n") { $0.integer(-42) }
        expect(":-9223372036854775808\r\n", ":-9223372036854775808\r\n") { $0.integer(.min) }
        expect("$5\r\na\r\nbc\r\n", "$5\r\na\r\nbc\r\n") { $0.bulk("a\r\nbc") }
        expect("$0\r\n\r\n", "$0\r\n\r\n") { $0.bulk([]) }
        expect("$2\r\n-7\r\n", "$2\r\n-7\r\n") { $0.bulk(decimal: -7) }
    }

    @Test("CR and LF cannot end a status or an error early")
    func lineEnds() {
        let text = "ERR a\r\nb\r\n+OK"
        expect("-ERR a  b  +OK\r\n", "-ERR a  b  +OK\r\n") { $0.error(text) }
        expect("+ERR a  b  +OK\r\n", "+ERR a  b  +OK\r\n") { $0.simple(text) }
    }

    @Test("what RESP2 has no type for takes its nearest form")
    func versions() {
        expect("$-1\r\n", "_\r\n") { $0.null() }
        expect("*-1\r\n", "_\r\n") { $0.nullArray() }
        expect(":1\r\n:0\r\n", "#t\r\n#f\r\n") {
            $0.boolean(true)
            $0.boolean(false)
        }
        expect("*3\r\n", "*3\r\n") { $0.array(3) }
        expect("*4\r\n", "%2\r\n") { $0.map(2) }
        expect("*2\r\n", "~2\r\n") { $0.set(2) }
        expect("*2\r\n", ">2\r\n") { $0.push(2) }
        expect("$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n") { $0.verbatim("hi") }
    }

    @Test(
        "floating-point numbers",
        arguments: [
            (0.0, "0"), (1.5, "1.5"), (-3, "-3"), (.infinity, "inf"), (-.infinity, "-inf"),
            (.nan, "nan"), (1e300, "1e+300"), (0.1, "0.1"),
        ] as [(Double, String)])
    func doubles(_ value: Double, _ text: String) {
        expect("$\(text.utf8.count)\r\n\(text)\r\n", ",\(text)\r\n") { $0.double(value) }
    }
}
