import Foundation
import Log
import Ring
import ServerCore

/// Makes the directories of a recovered cluster beside those of the former one.
struct RecoveryBuilder {
    private let sources: [RecoverySource]
    private let survey: RecoverySurvey
    private let plan: RecoveryJournal
    private let identities: [NodeIdentity]
    private let epoch: RingEpoch

    init(_ sources: [RecoverySource], _ survey: RecoverySurvey, _ plan: RecoveryJournal) {
        self.sources = sources
        self.survey = survey
        self.plan = plan
        var generator = SystemRandomNumberGenerator()
        identities = sources.map { source in
            let former = source.identity
            return NodeIdentity(
                id: NodeID(random: &generator), name: former.name, host: former.host,
                port: former.port, clusterID: plan.clusterID, clusterName: plan.clusterName)
        }
        let newest = sources.map(\.epoch).max { $0.number < $1.number }
        var settings = newest?.settings ?? ClusterSettings()
        settings.areMovesPaused = false
        epoch = RingEpoch.founding(
            clusterID: plan.clusterID, clusterName: plan.clusterName, settings: settings,
            nodes: identities.map { (id: $0.id, name: $0.name, host: $0.host, port: $0.port) })
    }

    /// Makes all of them; all is on the disk when this returns.
    func build(progress: (String) -> Void) throws {
        let json = [UInt8](try JSONEncoder().encode(epoch))
        for (identity, move) in zip(identities, plan.moves) {
            try DataDirectory.found(move.made, identity: identity, epoch: json, slots: [])
        }
        let heirs = RecoveryHeirs(
            epoch,
            try zip(identities, plan.moves).map { identity, move in
                try RecoveryLog(
                    move.made + "/" + LogFiles.directoryName,
                    owner: LogOwner(identity, bootID: ""))
            })
        try heirs.found(survey.slots(.lost))
        for (index, source) in sources.enumerated() {
            let slots = survey.choices.indices.filter { survey.choices[$0].source == index }
            progress("copies \(slots.count) slots of \(source.identity.name)")
            try source.read { worker in
                for slot in slots { try heirs.copy(slot, from: worker) }
            }
        }
        try heirs.finish()
        for move in plan.moves { try Directories.synchronize(move.made) }
    }
}

/// The logs of all new nodes, and which of them gets a slot.
private struct RecoveryHeirs {
    private let epoch: RingEpoch
    /// By place in the epoch's members, which are numbered from 1.
    private let heirs: [RecoveryLog]

    init(_ epoch: RingEpoch, _ heirs: [RecoveryLog]) {
        self.epoch = epoch
        self.heirs = heirs
    }

    /// Gives the heirs of a slot all its entries, under new versions that are the same for each.
    ///
    /// They are of generation 0: before all that the new cluster writes. Its first home begins
    /// generation 1 at position 0, and no copy may stand further then.
    func copy(_ slot: Int, from worker: Worker) throws(StorageFailure) {
        let heirs = heirs(of: slot)
        var position = 0
        var failure: StorageFailure?
        worker.forEachEntry(slot: slot) { entry in
            guard failure == nil else { return }
            position += 1
            let record = Record(
                kind: .copy, key: entry.key, value: entry.value, slot: slot, generation: 0,
                position: position, expiry: entry.expiry)
            do throws(StorageFailure) {
                for heir in heirs { try heir.append(record) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try found(slot)
    }

    /// Gives the heirs of slots an empty copy.
    func found(_ runs: [ClosedRange<Int>]) throws(StorageFailure) {
        for slot in runs.joined() { try found(slot) }
    }

    private func found(_ slot: Int) throws(StorageFailure) {
        for heir in heirs(of: slot) {
            try heir.append(Record(mark: slot...slot, generation: 1, position: 0))
        }
    }

    func finish() throws(StorageFailure) {
        for heir in heirs { try heir.finish() }
    }

    private func heirs(of slot: Int) -> [RecoveryLog] {
        epoch.replicas(of: slot).map { heirs[$0 - 1] }
    }
}
