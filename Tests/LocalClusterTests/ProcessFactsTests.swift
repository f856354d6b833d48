import Glibc
import Testing

@testable import LocalCluster

@Suite struct ProcessFactsTests {
    @Test("a process name with blanks and parentheses does not shift the fields")
    func strangeName() {
        let rest = (4...21).map(String.init).joined(separator: " ")
        let line = Array("77 (a) S (b c) T \(rest) 12345 23 24\n".utf8)
        let facts = ProcessFacts.parse(line)
        #expect(facts == ProcessFacts(state: UInt8(ascii: "T"), startTicks: 12_345))
        #expect(facts?.isStopped == true)
    }

    @Test("a cut line is no process")
    func cutLine() {
        #expect(ProcessFacts.parse(Array("77 (a) S 1 2 3".utf8)) == nil)
        #expect(ProcessFacts.parse([]) == nil)
    }

    @Test("this very process is seen as it is")
    func own() throws {
        let facts = try #require(try ProcessFacts.read(pid: getpid()))
        #expect(!facts.hasEnded && !facts.isStopped && facts.startTicks > 0)
        let record = try #require(try ProcessRecord.of(pid: getpid()))
        #expect(try record.facts() == facts)
        #expect(record.bootID.count == 36)
    }

    @Test("a process that has given its program up, and not ended yet, is still waited for")
    func ending() throws {
        let record = try #require(try ProcessRecord.of(pid: getpid()))
        let facts = try #require(try ProcessFacts.read(pid: getpid()))
        #expect(record.names(facts, bootID: record.bootID, program: nil))
        #expect(!record.names(facts, bootID: record.bootID, program: "/usr/bin/something-else"))
        #expect(!record.names(facts, bootID: "before", program: nil))
    }

    @Test("a record of an earlier boot, another start or another program names no process")
    func stale() throws {
        let record = try #require(try ProcessRecord.of(pid: getpid()))
        var other = record
        other.bootID = "before"
        #expect(try other.facts() == nil)
        other = record
        other.startTicks += 1
        #expect(try other.facts() == nil)
        other = record
        other.executable = "/usr/bin/something-else"
        #expect(try other.facts() == nil)
        other = record
        other.pid = -1
        #expect(try other.facts() == nil)
    }
}
