import Foundation
import Synchronization
import Testing

@testable import Bench

/// The open loop and its report, without a cluster.
@Suite(.timeLimit(.minutes(1))) struct OutageTests {
    /// The time between two looks at a condition.
    private static func glance() async {
        // A cancelled test looks without a pause, until its time limit ends it.
        try? await Task.sleep(for: .milliseconds(1))
    }

    @Test("every key is read and written in turn, each always by the same client")
    func requests() async {
        var plan = OutagePlan(fault: .kill)
        plan.rate = 20_000
        plan.keys = 10
        plan.clients = 5
        let seen = Mutex<[OutageLoad.Request]>([])
        let load = OutageLoad(plan) { request in
            seen.withLock { $0.append(request) }
            return nil
        }
        let running = Task { await load.run() }
        while seen.withLock({ $0.count }) < 400 { await Self.glance() }
        running.cancel()
        await running.value
        let byKey = Dictionary(grouping: seen.withLock { $0 }, by: \.key)
        #expect(byKey.count == 10)
        for (key, requests) in byKey {
            #expect(requests.allSatisfy { $0.client == key % 5 })
            let writes = requests.count(where: \.isWrite)
            #expect(abs(2 * writes - requests.count) <= 1)
        }
    }

    @Test("operations fall due whether answers come or not, and one that hangs is the key's gap")
    func openLoop() async throws {
        var plan = OutagePlan(fault: .kill)
        plan.rate = 10_000
        plan.keys = 10
        let isDown = Atomic(false)
        let asked = Atomic(0)
        let load = OutageLoad(plan) { request in
            asked.add(1, ordering: .relaxed)
            guard request.key == 3 else { return nil }
            while isDown.load(ordering: .relaxed) {
                do { try await Task.sleep(for: .milliseconds(1)) } catch { return .unknown }
            }
            return nil
        }
        let running = Task { await load.run() }
        func more(_ count: Int) async {
            let before = asked.load(ordering: .relaxed)
            while asked.load(ordering: .relaxed) < before + count { await Self.glance() }
        }
        load.beginCalm()
        await more(200)
        load.beginFault()
        isDown.store(true, ordering: .relaxed)
        // Half a second's worth, which only an open loop asks for while a key hangs. On a busy
        // machine much may fall due at once, so the time has to be over as well.
        let end = ContinuousClock.now + .milliseconds(500)
        await more(5_000)
        while ContinuousClock.now < end { await Self.glance() }
        isDown.store(false, ordering: .relaxed)
        await more(200)
        load.beginReturn()
        await more(200)
        let trial = load.finish(node: "n1")
        running.cancel()
        await running.value
        #expect(trial.key == 3)
        #expect(trial.gap >= 400)
        #expect(trial.firstAfter > trial.lastBefore)
        #expect(trial.counts.failed == 0)
    }

    @Test("an outage is a fault's gap less the run's longest undisturbed one")
    func report() throws {
        let trials = [(900.0, 10.0), (500, 30), (20, 20)].enumerated().map { number, gaps in
            var trial = OutageTrial(node: "n\(number + 1)", [:], OutageCounts(), faultAt: 0)
            (trial.gap, trial.calmGap) = gaps
            trial.returnGap = 35
            return trial
        }
        let report = OutageReport(plan: OutagePlan(fault: .pause), trials: trials)
        #expect(report.undisturbed == 30)
        #expect(report.trials.map(\.outage) == [870, 470, 0])
        #expect(report.median == 470 && report.worst == 870)
        #expect(report.medianReturn == 5 && report.worstReturn == 5)
        let decoded = try JSONDecoder().decode(
            OutageReport.self, from: Data(try report.json().utf8))
        #expect(decoded == report)
        #expect(report.text.contains("outage: median 470 ms, worst 870 ms"))
    }

    @Test("a report without trials is all zero, and says why it ended")
    func emptyReport() {
        let report = OutageReport(
            plan: OutagePlan(fault: .stop), trials: [], failure: "broken off")
        #expect(report.median == 0 && report.worst == 0)
        #expect(report.failure == "broken off")
    }

    @Test("a plan with a number out of range is refused in words that name it")
    func limits() {
        var plan = OutagePlan(fault: .kill)
        plan.rate = 0
        #expect(throws: BenchError.plan("the operations per second must be 1 to 100000, not 0")) {
            try plan.validate()
        }
        plan.rate = 1
        #expect(throws: BenchError.self) { try plan.validate() }
    }
}
