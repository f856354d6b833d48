import ServerCore

@testable import Simulator

/// An exhaustive search over where one fault strikes: the production core runs a short scenario
/// again and again, each time with the fault one step later.
///
/// A step is whatever happens next in the simulated cluster: an input of a process, an answer, a
/// question. Up to the fault every run is the same run, so no step is left out.
struct FaultSweep {
    /// What goes on while the fault strikes.
    struct Scenario: Sendable {
        let name: String
        let seed: UInt64
        let processes: Int
        /// What the cluster is asked for when the steps begin, if anything.
        var change: FaultKind?
        /// Simulated microseconds in which the fault strikes.
        let steps: Range<Int>
        /// Of so many steps one is taken when time is short.
        let stride: Int

        /// Whom the fault strikes: the members, and who joins as soon as it is there.
        var targets: ClosedRange<Int> { 1...(change == .join ? processes + 1 : processes) }
    }

    /// What happens to a process.
    enum Fault: String, Sendable, CaseIterable {
        /// It is killed and started again at once.
        case restart
        /// It is killed, and not started before others have taken over.
        case crash
        /// It stands still until others have taken over.
        case pause
        /// It neither hears nor is heard until others have taken over.
        case isolate

        /// In simulated microseconds; nodes are suspected after 250,000.
        var duration: Int { self == .restart ? 30_000 : 700_000 }
    }

    /// What a search found.
    struct Finding: Sendable {
        /// Those in which the fault struck.
        var runs = 0
        /// The first run that broke a promise.
        var violation: String?
    }

    let scenario: Scenario
    var planted: PlantedBugs = []

    /// Lets a fault strike each process at every step, or at one of so many, until a promise is
    /// broken.
    func search(_ fault: Fault, stride: Int) -> Finding {
        var finding = Finding()
        for process in scenario.targets {
            var step = 0
            while let (report, hasStruck) = run(fault, of: process, at: step) {
                if hasStruck { finding.runs += 1 }
                if case .violated(let violation) = report.verdict {
                    finding.violation =
                        "\(scenario.name): \(fault.rawValue) of n\(process) at step \(step): "
                        + "\(violation)"
                    return finding
                }
                step += stride
            }
        }
        return finding
    }

    /// One run, and whether there was anything to strike; nil when there are not so many steps.
    private func run(
        _ fault: Fault, of process: Int, at step: Int
    ) -> (SimulationReport, hasStruck: Bool)? {
        let run = begin()
        for _ in 0..<step { run.world.step() }
        guard run.world.now < scenario.steps.upperBound else { return nil }
        let faults = run.world.counts.faults
        if process <= run.world.processes.count {
            run.world.strike(run.world.process(process), fault)
        }
        let hasStruck = run.world.counts.faults > faults
        run.advance(to: .max)
        return (run.report(), hasStruck)
    }

    /// Changes of the ring that are done at the end of the steps, when nothing strikes.
    func changesDone() -> Int {
        let run = begin()
        run.advance(to: scenario.steps.upperBound)
        return run.world.newestEpoch.queue.ended.count { $0.outcome == .done }
    }

    /// A run as far as the first step.
    private func begin() -> SimulationRun {
        var options = SimulationOptions()
        options.processes = scenario.processes
        options.clients = 3
        options.faultyMicroseconds = scenario.steps.upperBound + 900_000
        options.extensionMicroseconds = 0
        options.planted = planted
        let run = SimulationRun(seed: scenario.seed, options: options, plan: .quiet)
        run.advance(to: scenario.steps.lowerBound)
        if let change = scenario.change { run.world.change(change) }
        return run
    }
}

extension World {
    fileprivate func strike(_ process: SimulatedProcess, _ fault: FaultSweep.Fault) {
        switch fault {
        case .restart, .crash: crash(process, for: fault.duration)
        case .pause: pause(process, for: fault.duration)
        case .isolate:
            let others = processes.map(\.number).filter { $0 != process.number }
            cutFor(fault.duration, others.map { (process.number, $0) })
            cutFor(fault.duration, others.map { ($0, process.number) })
        }
    }
}

extension FaultPlan {
    /// Nothing goes wrong by itself, on a network and disks that are neither fast nor slow.
    fileprivate static let quiet = FaultPlan(
        kinds: [], isOrdered: true, lossPermille: 0, doublePermille: 0, tailPermille: 0,
        damagePermille: 0, isSyncedAlways: true, latency: 500...1_500, syncTime: 500...3_000,
        faultInterval: 1_000_000_000...1_000_000_000, clockPartsPerMillion: 0, wallMilliseconds: 0,
        tailMax: 0, graceMilliseconds: 60_000, hasShortTimings: true, outageMax: 0, workers: 1,
        keysPerSlot: 2, paddingMax: 0, pieceBytes: nil, expiryPermille: 0, coherence: .off,
        switchesCoherence: false, hintPermille: 0, hotPermille: 0)
}
