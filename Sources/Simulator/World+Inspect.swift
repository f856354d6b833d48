import Ring
import ServerCore

/// What must hold at every instant.
extension World {
    /// After each input of a process.
    func inspect(_ process: SimulatedProcess) {
        guard process.isAlive else { return }
        for (place, slot) in watchedSlots.enumerated() {
            guard let worker = process.worker(ofSlot: slot) else { continue }
            inspectCopy(process, place, slot)
            if worker.servesWithLease(slot: slot, clock: process.clock) {
                inspectHome(process, slot)
            }
        }
    }

    /// A copy's (base, position) never falls while the process lives.
    private func inspectCopy(_ process: SimulatedProcess, _ place: Int, _ slot: Int) {
        let version = process.version(of: slot)
        let last = lastVersions[process.number][place]
        if version < last, !mayDrop(process, slot) || version != .none {
            violate(.copyFell, "n\(process.number) slot \(slot): \(version), \(last) before")
        }
        lastVersions[process.number][place] = version
    }

    /// Whether no set of the slot's history counts the node any more: then its copy may go.
    func mayDrop(_ process: SimulatedProcess, _ slot: Int) -> Bool {
        guard let epoch = process.worker(ofSlot: slot)?.epoch else { return true }
        return !epoch.arc(of: slot).history.contains { $0.replicas.contains(process.number) }
    }

    /// No other process can answer reads of the slot.
    ///
    /// Paused ones included: a lease is a matter of time, not of running.
    private func inspectHome(_ process: SimulatedProcess, _ slot: Int) {
        for other in processes where other.number != process.number {
            guard let worker = other.worker(ofSlot: slot),
                worker.servesWithLease(slot: slot, clock: other.clock)
            else { continue }
            violate(
                .twoHomes,
                "slot \(slot): n\(process.number) in epoch "
                    + "\(process.worker(ofSlot: slot)?.epoch.number ?? 0) and n\(other.number) in "
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
        trace.note(now, "epoch \(epoch.number): \(epoch.words)")
        if epoch.number > newestEpoch.number {
            newestEpoch = epoch
            admitMembers()
        }
    }
}
