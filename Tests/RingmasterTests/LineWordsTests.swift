import Testing

@testable import ringmaster

@Suite struct LineWordsTests {
    private func words(_ line: String) -> [String]? {
        LineWords.split(Array(line.utf8))?.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("words stand between blanks")
    func plain() {
        #expect(words("set  a\t1 \r") == ["set", "a", "1"])
        #expect(words("") == [])
        #expect(words("  ") == [])
    }

    @Test("quotes hold blanks, and double quotes know escapes")
    func quotes() {
        #expect(words(#"set "a b" 'c d'"#) == ["set", "a b", "c d"])
        #expect(words(#""\n\r\t\b\a\\\"\x41\q""#) == ["\n\r\t\u{8}\u{7}\\\"Aq"])
        #expect(words(#"'it\'s \n'"#) == [#"it's \n"#])
        #expect(words(#"get """#) == ["get", ""])
        #expect(words(#""\xZZ""#) == ["xZZ"])
        #expect(LineWords.split(Array(#""\xff\x00""#.utf8)) == [[255, 0]])
    }

    @Test("quotes that do not balance, or end within a word, are refused")
    func unbalanced() {
        for line in [#"set "a"#, "set 'a", #"set "a"b"#, #"set "a\"#, #"a"b"c"#] {
            #expect(words(line) == nil, "\(line)")
        }
    }

    @Test("a line is one of the key commands, or none")
    func operations() {
        func operation(_ line: String) -> KeyOperation? {
            LineWords.split(Array(line.utf8)).flatMap { KeyOperation($0) }
        }
        #expect(operation("get a") == .get(key: [97]))
        #expect(operation("CREATE a b") == .create(key: [97], value: [98]))
        #expect(operation("set a b") == .set(key: [97], value: [98]))
        #expect(operation("update a b") == .update(key: [97], value: [98]))
        #expect(operation("delete a") == .delete(key: [97]))
        for line in ["", "get", "get a b", "set a", "flushall", "delete"] {
            #expect(operation(line) == nil, "\(line)")
        }
    }
}
