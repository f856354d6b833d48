import Bytes
import Commands
import RESP
import Testing

@Suite("What commands write")
struct ChangeTests {
    private static let now = 1_700_000_000_000

    /// The change that a command makes to an entry, and the new value when it is in the scratch.
    private func change(
        _ command: String, value: String? = "v", expiry: Int = 0
    ) -> (change: Change, scratch: String) {
        let words = command.split(separator: " ").map { Array($0.utf8) }
        let reply = OutputBuffer()
        let scratch = OutputBuffer()
        defer {
            reply.deallocate()
            scratch.deallocate()
        }
        let change = withArguments(words) { arguments in
            func evaluate(_ entry: EntryView?) -> Change {
                guard let id = CommandTable.find(arguments[0]) else { return .none }
                return Evaluator().evaluate(
                    id, arguments, entry: entry, now: Self.now, protocolVersion: .two,
                    reply: reply, scratch: scratch)
            }
            guard let value else { return evaluate(nil) }
            return Array(value.utf8).withUnsafeBytes {
                evaluate(EntryView(value: $0, expiry: expiry))
            }
        }
        return (change, String(decoding: scratch.array(), as: UTF8.self))
    }

    @Test(
        "reads write nothing",
        arguments: [
            "GET k", "MGET k", "STRLEN k", "EXISTS k", "TOUCH k", "TYPE k", "TTL k", "PTTL k",
            "EXPIRETIME k", "PEXPIRETIME k", "GETEX k",
        ])
    func reads(_ command: String) {
        #expect(change(command, expiry: Self.now + 1).change == .none)
        #expect(change(command, value: nil).change == .none)
    }

    @Test(
        "what changes nothing writes nothing",
        arguments: [
            "SET k w NX", "SET k w IFEQ x", "SETNX k w", "PERSIST k", "GETEX k PERSIST", "INCR k",
            "EXPIRE k 1 XX", "EXPIRE k -1 GT", "SET k w EX 0",
        ])
    func nothing(_ command: String) {
        #expect(change(command).change == .none)
    }

    @Test(
        "an absent key is never removed",
        arguments: [
            "DEL k", "UNLINK k", "GETDEL k", "EXPIRE k -1", "PEXPIREAT k 1", "SET k w EXAT 1",
            "GETEX k EXAT 1", "PERSIST k", "SET k w XX", "SET k w IFEQ x",
        ])
    func absent(_ command: String) {
        #expect(change(command, value: nil).change == .none)
    }

    @Test(
        "a time that has come removes the key",
        arguments: [
            "EXPIRE k 0", "EXPIRE k -1", "PEXPIREAT k 1700000000000", "EXPIREAT k -5",
            "SET k w PXAT 1700000000000", "GETEX k PXAT 1", "DEL k", "GETDEL k",
        ])
    func removal(_ command: String) {
        #expect(change(command).change == .remove)
    }

    @Test("a value comes from the arguments where it stands there")
    func fromArguments() {
        #expect(change("SET k w").change == .put(value: .argument(2), expiry: 0))
        #expect(change("MSET k w").change == .put(value: .argument(2), expiry: 0))
        #expect(change("GETSET k w", expiry: .max).change == .put(value: .argument(2), expiry: 0))
        #expect(
            change("SETEX k 10 w").change
                == .put(value: .argument(3), expiry: Self.now + 10_000))
        #expect(
            change("SET k w PX 10 GET").change == .put(value: .argument(2), expiry: Self.now + 10))
        #expect(
            change("SET k w KEEPTTL", expiry: .max).change
                == .put(value: .argument(2), expiry: .max))
        #expect(change("APPEND k w", value: nil).change == .put(value: .argument(2), expiry: 0))
    }

    @Test("a value that is made keeps the expiry")
    func made() {
        let appended = change("APPEND k w", expiry: .max)
        #expect(appended.change == .put(value: .scratch, expiry: .max))
        #expect(appended.scratch == "vw")
        let counted = change("DECRBY k 10", value: "7", expiry: .max)
        #expect(counted.change == .put(value: .scratch, expiry: .max))
        #expect(counted.scratch == "-3")
    }

    @Test("an expiry alone leaves the value where it is")
    func expiryAlone() {
        #expect(change("EXPIRE k 1").change == .put(value: .same, expiry: Self.now + 1000))
        #expect(change("PERSIST k", expiry: .max).change == .put(value: .same, expiry: 0))
        #expect(change("GETEX k PERSIST", expiry: .max).change == .put(value: .same, expiry: 0))
        #expect(change("GETEX k PX 1").change == .put(value: .same, expiry: Self.now + 1))
    }

    @Test("from the millisecond of its expiry on a key is expired")
    func expired() {
        #expect(!EntryView.isExpired(0, at: 5))
        #expect(!EntryView.isExpired(6, at: 5))
        #expect(EntryView.isExpired(5, at: 5))
        let keyspace = Keyspace()
        #expect(keyspace.run("SET", "a", "1", "PX", "1500") == "+OK\r\n")
        keyspace.now += 1
        #expect(keyspace.run("PTTL", "a") == ":1499\r\n")
        #expect(keyspace.run("TTL", "a") == ":1\r\n")
        keyspace.now += 1499
        #expect(keyspace.run("GET", "a") == "$-1\r\n")
    }
}
