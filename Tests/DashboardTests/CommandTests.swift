import Client
import Ring
import Testing

@testable import Dashboard

@Suite("Command line")
struct CommandTests {
    private func words(_ line: String) throws(CommandText.Problem) -> [String] {
        try CommandText.words(Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("words are cut as a shell cuts them")
    func cutting() throws {
        #expect(try words("set  a b") == ["set", "a", "b"])
        #expect(try words(#"set "a b" 'c "d'"#) == ["set", "a b", #"c "d"#])
        #expect(try words(#"set a\ b "x\n\x41""#) == ["set", "a b", "x\nA"])
        #expect(try words(#"set k """#) == ["set", "k", ""])
        #expect(try words("") == [])
        #expect(throws: CommandText.Problem.self) { try words("set \"a") }
        #expect(throws: CommandText.Problem.self) { try words("a\\") }
        #expect(throws: CommandText.Problem.self) { try words("a\\xZZ") }
    }

    @Test("quoting a word and cutting it gives the same bytes")
    func quoting() throws {
        for _ in 0..<300 {
            let word = (0..<Int.random(in: 0...20)).map { _ in UInt8.random(in: 0...255) }
            let line = "set " + CommandText.quoted(word)
            #expect(try CommandText.words(Array(line.utf8)) == [Array("set".utf8), word])
        }
    }

    @Test("verbs are those of the shell")
    func parsing() throws {
        func parse(_ text: String) throws(CommandText.Problem) -> Command? {
            try Command.parse(Array(text.utf8))
        }
        #expect(try parse("create k v") == .key(.create(key: [0x6B], value: [0x76])))
        #expect(try parse("kill n4") == .node(.kill, name: "n4"))
        #expect(try parse("theme nord") == .theme("nord"))
        #expect(try parse("  ") == nil)
        #expect(throws: CommandText.Problem(text: "usage: create KEY VALUE")) {
            try parse("create k")
        }
        #expect(try parse("join") == .join(name: nil, port: nil))
        #expect(try parse("join n6 7106") == .join(name: "n6", port: 7106))
        #expect(throws: CommandText.Problem.self) { try parse("join n6 port") }
        #expect(throws: CommandText.Problem.self) { try parse("recover n6") }
        #expect(throws: CommandText.Problem(text: "usage: config [NAME [VALUE]]")) {
            try parse("config grace 1 2")
        }
    }

    @Test("what only the shell can do is said to be the shell's")
    func shellOnly() {
        #expect(
            throws: CommandText.Problem(
                text: "'up' is for the shell only: ringmaster up --help")
        ) { try Command.parse(Array("up --nodes 3".utf8)) }
        for name in ["discover", "simulate", "recover"] {
            #expect(throws: CommandText.Problem.self) { try Command.parse(Array(name.utf8)) }
        }
    }

    @Test("keys with a pattern, a node of the ring, status and ps are the shell's words here too")
    func looking() {
        let model = Fixture.model()
        func run(_ line: String) -> [Effect] {
            model.press(.character(":"))
            model.type(line)
            return model.press(.enter)
        }
        #expect(run("keys user:*") == [.scan(1, cursor: "0", pattern: Array("user:*".utf8))])
        #expect(Fixture.text(model).contains("6 Keys /user:*"))
        model.press(.escape, .escape)
        #expect(run("ring n4").isEmpty)
        #expect(Fixture.text(model).contains("Node n4"))
        model.press(.escape)
        _ = run("ring n9")
        #expect(model.toast?.text == "there is no node 'n9'")
        _ = run("status")
        #expect(Fixture.text(model).contains("slots     16,384 settled"))
        model.press(.escape)
        _ = run("ps")
        #expect(Fixture.text(model).contains("running   8103     1 h 2 min   24 MiB"))
        model.press(.escape)
        _ = run("config move-rate")
        #expect(model.toast?.text == "move-rate is 16 MiB/s")
    }

    @Test(
        "all that Tab offers is in sight, or counted", arguments: [(120, 36), (80, 24), (60, 16)])
    func offers(_ width: Int, _ height: Int) {
        let model = Fixture.model(width: width, height: height)
        model.press(.character(":"), .tab)
        let text = Fixture.text(model)
        for verb in Command.verbs { #expect(text.contains(verb.name)) }
        model.prompt?.offers = (0..<500).map { "key:\($0)" }
        #expect(Fixture.text(model).contains(" more"))
    }

    @Test("every verb does something")
    func everyVerb() throws {
        for verb in Command.verbs {
            let line = ([verb.name] + verb.arguments.map { _ in "n1" }).joined(separator: " ")
            #expect(try Command.parse(Array(line.utf8)) != nil, "\(line)")
        }
    }

    @Test("Tab completes verbs, nodes and keys, as far as they agree")
    func completion() {
        let completion = CommandCompletion(
            nodes: ["n1", "n2"], keys: [Array("user:42".utf8), Array("user 1".utf8)], themes: [])
        #expect(completion.complete("cr").line == "create ")
        #expect(completion.complete("s").offers == ["set", "start", "stop", "status"])
        #expect(completion.complete("kill ").line == "kill n")
        #expect(completion.complete("kill n").offers == ["n1", "n2"])
        #expect(completion.complete("get u").line == "get user:42 ")
        #expect(completion.complete("get \"").line == "get \"user 1\" ")
        #expect(completion.complete("nothing ").line == "nothing ")
        #expect(completion.complete("kill n1 x").line == "kill n1 x")
        #expect(completion.complete("config coherence u").line == "config coherence update ")
        #expect(completion.complete("config grace 1").line == "config grace 1")
    }

    @Test("commands run from the line, are remembered, and mistakes are told")
    func running() {
        let model = Fixture.model()
        model.press(.character(":"))
        model.type("where user:42")
        model.press(.enter)
        let slot = Slots.slot(ofBytes: Array("user:42".utf8))
        #expect(model.toast?.text.contains("slot \(slot.grouped)") == true)
        model.press(.character(":"), .up)
        #expect(model.prompt?.editor.text == "where user:42")
        model.press(.escape, .character(":"))
        model.type("kill n9")
        #expect(model.press(.enter).isEmpty)
        #expect(model.toast?.text == "there is no node 'n9'")
        model.press(.character(":"))
        model.type("kill n2")
        #expect(model.press(.enter).isEmpty)
        #expect(Fixture.text(model).contains("Kill n2"))
    }

    @Test("a pasted line waits for Enter")
    func pasted() {
        let model = Fixture.model()
        model.press(.character(":"))
        let effects = model.update(.input(.paste(Array("kill n1\nq".utf8))), at: 11_000)
        #expect(effects.isEmpty)
        #expect(model.overlay == nil)
        #expect(model.prompt?.editor.bytes == Array("kill n1\nq".utf8))
    }
}
