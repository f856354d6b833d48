import Checker
import Client
import Foundation
import NIOConcurrencyHelpers

/// Faults under load: makes them, heals them, and judges what the clients were told.
final class NemesisRun: Sendable {
    /// How long to wait for an even ring before the next fault; faults come all the same.
    static let levelPatience: Duration = .seconds(8)
    /// How long a node may take to leave or to join while other things happen.
    static let changePatience: Duration = .seconds(60)
    /// How many nodes must be well for one of them to be hit.
    static let wellMin = 4

    private let nemesis: NemesisCluster
    private let watch: NemesisWatch
    private let client: ClusterClient
    private let load: NemesisLoad
    private let journal = NIOLockedValueBox<[String]>([])
    private let start = ContinuousClock.now
    /// Whether the journal is printed as it is written.
    private let isTold: Bool

    init(_ nemesis: NemesisCluster, seed: UInt64, isTold: Bool) {
        self.nemesis = nemesis
        self.isTold = isTold
        watch = NemesisWatch(nemesis.cluster)
        client = nemesis.cluster.client()
        let nodes = zip(nemesis.names, nemesis.cluster.endpoints).map { (name: $0, endpoint: $1) }
        load = NemesisLoad(client: client, nodes: nodes, watch: watch, seed: seed)
    }

    /// Runs for a while, brings the cluster level, and judges.
    ///
    /// - Throws: ``NemesisFailure`` with all that is wrong, or why the faults could not be made.
    func run(_ plan: NemesisPlan, for time: Duration) async throws {
        async let _: Void = watch.run()
        async let loading: Void = load.run()
        let faults: Int
        do {
            faults = try await strike(plan, for: time)
            load.stop()
            await loading
        } catch {
            load.stop()
            try keep()
            throw error
        }
        let counts = load.recorder.counts
        var complaints = try await complaintsAboutEnd()
        if case let verdict = LinearizabilityChecker.check(load.recorder.history),
            verdict != .linearizable
        {
            complaints.insert("\(verdict)", at: 0)
        }
        try conclude(counts, faults: faults, complaints)
        await client.close()
    }

    // MARK: - Faults

    private func strike(_ plan: NemesisPlan, for time: Duration) async throws -> Int {
        var plan = plan
        var faults = 0
        let end = start + time
        try await until("some operations are done", within: .seconds(60)) {
            load.recorder.counts.answered >= 100 && watch.isLevel
        }
        while ContinuousClock.now < end {
            let well = watch.well.sorted()
            guard well.count >= Self.wellMin else {
                try await Task.sleep(for: .milliseconds(100))
                continue
            }
            var struck = [plan.next(among: well)]
            if plan.doubles(), case let others = well.filter({ !struck[0].hits($0) }),
                !others.isEmpty
            {
                struck.append(plan.next(among: others))
            }
            faults += struck.count
            try await withThrowingDiscardingTaskGroup { group in
                for fault in struck { group.addTask { try await self.carryOut(fault) } }
            }
            try await settle(rest: plan.rest(), until: end)
        }
        try await nemesis.proxy.restoreAll()
        return faults
    }

    /// Leaves the cluster alone until it is level, for a limited time.
    private func settle(rest: Int, until end: ContinuousClock.Instant) async throws {
        try await Task.sleep(for: .milliseconds(rest))
        let limit = min(end, ContinuousClock.now + Self.levelPatience)
        while !watch.isLevel, ContinuousClock.now < limit {
            try await Task.sleep(for: .milliseconds(50))
        }
        note(watch.isLevel ? "level" : "not level yet, \(watch.well.sorted()) are well")
    }

    private func carryOut(_ fault: NemesisFault) async throws {
        note("\(fault)")
        let (local, proxy) = (nemesis.local, nemesis.proxy)
        switch fault {
        case .kill(let node, let time):
            try await local.kill([node])
            try await Task.sleep(for: .milliseconds(time))
            _ = try await local.start([node])
        case .stop(let node, let time):
            try await local.stop([node])
            try await Task.sleep(for: .milliseconds(time))
            _ = try await local.start([node])
        case .pause(let node, let time):
            try local.pause([node])
            try await Task.sleep(for: .milliseconds(time))
            try local.resume([node])
        case .cut(let ways, let kind, _, let time):
            try await proxy.set(kind, on: ways)
            try await Task.sleep(for: .milliseconds(time))
            try await proxy.set(nil, on: ways)
        case .delay(let ways, let delay, let time):
            try await proxy.set(.delay(milliseconds: delay), on: ways)
            try await Task.sleep(for: .milliseconds(time))
            try await proxy.set(nil, on: ways)
        case .leave(let node, let time):
            try await leave(node, for: time)
        case .reset(let ways, let count):
            if count == 0 {
                try await proxy.reset(ways)
            } else {
                try await proxy.cut(ways, afterBytes: count)
            }
        }
        note("over: \(fault)")
    }

    /// Lets a node leave, and its process join again; what stands in the way of a change for too
    /// long makes an end of it, and is no failure.
    private func leave(_ node: String, for milliseconds: Int) async throws {
        let answer = await client.request(.leave(node))
        guard case .done = answer else { return note("\(node) does not leave: \(answer)") }
        let end = ContinuousClock.now + Self.changePatience
        while watch.isMember(node), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        guard !watch.isMember(node) else { return note("\(node) is still a member") }
        guard try await nemesis.local.awaitEnd(of: node, within: Self.changePatience) else {
            throw TimedOut(what: "the end of \(node), which has left")
        }
        try await Task.sleep(for: .milliseconds(milliseconds))
        _ = try await nemesis.local.start([node])
        try await until("\(node) is a member again", within: Self.changePatience) {
            watch.isMember(node)
        }
    }

    private func note(_ text: String) {
        let time = Int((ContinuousClock.now - start) / .milliseconds(1))
        let counts = load.recorder.counts
        let line =
            "\(time) ms, epoch \(watch.epoch), \(counts.answered) answered, "
            + "\(counts.notDone) not done, \(counts.unknown) unknown: \(text)"
        journal.withLockedValue { $0.append(line) }
        if isTold { print("nemesis: \(line)") }
    }

    // MARK: - Verdict

    /// What is wrong when all faults are over: the ring does not become level again, a write is
    /// lost, or copies differ.
    private func complaintsAboutEnd() async throws -> [String] {
        var complaints: [String] = []
        do {
            try await nemesis.cluster.untilLevel()
            await load.readAll()
            for node in nemesis.cluster.endpoints {
                let lost = try await nemesis.cluster.lost(
                    in: load.recorder.history, through: node, by: client)
                complaints += lost.map { "through \(node): \($0)" }
            }
            try await nemesis.cluster.untilCopiesAreEqual(by: client)
        } catch let error as TimedOut {
            complaints.append(error.description)
        }
        return complaints
    }

    private func conclude(
        _ counts: Recorder.Counts, faults: Int, _ found: [String]
    ) throws {
        let takeovers = watch.takeovers
        let summary =
            "\(faults) faults, \(takeovers) takeovers, epoch \(watch.epoch), "
            + "\(counts.ended) attempts, \(counts.answered) answered, "
            + "\(counts.notDone) not done, \(counts.unknown) unknown"
        print("nemesis: \(summary)")
        var complaints = found
        if counts.answered * 2 < counts.ended { complaints.append("less than half was answered") }
        if takeovers * 3 < faults { complaints.append("too few takeovers to tell") }
        guard complaints.isEmpty else {
            try keep()
            throw NemesisFailure(
                folder: nemesis.cluster.folder, summary: summary, complaints: complaints)
        }
    }

    /// Writes journal and history into the cluster's folder, which stays after a failure.
    private func keep() throws {
        let folder = nemesis.cluster.folder
        let lines = journal.withLockedValue { $0 }
        try Data(lines.joined(separator: "\n").utf8)
            .write(to: URL(filePath: "\(folder)/nemesis.txt"))
        let history = load.recorder.history.operations.map { operation in
            "\(String(decoding: operation.key, as: UTF8.self)): \(operation)"
        }
        try Data(history.joined(separator: "\n").utf8)
            .write(to: URL(filePath: "\(folder)/history.txt"))
        print("nemesis: journal, history and logs are in \(folder)")
    }
}

/// What a run found wrong.
struct NemesisFailure: Error, CustomStringConvertible {
    var folder: String
    var summary: String
    var complaints: [String]

    var description: String {
        (["see \(folder): \(summary)"] + complaints.prefix(10)).joined(separator: "\n")
    }
}

extension NemesisFault {
    /// Whether a second fault would hit this node again.
    fileprivate func hits(_ node: String) -> Bool {
        switch self {
        case .kill(let name, _), .stop(let name, _), .pause(let name, _), .leave(let name, _):
            name == node
        // Two cuts would restore each other's ways.
        case .cut(let ways, _, _, _), .delay(let ways, _, _), .reset(let ways, _):
            ways.contains { $0.from == node || $0.to == node }
        }
    }
}
