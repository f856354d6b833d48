import Testing

@testable import Simulator

@Suite("Clusters under seeded faults")
struct SimulationTests {
    @Test("every promise is kept, whatever the seed")
    func promisesAreKept() {
        let seeds = SeedCount.fromEnvironment(default: 16)
        var counted = 0
        for seed in 1...UInt64(seeds) {
            let report = Simulation.run(seed: seed)
            switch report.verdict {
            case .passed: counted += 1
            case .uncounted: break
            case .violated(let violation): Issue.record("seed \(seed): \(violation)")
            }
        }
        #expect(counted * 3 >= seeds * 2, "only \(counted) of \(seeds) runs had enough in them")
    }

    @Test("a seed reproduces its run byte for byte", arguments: [3, 11] as [UInt64])
    func seedsReproduce(seed: UInt64) {
        let first = Simulation.run(seed: seed)
        let second = Simulation.run(seed: seed)
        #expect(first == second)
        #expect(first.traceHash != Simulation.run(seed: seed + 1).traceHash)
    }

    @Test("a run tells in words what happened, and asking for it changes nothing")
    func traceIsReadable() {
        var options = SimulationOptions()
        options.faultyMicroseconds = 3_000_000
        let silent = Simulation.run(seed: 5, options: options)
        options.keepsTrace = true
        let told = Simulation.run(seed: 5, options: options)
        #expect(silent.traceHash == told.traceHash)
        #expect(silent.trace.isEmpty)
        #expect(told.trace.contains { $0.contains("epoch 1: n1 up/1") })
        #expect(told.trace.contains { $0.contains("the faults end") })
    }

    @Test("a run in which little happened does not count")
    func shortRunsDoNotCount() {
        var options = SimulationOptions()
        options.faultyMicroseconds = 100_000
        guard case .uncounted = Simulation.run(seed: 1, options: options).verdict else {
            Issue.record("it counted")
            return
        }
    }
}
