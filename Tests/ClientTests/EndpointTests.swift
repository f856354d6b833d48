import Client
import Testing

@Suite struct EndpointTests {
    @Test("addresses are read as they are written")
    func good() {
        #expect(Endpoint("127.0.0.1:7101") == Endpoint(host: "127.0.0.1", port: 7101))
        #expect(Endpoint(":7101") == Endpoint(host: "127.0.0.1", port: 7101))
        #expect(Endpoint("[::1]:65535") == Endpoint(host: "::1", port: 65_535))
        #expect(Endpoint("db.example:1")?.description == "db.example:1")
        #expect(Endpoint("[::1]:1")?.description == "[::1]:1")
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "7101", "host", "host:", "host:0", "host:65536", "host:-1", "host:+1", "host:1x",
            "::1:7101", "a b:1", "host:18446744073709551616", "http://host:1", "\u{1B}:1",
        ])
    func bad(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test("a scan cursor survives being written and read")
    func cursor() {
        #expect(ScanCursor("0") == .start)
        #expect(ScanCursor("12345")?.description == "12345")
        #expect(ScanCursor("2-77")?.description == "2-77")
        for text in ["", "-", "x", "1-", "-1", "1-2-3", String(repeating: "9", count: 21)] {
            #expect(ScanCursor(text) == nil, "\(text)")
        }
    }
}
