import NIOCore
import Testing

@testable import Bench

@Suite("Counting answers")
struct PhaseTallyTests {
    @Test("the kind of an answer follows from its first bytes")
    func kinds() {
        let answers: [(String, BenchPhase, ReplyKind)] = [
            ("+OK\r\n", .insert, .done), ("+OK\r\n", .update, .done),
            ("$5\r\nhello\r\n", .retrieve, .done), ("$-1\r\n", .retrieve, .miss),
            ("_\r\n", .retrieve, .miss), ("$0\r\n\r\n", .retrieve, .done),
            (":1\r\n", .delete, .done), (":0\r\n", .delete, .miss),
            ("-ERR no\r\n", .insert, .error), ("!3\r\nERR\r\n", .delete, .error),
        ]
        for (answer, phase, kind) in answers {
            let found = Array(answer.utf8).withUnsafeBytes { ReplyKind($0, to: phase) }
            #expect(found == kind, "\(answer) to \(phase)")
        }
    }

    @Test("errors are told apart by their first word up to a limit")
    func errorWords() {
        var tally = ErrorTally()
        for number in 0..<20 { count("-E\(number) some\u{1B}[text\r\n", &tally) }
        count("-E3 again\r\n", &tally)
        count("!11\r\nE4 bulk err\r\n", &tally)
        #expect(tally.total == 22)
        #expect(tally.counts.count == ErrorTally.wordsMax + 1)
        #expect(tally.counts["other"] == 4)
        #expect(tally.counts["E3"] == 2 && tally.counts["E4"] == 2)
        #expect(tally.samples.count == ErrorTally.samplesMax)
        #expect(tally.samples.first == "E0 some?[text")
        var sum = tally
        sum.add(tally)
        #expect(sum.total == 44)
        #expect(sum.samples == tally.samples)
    }

    @Test("a long error is cut")
    func longError() {
        var tally = ErrorTally()
        count("-ERR " + String(repeating: "x", count: 1_000) + "\r\n", &tally)
        #expect(tally.samples.first?.utf8.count == ErrorTally.sampleBytesMax)
    }

    @Test("outcomes of several event loops add up")
    func sum() {
        var left = PhaseOutcome()
        var right = PhaseOutcome()
        left.operations = 3
        right.operations = 1
        right.unknown = 2
        right.failure = "lost"
        left.first = .uptimeNanoseconds(1_000_000_000)
        left.last = .uptimeNanoseconds(2_000_000_000)
        right.first = .uptimeNanoseconds(1_500_000_000)
        right.last = .uptimeNanoseconds(3_000_000_000)
        for nanoseconds in 1...100 { left.latencies.record(UInt64(nanoseconds) * 1_000) }
        right.latencies.record(5_000_000)
        left.add(right)
        let result = left.result(.update)
        #expect(left.failure == "lost")
        #expect(result.operations == 4 && result.unknown == 2)
        #expect(result.seconds == 2 && result.throughput == 2)
        #expect(abs(result.p50 - 51) < 0.1 && abs(result.p90 - 91) < 0.2)
        #expect(result.max == 5_000)
    }

    @Test("a phase without any answer has zeros, not nonsense")
    func nothing() {
        #expect(PhaseOutcome().result(.insert) == PhaseResult(name: .insert))
    }

    @Test("requests under way are answered oldest first, around the end of the ring")
    func underWay() {
        var requests = UnderWay(capacity: 3)
        var model: [RequestUnderWay] = []
        #expect(requests.popFirst() == nil)
        for round in 1...20 {
            for _ in 0..<min(1 + round % 3, 3 - model.count) {
                let request = RequestUnderWay(
                    due: .uptimeNanoseconds(UInt64(round)), sent: .uptimeNanoseconds(UInt64(round)),
                    operation: Operation(kind: .update, key: model.count), number: round)
                requests.append(request)
                model.append(request)
            }
            for _ in 0..<min(1 + round % 2, model.count) {
                #expect(requests.popFirst() == model.removeFirst())
            }
            #expect(requests.count == model.count)
        }
    }

    private func count(_ reply: String, _ tally: inout ErrorTally) {
        Array(reply.utf8).withUnsafeBytes { tally.count($0) }
    }
}
