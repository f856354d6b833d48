import Client
import LocalCluster

/// Brings a local cluster to where it serves.
struct ClusterStart {
    /// How long nodes may take until the ring is served; replay of a large log takes its time.
    static let patience: Duration = .seconds(120)
    /// How long there may be no progress in that before it is given up.
    static let standstill: Duration = .seconds(30)

    let options: ClusterOptions
    let local: LocalCluster

    init(_ options: ClusterOptions) throws {
        self.options = options
        local = try options.local()
    }

    /// Founds and starts what is missing, and waits until the ring is served.
    ///
    /// - Returns: what there was to do.
    /// - Throws: why it cannot be done, or ``Failure`` when the ring is not served in time.
    func up(_ flags: FoundingFlags) async throws -> StartReport {
        let plan = try flags.plan(name: options.cluster, existing: try local.folder.manifest())
        let report = try await local.up(
            plan, found: ServerBridge.found, progress: StandardError.progress)
        if !report.started.isEmpty {
            try await awaitServed(report.started)
            try await local.confirmJoined(try report.started.filter { try local.hasData($0) })
        }
        return report
    }

    /// Waits until all members are up in the epoch and all slots are settled.
    ///
    /// - Throws: that a node has ended, or ``Failure`` when it takes too long.
    func awaitServed(_ names: [String]) async throws {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        var last = ""
        var movedAt = clock.now
        for await snapshot in try ClusterWatch(options).monitor().snapshots() {
            try local.requireAlive(names)
            let progress = StartProgress(snapshot)
            if progress.isServed { return StandardError.progress(progress.text) }
            if progress.text != last {
                last = progress.text
                movedAt = clock.now
                StandardError.progress(last)
            }
            if clock.now >= end || clock.now - movedAt >= Self.standstill { break }
        }
        throw Failure(
            .notDone, "started, but the ring is not served yet: \(last); see `ringmaster status`")
    }

    /// Waits until nodes answer at all.
    ///
    /// - Throws: that a node has ended, or ``Failure`` when it takes too long.
    func awaitAnswer(_ names: [String]) async throws {
        let end = ContinuousClock.now + Self.standstill
        for await snapshot in try ClusterWatch(options).monitor().snapshots() {
            try local.requireAlive(names)
            let pids = Set(try local.processes().filter { names.contains($0.name) }.map(\.pid))
            let answering = snapshot.members.filter {
                $0.contact == .reachable && pids.contains($0.report?.pid)
            }
            if answering.count >= names.count { return }
            if ContinuousClock.now >= end { break }
        }
        throw Failure(.notDone, "started, but no answer yet; see `ringmaster status`")
    }
}

/// How far a cluster has come on its way to serving.
struct StartProgress {
    let isServed: Bool
    let text: String

    init(_ snapshot: ClusterSnapshot) {
        guard let epoch = snapshot.epoch, let status = ClusterStatus(snapshot) else {
            isServed = false
            text = "no node answers yet"
            return
        }
        let loading = snapshot.members.compactMap { member -> String? in
            guard let loaded = member.report?.loaded, loaded < 1 else { return nil }
            return "\(member.name) reads its log: \(Int(loaded * 100)) %"
        }
        let up = epoch.members.count { member in
            guard member.state == .up, let view = snapshot.member(member.number) else {
                return false
            }
            return view.contact == .reachable && view.report?.incarnation == member.incarnation
        }
        let slots = epoch.arcs.reduce(0) { $0 + $1.slotCount }
        isServed = up == epoch.members.count && status.slots.settled == slots
        let parts =
            loading + ["\(up) of \(epoch.members.count) nodes up"]
            + ["\(Shown.number(status.slots.settled)) of \(Shown.number(slots)) slots served"]
        text = parts.joined(separator: ", ")
    }
}
