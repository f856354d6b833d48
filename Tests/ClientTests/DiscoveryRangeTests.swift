import Testing

@testable import Client

@Suite struct DiscoveryRangeTests {
    @Test(
        "a range names hosts and ports, and may leave out either",
        arguments: [
            ("7100-7102", ["127.0.0.1:7100", "127.0.0.1:7101", "127.0.0.1:7102"]),
            ("7101,7105", ["127.0.0.1:7101", "127.0.0.1:7105"]),
            ("127.0.0.2:7101-7102", ["127.0.0.2:7101", "127.0.0.2:7102"]),
            (
                "127.0.0.5/31:7101,7102",
                ["127.0.0.4:7101", "127.0.0.4:7102", "127.0.0.5:7101", "127.0.0.5:7102"]
            ),
            ("a,b:7", ["a:7", "b:7"]),
            ("a:1,b:2-3", ["a:1", "b:2", "b:3"]),
            ("a:1,2,b:3", ["a:1", "a:2", "b:3"]),
            ("[::1]:7101", ["[::1]:7101"]),
            ("7101,127.0.0.1:7101", ["127.0.0.1:7101"]),
        ])
    func grammar(text: String, expected: [String]) throws {
        let range = try DiscoveryRange(parsing: text)
        #expect(range.endpoints.map(\.description) == expected)
        #expect(try DiscoveryRange(parsing: range.description) == range)
    }

    @Test("hosts without ports get the standard 256, and nothing at all is no range")
    func standard() throws {
        #expect(DiscoveryRange.standard.endpoints.count == 256)
        #expect(try DiscoveryRange(parsing: "127.0.0.1") == .standard)
        #expect(throws: DiscoveryRange.Failure.self) { try DiscoveryRange(parsing: "") }
    }

    @Test(
        "what is no range, or too much, is refused in words",
        arguments: [
            "0", "65536", "7101-7100", "7-8-9", "-", "a:", "a:b", "::1:7101", "127.0.0.0/33:1",
            "127.0.0.0/21:1", "300.0.0.0/30:1", "a b:1", "99999999999999999999",
            "10.0.0.0/24:1-65535", ",", "\u{1B}[2J:1",
        ])
    func refusals(text: String) {
        #expect(throws: DiscoveryRange.Failure.self) { try DiscoveryRange(parsing: text) }
    }

    @Test("only this machine's own addresses are loopback, and of names only localhost")
    func loopback() throws {
        for text in ["7101", "localhost:1", "127.9.0.0/24:1", "[::1]:1"] {
            #expect(try DiscoveryRange(parsing: text).isLoopback, "\(text)")
        }
        for text in ["10.0.0.1:1", "127.0.0.1,10.0.0.1:1", "example.org:1", "127.1:1", "[::2]:1"] {
            #expect(try !DiscoveryRange(parsing: text).isLoopback, "\(text)")
        }
    }
}
