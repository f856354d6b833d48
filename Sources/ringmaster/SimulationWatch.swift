import Client
import Dashboard
import Ring
import Simulator

/// Shows one simulated run in the dashboard's views.
struct SimulationWatch {
    let seed: UInt64

    /// Shows it until the user leaves.
    ///
    /// - Throws: that there is no terminal, or why it cannot be used.
    func run(_ options: DashboardOptions) async throws {
        guard StandardInput.isTerminal, StandardOutput.isTerminal else {
            throw Failure(.usage, "--watch needs a terminal; without it the run is told in words")
        }
        try await SimulationProgram.run(options: options) { [seed] in WatchedRun(seed: seed) }
    }
}

/// A run, turned into what the dashboard knows of a real cluster.
private final class WatchedRun: SimulationSource {
    /// Simulated milliseconds between the two reports that rates come from.
    private static let rateMilliseconds = 1_000

    private let run: SimulationRun
    private var events: [EventReport] = []
    private var eventCount = 0
    /// Older reports by member, for rates.
    private var earlier: [Int: [TimedReport]] = [:]

    init(seed: UInt64) {
        var options = SimulationOptions()
        options.keepsMessages = true
        run = SimulationRun(seed: seed, options: options)
    }

    func advance(by microseconds: Int) -> SimulationScene {
        if microseconds > 0 { run.advance(to: run.now + microseconds) }
        for note in run.takeNotes() { take(note) }
        let messages = run.takeMessages().map {
            SimulationScene.Message(sender: $0.sender, receiver: $0.receiver)
        }
        return SimulationScene(
            snapshot: snapshot(), messages: messages, microseconds: run.now, caption: caption,
            isOver: run.isOver)
    }

    private var caption: String {
        switch run.stage {
        case .faulty: "seed \(run.seed), clients ask and things go wrong"
        case .converging: "seed \(run.seed), the faults are over, all has to become level"
        case .over: run.report().text.split(separator: "\n").first.map(String.init) ?? ""
        }
    }

    private func take(_ note: SimulationNote) {
        eventCount += 1
        let words = note.text.split(separator: " ", maxSplits: 1).map(String.init)
        let isAboutNode = run.epoch.members.contains { $0.name == words.first }
        events.append(
            EventReport(
                sequence: eventCount, milliseconds: note.time / 1_000,
                level: note.text.hasPrefix("VIOLATION") ? .error : .info,
                node: isAboutNode ? words[0] : "",
                text: isAboutNode && words.count > 1 ? words[1] : note.text))
        let surplus = events.count - ClusterSnapshot.eventCountMax
        if surplus > 0 { events.removeFirst(surplus) }
    }

    private func snapshot() -> ClusterSnapshot {
        ClusterSnapshot(
            milliseconds: run.now / 1_000, clusterName: "seed \(run.seed)", epoch: run.epoch,
            members: run.nodes().map(member), events: events)
    }

    private func member(_ node: SimulatedNode) -> MemberSnapshot {
        let now = run.now / 1_000
        var member = MemberSnapshot(
            number: node.member.number, name: node.member.name, host: node.member.host,
            port: node.member.port)
        switch node.activity {
        case .running:
            member.contact = .reachable
            member.process = .running
        case .paused:
            member.contact = .suspect(since: now)
            member.process = .paused
        case .ended: member.process = .exited(signal: nil)
        }
        guard let report = node.report else { return member }
        let timed = TimedReport(milliseconds: now, report: report)
        var reports = (earlier[member.number] ?? []).filter {
            $0.report.incarnation == report.incarnation
        }
        if reports.last.map({ now - $0.milliseconds >= Self.rateMilliseconds / 4 }) ?? true {
            reports.append(timed)
        }
        while reports.count > 1, now - reports[1].milliseconds >= Self.rateMilliseconds {
            reports.removeFirst()
        }
        earlier[member.number] = reports
        member.latest = timed
        member.earlier = reports.first
        return member
    }
}
