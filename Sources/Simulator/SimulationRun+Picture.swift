import Ring
import ServerCore

/// A node of a run, as somebody sees it who sees everything.
public struct SimulatedNode: Sendable {
    /// What its process is doing.
    public enum Activity: Sendable {
        /// It runs.
        case running
        /// It is held, as SIGSTOP holds it.
        case paused
        /// It has ended, and may be started again.
        case ended
    }

    /// Its line in the newest epoch.
    public let member: Member
    /// What its process is doing.
    public let activity: Activity
    /// What it would say of itself; nil while it does not run.
    public let report: NodeReport?
}

extension SimulationRun {
    /// The newest epoch that any node acts by.
    public var epoch: RingEpoch { world.newestEpoch }

    /// The members of the newest epoch.
    public func nodes() -> [SimulatedNode] {
        world.newestEpoch.members.map { member in
            guard member.number <= world.processes.count else {
                return SimulatedNode(member: member, activity: .ended, report: nil)
            }
            let process = world.process(member.number)
            let activity: SimulatedNode.Activity =
                process.isPaused ? .paused : process.isAlive ? .running : .ended
            return SimulatedNode(
                member: member, activity: activity, report: report(of: process, member))
        }
    }

    /// Messages that were sent since they were last taken; kept only if the options say so.
    public func takeMessages() -> [SimulationMessage] { world.trace.takeMessages() }

    /// What happened since it was last taken; kept only if the options say so.
    public func takeNotes() -> [SimulationNote] { world.trace.takeNotes() }

    private func report(of process: SimulatedProcess, _ member: Member) -> NodeReport? {
        guard let running = process.running else { return nil }
        let epoch = running.node.epoch
        var report = NodeReport(
            id: member.id, number: member.number, name: member.name, host: member.host,
            port: member.port, pid: 0, incarnation: process.life, clusterID: epoch.clusterID,
            clusterName: epoch.clusterName, epoch: epoch.number)
        for worker in running.workers { worker.fill(&report, now: process.monotonic) }
        report.threads = running.workers.count
        report.fsync = world.plan.isSyncedAlways ? "always" : "no"
        report.suspects = running.node.suspects
        return report
    }
}
