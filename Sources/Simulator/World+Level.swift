import Ring
import ServerCore

/// What must hold some time after the faults have ended.
extension World {
    /// What is not level yet; nil when everything is.
    func whatIsNotLevel() -> String? {
        let newest = newestEpoch
        if let change = newest.queue.active { return whatIsMissing(for: change, in: newest) }
        for member in newest.members {
            let process = process(member.number)
            if let missing = whatIsMissing(at: process, newest: newest.number) { return missing }
        }
        return differingCopies()
    }

    /// Whom a change of the ring waits for.
    private func whatIsMissing(for change: RingChange, in newest: RingEpoch) -> String {
        let waiting = newest.members.flatMap { member in
            (process(member.number).running?.workers ?? []).map { worker in
                let report = worker.slotReport()
                let copied = report.copied == change.id ? "has copied" : "has not copied"
                return "n\(member.number) in epoch \(report.epoch) \(copied)"
                    + (report.unsettled.isEmpty ? "" : ", not settled: \(report.unsettled)")
            }
        }
        return "change \(change.id) is not done: " + waiting.joined(separator: "; ")
    }

    private func whatIsMissing(at process: SimulatedProcess, newest: Int) -> String? {
        let name = "n\(process.number)"
        guard let running = process.running else { return "\(name) is not running" }
        guard running.stopsSince == nil else { return "\(name) is stopping" }
        guard running.node.epoch.number == newest,
            running.workers.allSatisfy({ $0.epoch.number == newest })
        else { return "\(name) is behind epoch \(newest)" }
        guard let member = running.node.member, member.canBeHome,
            member.incarnation == process.life
        else { return "epoch \(newest) does not name \(name)'s process as up" }
        for worker in running.workers {
            let report = worker.slotReport()
            guard report.unsettled.isEmpty else {
                return "\(name) has not settled \(report.unsettled)"
            }
            guard report.level.count == newestEpoch.members.count - 1 else {
                return "only \(report.level) are level with \(name)"
            }
        }
        for member in newestEpoch.members where member.number != process.number {
            let other = self.process(member.number)
            let link = links[process.number][other.number]
            guard link.isUp, link.session > link.brokenSession, link.receiverLife == other.life
            else {
                return "\(name) is not connected to n\(other.number)"
            }
        }
        return nil
    }

    /// The first slot of which the members of its replica set hold different copies, in words.
    func differingCopies() -> String? {
        let epoch = newestEpoch
        let slots = plan.workers * (Slots.count / Worker.partitionCount)
        for arc in epoch.arcs where arc.first < slots {
            let replicas = arc.present.replicas
            for slot in arc.first...min(arc.last, slots - 1) {
                let copies = replicas.map { copy(of: slot, at: $0) }
                for copy in copies where copy != copies[0] {
                    return "slot \(slot): "
                        + zip(replicas, copies).map { "n\($0) \($1)" }.joined(separator: ", ")
                }
            }
        }
        return nil
    }

    private func copy(of slot: Int, at number: Int) -> Copy {
        guard let worker = process(number).worker(ofSlot: slot) else {
            return Copy(version: .none, digest: 0)
        }
        let (base, position) = worker.copyVersion(slot: slot)
        return Copy(
            version: CopyVersion(base: base, position: position),
            digest: worker.copyDigest(slot: slot))
    }

    private struct Copy: Equatable, CustomStringConvertible {
        let version: CopyVersion
        let digest: UInt64
        var description: String { "\(version) \(String(digest, radix: 16))" }
    }
}
