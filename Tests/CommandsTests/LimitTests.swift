import Commands
import Testing

@Suite("Limits of keys and values")
struct LimitTests {
    private static let valueTooLong =
        "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
    private static let keyTooLong = "-ERR key exceeds maximum allowed size\r\n"

    private func keyspace() -> Keyspace {
        var limits = ValueLimits()
        limits.keyBytesMax = 4
        limits.valueBytesMax = 8
        return Keyspace(limits: limits)
    }

    @Test("by default a key may have 64 KiB and a value 64 MiB")
    func defaults() {
        #expect(ValueLimits().keyBytesMax == 65_536)
        #expect(ValueLimits().valueBytesMax == 67_108_864)
        #expect(ValueLimits().keysMax == 50_000)
    }

    @Test("a longer key is refused wherever it stands")
    func keys() {
        let keyspace = keyspace()
        #expect(keyspace.run("SET", "1234", "v") == "+OK\r\n")
        #expect(keyspace.run("SET", "12345", "v") == Self.keyTooLong)
        #expect(keyspace.run("GET", "12345") == Self.keyTooLong)
        #expect(keyspace.run("DEL", "a", "12345") == Self.keyTooLong)
        #expect(keyspace.run("MSET", "a", "123456", "12345", "v") == Self.keyTooLong)
        #expect(keyspace.entries.count == 1)
    }

    @Test("a longer value is refused before anything is written")
    func values() {
        let keyspace = keyspace()
        let long = "123456789"
        #expect(keyspace.run("SET", "a", "12345678") == "+OK\r\n")
        #expect(keyspace.run("SET", "b", long) == Self.valueTooLong)
        #expect(keyspace.run("SETNX", "b", long) == Self.valueTooLong)
        #expect(keyspace.run("GETSET", "b", long) == Self.valueTooLong)
        #expect(keyspace.run("SETEX", "b", "10", long) == Self.valueTooLong)
        #expect(keyspace.run("PSETEX", "b", "10", long) == Self.valueTooLong)
        #expect(keyspace.run("MSET", "b", "v", "c", long) == Self.valueTooLong)
        #expect(keyspace.run("APPEND", "b", long) == Self.valueTooLong)
        #expect(keyspace.entries.count == 1)
    }

    @Test("more keys than one command may name are refused before any is looked at")
    func keyCount() {
        var limits = ValueLimits()
        limits.keysMax = 2
        let keyspace = Keyspace(limits: limits)
        let refusal = "-ERR at most 2 keys in one command; not done\r\n"
        #expect(keyspace.run("MSET", "a", "1", "b", "2") == "+OK\r\n")
        #expect(keyspace.run("MSET", "c", "1", "d", "2", "e", "3") == refusal)
        #expect(keyspace.run("DEL", "a", "b", "c") == refusal)
        #expect(keyspace.run("MGET", "a", "b", "a") == refusal)
        #expect(keyspace.run("DEL", "a", "b") == ":2\r\n")
    }

    @Test("a longer pattern than a key may be is refused: it would be tried on every key")
    func patterns() {
        let keyspace = Keyspace()
        let long = String(repeating: "*", count: Glob.patternBytesMax + 1)
        let refusal = "-\(Glob.patternTooLong)\r\n"
        #expect(refusal.contains(" (\(Glob.patternBytesMax) bytes)"))
        #expect(keyspace.run("KEYS", long) == refusal)
        #expect(keyspace.run("COMMAND", "LIST", "FILTERBY", "PATTERN", long) == refusal)
    }

    @Test("a value does not grow beyond the limit")
    func growing() {
        let keyspace = keyspace()
        #expect(keyspace.run("APPEND", "a", "1234567") == ":7\r\n")
        #expect(keyspace.run("APPEND", "a", "8") == ":8\r\n")
        #expect(keyspace.run("APPEND", "a", "9") == Self.valueTooLong)
        #expect(keyspace.run("GET", "a") == "$8\r\n12345678\r\n")
    }
}
