import Commands
import Testing

@Suite("CommandTable")
struct CommandTableTests {
    private func find(_ name: String) -> CommandID? {
        Array(name.utf8).withUnsafeBytes { CommandTable.find($0) }
    }

    @Test("every command is found by its name in any case", arguments: CommandID.allCases)
    func names(_ id: CommandID) {
        let spec = CommandTable.spec(id)
        #expect(spec.id == id)
        #expect(spec.name == "\(id)")
        #expect(find(spec.name) == id)
        #expect(find(spec.name.uppercased()) == id)
        #expect(find(spec.name.capitalized) == id)
    }

    @Test("no other name is found", arguments: CommandID.allCases)
    func others(_ id: CommandID) {
        let name = CommandTable.spec(id).name
        #expect(find(name + "z") == nil)
        #expect(find("z" + name) == nil)
        #expect(find(name + "\0") == nil)
        // One bit tells upper from lower case; any other makes another name.
        for index in 0..<name.utf8.count {
            for bit in [0, 1, 2, 3, 4, 6, 7] as [UInt8] {
                var bytes = Array(name.utf8)
                bytes[index] ^= 1 << bit
                #expect(bytes.withUnsafeBytes { CommandTable.find($0) } != id)
            }
        }
    }

    @Test("an empty and a very long name are no commands")
    func lengths() {
        #expect(find("") == nil)
        #expect(find(String(repeating: "get", count: 1000)) == nil)
    }

    @Test("arity, keys and flags agree with each other", arguments: CommandID.allCases)
    func shapes(_ id: CommandID) {
        let shape = CommandTable.shape(id)
        #expect(shape.arity != 0)
        #expect(shape.flags.contains(.keyed) == (shape.firstKey > 0))
        #expect(shape.flags.contains(.keyed) == (shape.keyStep > 0))
        #expect(shape.flags.contains(.multiKey) == (shape.lastKey < 0))
        #expect(!shape.flags.isSuperset(of: [.write, .readOnly]))
        if shape.flags.contains(.keyed) {
            #expect(shape.flags.contains(.write) != shape.flags.contains(.readOnly))
            #expect(shape.firstKey == 1)
        }
        #expect(!CommandTable.spec(id).summary.hasSuffix("."))
    }

    @Test("arity counts exactly, or at least")
    func arity() {
        #expect(CommandTable.shape(.get).accepts(count: 2))
        #expect(!CommandTable.shape(.get).accepts(count: 1))
        #expect(!CommandTable.shape(.get).accepts(count: 3))
        #expect(!CommandTable.shape(.set).accepts(count: 2))
        #expect(CommandTable.shape(.set).accepts(count: 3))
        #expect(CommandTable.shape(.set).accepts(count: 9))
    }

    @Test("keys are found among the arguments")
    func keys() {
        func keys(_ id: CommandID, _ count: Int) -> [Int] {
            let keys = CommandKeys(id, argumentCount: count)
            let indices = Array(keys)
            #expect(keys.underestimatedCount == indices.count)
            return indices
        }
        #expect(keys(.get, 2) == [1])
        #expect(keys(.set, 6) == [1])
        #expect(keys(.del, 4) == [1, 2, 3])
        #expect(keys(.mset, 5) == [1, 3])
        #expect(keys(.ping, 2) == [])
        #expect(keys(.scan, 4) == [])
    }
}
