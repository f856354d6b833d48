import Testing

@testable import Simulator

@Suite("Clusters under seeded faults")
struct SimulationTests {
    /// Seeds of one test case; the cases run side by side.
    private static let seedsPerCase = 20
    private static let seedCount = SeedCount.fromEnvironment(default: 300)
    private static var firstSeeds: [Int] {
        Array(stride(from: 1, through: seedCount, by: seedsPerCase))
    }

    @Test("every promise is kept, and nearly every run has enough in it", arguments: firstSeeds)
    func promisesAreKept(first: Int) async {
        let last = min(first + Self.seedsPerCase - 1, Self.seedCount)
        let verdicts = await HeavyWork.run {
            (first...last).map { Simulation.run(seed: UInt64($0)).verdict }
        }
        var uncounted: [String] = []
        for (seed, verdict) in zip(first...last, verdicts) {
            switch verdict {
            case .passed: continue
            case .uncounted(let reason): uncounted.append("seed \(seed): \(reason)")
            case .violated(let violation): Issue.record("seed \(seed): \(violation)")
            }
        }
        #expect(uncounted.count * 10 <= last - first + 1, "\(uncounted)")
    }

    @Test("a seed reproduces its run byte for byte, told or not, in one go or in steps")
    func seedsReproduce() {
        let silent = Simulation.run(seed: 3)
        var options = SimulationOptions()
        options.keepsTrace = true
        options.keepsMessages = true
        let stepped = SimulationRun(seed: 3, options: options)
        while !stepped.isOver { stepped.advance(to: stepped.now + 77_777) }
        let told = stepped.report()
        #expect(silent.traceHash == told.traceHash)
        #expect(silent.counts == told.counts)
        #expect(silent.verdict == told.verdict)
        #expect(silent.trace.isEmpty)
        #expect(silent.traceHash != Simulation.run(seed: 4).traceHash)
    }

    @Test("a run tells in words what happened: messages, faults, epochs, operations")
    func traceIsReadable() {
        var options = SimulationOptions()
        options.faultyMicroseconds = 3_000_000
        options.extensionMicroseconds = 0
        options.keepsTrace = true
        let trace = Simulation.run(seed: 5, options: options).trace
        #expect(trace.contains { $0.contains("epoch 1: n1 up/1") })
        #expect(trace.contains { $0.contains("the faults end") })
        #expect(trace.contains { $0.contains(" → n") && $0.contains("  stream {") })
        #expect(trace.contains { $0.contains("  durable: slot ") })
        #expect(trace.contains { $0.contains("get → ") })
        #expect(!trace.contains { $0.contains("\n") })
    }

    @Test("a run in which little happened does not count, and goes on until enough has")
    func shortRunsDoNotCount() {
        var options = SimulationOptions()
        options.faultyMicroseconds = 100_000
        options.extensionMicroseconds = 0
        let short = Simulation.run(seed: 1, options: options)
        #expect(short.counts.shortage != nil)
        guard case .uncounted = short.verdict else {
            Issue.record("it counted")
            return
        }
        options.extensionMicroseconds = 24_000_000
        let long = Simulation.run(seed: 1, options: options)
        #expect(long.counts.completed > short.counts.completed)
    }
}
