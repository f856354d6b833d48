import Ring
import ServerCore

/// What must hold at every instant.
extension World {
    /// After each input of a process.
    func inspect(_ process: SimulatedProcess) {
        guard let worker = process.running?.worker else { return }
        for slot in watchedSlots {
            inspectCopy(process, slot, worker)
            if worker.servesWithLease(slot: slot, clock: process.clock) {
                inspectHome(process, slot)
            }
        }
    }

    /// A copy's (base, position) never falls while the process lives.
    private func inspectCopy(_ process: SimulatedProcess, _ slot: Int, _ worker: Worker) {
        let version = process.version(of: slot, worker)
        if let last = lastVersions[process.number][slot], version < last {
            violate(.copyFell, "n\(process.number) slot \(slot): \(version), \(last) before")
        }
        lastVersions[process.number][slot] = version
    }

    /// No other process can answer reads of the slot.
    ///
    /// Paused ones included: a lease is a matter of time, not of running.
    private func inspectHome(_ process: SimulatedProcess, _ slot: Int) {
        for other in processes where other.number != process.number {
            guard let worker = other.running?.worker,
                worker.servesWithLease(slot: slot, clock: other.clock)
            else { continue }
            violate(
                .twoHomes,
                "slot \(slot): n\(process.number) in epoch "
                    + "\(process.running?.worker.epoch.number ?? 0) and n\(other.number) in "
                    + "epoch \(worker.epoch.number)")
        }
    }

    /// An epoch is decided once.
    func inspect(_ epoch: RingEpoch, of process: SimulatedProcess) {
        trace.fold(epoch.number)
        if let known = epochs[epoch.number] {
            if known != epoch {
                violate(.epochsDiffer, "epoch \(epoch.number) of n\(process.number)")
            }
            return
        }
        epochs[epoch.number] = epoch
        counts.epochChanges = epochs.count - 1
        let members = epoch.members.map { "\($0.name) \($0.state)/\($0.incarnation)" }
        trace.note(now, "epoch \(epoch.number): \(members.joined(separator: ", "))")
    }

    /// What is not level yet; nil when everything is.
    func whatIsNotLevel() -> String? {
        let newest = processes.map { $0.running?.node.epoch.number ?? 0 }.max() ?? 0
        for process in processes {
            guard let running = process.running else { return "n\(process.number) is not running" }
            guard running.node.epoch.number == newest, running.worker.epoch.number == newest else {
                return "n\(process.number) is behind epoch \(newest)"
            }
            guard let member = running.node.member, member.canBeHome,
                member.incarnation == process.life
            else { return "epoch \(newest) does not name n\(process.number)'s process as up" }
            let report = running.worker.slotReport()
            guard report.unsettled.isEmpty else {
                return "n\(process.number) has not settled \(report.unsettled)"
            }
            guard report.level.count == processes.count - 1 else {
                return "only \(report.level) are level with n\(process.number)"
            }
            for other in processes where other.number != process.number {
                let link = links[process.number][other.number]
                guard link.isUp, link.session > link.brokenSession else {
                    return "n\(process.number) is not connected to n\(other.number)"
                }
            }
        }
        return differingCopies()
    }

    /// The first slot of which the members of its replica set hold different copies, in words.
    func differingCopies() -> String? {
        guard let epoch = processes.first?.running?.node.epoch else { return nil }
        for slot in 0..<1_024 {
            let reports = epoch.replicas(of: slot).compactMap { number in
                process(number).running?.worker.copyReports(slot...slot).first
            }
            for report in reports where report != reports[0] {
                return "slot \(slot): \(reports)"
            }
        }
        return nil
    }
}
