import Testing

@testable import Server

@Suite("What HELP says")
struct SubcommandHelpTests {
    @Test(
        "every command that points to its HELP has one, of lines that a simple string can hold",
        arguments: ["CLIENT", "CLUSTER", "CONFIG", "RING"])
    func lines(command: String) {
        let lines = SubcommandHelp.lines(of: command)
        #expect(lines[0].hasPrefix("\(command) <subcommand>"))
        #expect(lines.count > 6 && lines.suffix(2) == ["HELP", "    Print this help."])
        let names = SubcommandHelp.names(of: command)
        #expect(names.count == (lines.count - 3) / 2)
        #expect(names.allSatisfy { lines.joined(separator: " ").contains($0.uppercased()) })
        for line in lines { #expect(line.utf8.allSatisfy { (32...126).contains($0) }, "\(line)") }
    }
}
