import Foundation
import Ring
import Testing

@testable import Bench

@Suite("Reports of a bench")
struct ReportTests {
    private var report: BenchReport {
        var plan = BenchPlan(addresses: [BenchAddress(host: "localhost", port: 7101)])
        plan.operations = 20_000
        var insert = PhaseResult(name: .insert)
        insert.operations = 20_000
        insert.seconds = 0.25
        insert.throughput = 80_000
        insert.p50 = 612.4
        insert.p90 = 700
        insert.p99 = 1_234.5
        insert.p999 = 2_000
        insert.max = 12_345
        var retrieve = PhaseResult(name: .retrieve)
        retrieve.operations = 7
        retrieve.misses = 2
        retrieve.errors = 3
        retrieve.unknown = 1
        retrieve.errorCounts = ["ERR": 1, "MOVED": 2]
        retrieve.errorSamples = ["MOVED 1 localhost:7102", "ERR no"]
        return BenchReport(
            plan: plan, phases: [insert, retrieve],
            failure: "localhost:7101 closed the connection")
    }

    @Test("the table is for people, with what went wrong below it")
    func text() {
        let expected = """
            localhost:7101: 50 clients, pipeline 1, 64-byte values, 20,000 keys

                      operations  errors  unknown  seconds  per second  p50 µs  p90 µs  p99 µs  p99.9 µs  max µs
            insert        20,000       0        0     0.25      80,000     612     700   1,235     2,000  12,345
            retrieve           7       3        1     0.00           0       0       0       0         0       0
            retrieve: 2 found no key
            retrieve: 2 errors MOVED
            retrieve: 1 errors ERR
            retrieve: for example «MOVED 1 localhost:7102»
            retrieve: for example «ERR no»
            The run ended early: localhost:7101 closed the connection.
            """
        #expect(report.text == expected)
    }

    @Test("the JSON is what the documentation says and comes back as it was")
    func json() throws {
        let text = try report.json()
        #expect(try JSONDecoder().decode(BenchReport.self, from: Data(text.utf8)) == report)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(
            object.map { Set($0.keys) } == ["format", "plan", "failure", "phases", "lost"])
        let phases = object?["phases"] as? [[String: Any]]
        #expect(
            phases?.first.map { Set($0.keys) } == [
                "name", "operations", "misses", "errors", "unknown", "seconds", "throughput", "p50",
                "p90", "p99", "p999", "max", "mean", "errorCounts", "errorSamples",
            ])
    }

    @Test("digits come in groups of three")
    func groups() {
        let numbers = [0, 7, 999, 1_000, 12_345, 1_234_567, -1_000]
        #expect(
            numbers.map(grouped) == ["0", "7", "999", "1,000", "12,345", "1,234,567", "-1,000"])
    }

    @Test("the placement's tables have a row for each size, on the way up and down")
    func placement() {
        let tokens = [[5_461], [10_922], [16_383]]
        let report = PlacementReport(
            replicas: 2,
            sizes: [
                PlacementFigures(tokens: [[16_383]], replicas: 2),
                PlacementFigures(tokens: tokens, before: [[8_191], [16_383], []], replicas: 2),
                PlacementFigures(tokens: [[5_461], [], [16_383]], before: tokens, replicas: 2),
            ])
        let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 11)
        #expect(lines[0].hasPrefix("16,384 slots, 2 copies"))
        #expect(lines[3] == "growing, one join at a time")
        #expect(
            lines[5].split(separator: " ")
                == ["1", "1.000", "1.000", "0", "–", "–", "1", "0.00"])
        #expect(lines[6].split(separator: " ").first == "3")
        #expect(lines[8] == "shrinking, one leave at a time")
        #expect(
            lines[10].split(separator: " ")
                == ["2", "1.333", "1.000", "5,461", "1.000", "1.000", "1", "1.00"])
    }

    @Test("a placement's course goes up and down to three, the same for the same seed")
    func placementCourse() {
        let report = PlacementReport(nodes: 5, replicas: 3, seed: 7)
        #expect(report.sizes.map(\.nodes) == [1, 2, 3, 4, 5, 4, 3])
        #expect(
            report.sizes.map(\.phase)
                == Array(repeating: .growth, count: 5) + [.shrink, .shrink])
        #expect(report == PlacementReport(nodes: 5, replicas: 3, seed: 7))
        #expect(PlacementReport(nodes: 2, replicas: 3, seed: 7).sizes.map(\.nodes) == [1, 2])
    }

    @Test("the placement's JSON comes back as it was and has the documented fields")
    func placementJSON() throws {
        let report = PlacementReport(nodes: 4, replicas: 3, seed: 1)
        let text = try report.json()
        #expect(try JSONDecoder().decode(PlacementReport.self, from: Data(text.utf8)) == report)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let sizes = object?["sizes"] as? [[String: Any]]
        #expect(sizes?.compactMap { $0["phase"] as? String }.suffix(2) == ["growth", "shrink"])
        #expect(
            sizes?.last.map { Set($0.keys) } == [
                "phase", "nodes", "homeLoad", "copiesLoad", "movedSlots", "movedRatio",
                "movedCopies", "movedCopiesRatio", "replicaSets", "doubleFailureOdds",
            ])
    }
}
