import Bytes
import Commands
import RESP
import Testing

@Suite("CommandReplies")
struct CommandRepliesTests {
    /// The reply to a COMMAND as a value; it must be exactly one.
    private func ask(_ words: String..., version: ProtocolVersion = .three) throws -> RESPValue {
        let bytes = Keyspace(version: version).run(
            (["COMMAND"] + words).map { Array($0.utf8) })
        var parser = ReplyParser()
        let step = bytes.withUnsafeBytes { parser.next($0) }
        guard case .value(let value, bytes.count) = step else {
            Issue.record("\(step)")
            return .null
        }
        return value
    }

    private func elements(_ value: RESPValue) throws -> [RESPValue] {
        guard case .array(let elements) = value else {
            Issue.record("\(value) is no array")
            return []
        }
        return elements
    }

    private func bulk(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }

    private func field(_ name: String, of value: RESPValue?) throws -> RESPValue {
        guard case .map(let pairs) = value else {
            Issue.record("no map")
            return .null
        }
        return try #require(pairs.first { $0.key == bulk(name) }?.value)
    }

    @Test("all commands are described with ten elements each", arguments: ProtocolVersion.allCases)
    func all(_ version: ProtocolVersion) throws {
        let all = try elements(ask(version: version))
        #expect(all.count == CommandID.allCases.count)
        for (description, spec) in zip(all, CommandTable.specs) {
            let elements = try elements(description)
            #expect(elements.count == 10)
            #expect(elements.first == bulk(spec.name))
        }
        #expect(try ask("COUNT") == .integer(CommandID.allCases.count))
    }

    @Test("INFO describes a command as redis-server 7.0.15 does, but for its tips and notes")
    func info() throws {
        let info = try elements(ask("INFO", "mset", "nonsense"))
        #expect(info.count == 2 && info.last == .null)
        let mset = try elements(#require(info.first))
        #expect(mset[1] == .integer(-3))
        #expect(mset[2] == .set([.simple("write"), .simple("denyoom")]))
        #expect(Array(mset[3...5]) == [.integer(1), .integer(-1), .integer(2)])
        #expect(mset[6] == .set([.simple("@write"), .simple("@string"), .simple("@slow")]))
        #expect(mset[7] == .set([]) && mset[9] == .set([]))
        guard case .set(let specifications) = mset[8] else {
            Issue.record("no set")
            return
        }
        let keys = specifications.first
        #expect(try field("flags", of: keys) == .set([.simple("OW"), .simple("update")]))
        let begin = try field("spec", of: field("begin_search", of: keys))
        #expect(try field("index", of: begin) == .integer(1))
        let range = try field("spec", of: field("find_keys", of: keys))
        #expect(try field("lastkey", of: range) == .integer(-1))
        #expect(try field("keystep", of: range) == .integer(2))
    }

    @Test("DOCS tells what commands take, and leaves out unknown names")
    func docs() throws {
        let docs = try ask("DOCS", "set", "nonsense", "ring")
        guard case .map(let pairs) = docs else {
            Issue.record("no map")
            return
        }
        #expect(pairs.map(\.key) == [bulk("set"), bulk("ring")])
        let arguments = try elements(field("arguments", of: pairs.first?.value))
        #expect(arguments.count == 5)
        #expect(try field("name", of: arguments.first) == bulk("key"))
        let conditions = try elements(field("arguments", of: arguments[2]))
        #expect(try field("token", of: conditions.last) == bulk("IFEQ"))
        guard case .map(let all) = try ask("DOCS") else {
            Issue.record("no map")
            return
        }
        #expect(all.count == CommandID.allCases.count)
    }

    @Test("LIST can be filtered")
    func list() throws {
        #expect(try elements(ask("LIST")).count == CommandID.allCases.count)
        #expect(
            try ask("LIST", "FILTERBY", "PATTERN", "get*")
                == .array([bulk("get"), bulk("getset"), bulk("getdel"), bulk("getex")]))
        let dangerous = try elements(ask("LIST", "FILTERBY", "ACLCAT", "dangerous"))
        #expect(dangerous.contains(bulk("keys")) && !dangerous.contains(bulk("get")))
        #expect(try ask("LIST", "FILTERBY", "MODULE", "json") == .array([]))
        #expect(try ask("LIST", "FILTERBY", "COLOUR", "red") == .error("ERR syntax error"))
        #expect(try ask("LIST", "PATTERN") == .error("ERR syntax error"))
    }

    @Test("GETKEYS refuses what has no keys")
    func getKeys() throws {
        #expect(
            try ask("GETKEYS", "PING") == .error("ERR The command has no key arguments"))
        #expect(try ask("GETKEYS", "foo") == .error("ERR Invalid command specified"))
        let wrongCount = RESPValue.error("ERR Invalid number of arguments specified for command")
        #expect(try ask("GETKEYS", "GET") == wrongCount)
        #expect(try ask("GETKEYS", "MSET", "a", "1", "b") == wrongCount)
        guard case .error = try ask("GETKEYS") else {
            Issue.record("it needs a command")
            return
        }
    }

    @Test("HELP is lines of text")
    func help() throws {
        #expect(try elements(ask("HELP")).count > 10)
    }

    @Test("errors repeat what the client sent only as printable ASCII")
    func escaped() {
        let keyspace = Keyspace()
        #expect(
            keyspace.run("\u{1B}[2J", "a\tb")
                == "-ERR unknown command '\\x1b[2J', with args beginning with: 'a\\x09b' \r\n")
        #expect(
            keyspace.run("COMMAND", "\u{9B}é")
                == "-ERR unknown subcommand '\\xc2\\x9b\\xc3\\xa9'. Try COMMAND HELP.\r\n")
        let setting = OutputBuffer()
        defer { setting.deallocate() }
        Array("a\u{1B}'".utf8).withUnsafeBytes {
            CommandErrors.unknownSetting($0, reply: setting)
        }
        #expect(
            String(decoding: setting.bytes, as: UTF8.self)
                == "-ERR Unknown option or number of arguments for CONFIG SET - 'a\\x1b''\r\n")
        #expect(
            keyspace.run("EXPIRE", "a", "1", "\u{1B}") == "-ERR Unsupported option \\x1b\r\n")
    }
}
