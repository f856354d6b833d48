import Bench
import Client
import LocalCluster
import Ring

/// Carries `bench outage` out, on a cluster of its own.
struct OutageRun: Sendable {
    /// How long the others may take to serve without a node, and all to be level again.
    static let patience: Duration = .seconds(60)

    private let plan: OutagePlan
    private let local: LocalCluster
    private let clients: [ClusterClient]

    /// Founds a cluster, measures, and removes it, also when the run is broken off by ^C.
    ///
    /// - Parameters:
    ///   - plan: what to do; valid.
    ///   - keepsFolder: whether the cluster's folder stays.
    /// - Returns: what was measured, also when the run ended early.
    /// - Throws: that the cluster could not be started or removed.
    static func run(_ plan: OutagePlan, keepsFolder: Bool) async throws -> OutageReport {
        let cluster = TemporaryCluster(for: "outage")
        let work = Task {
            let local = try await cluster.start(FoundingPlan(name: "outage", nodes: plan.nodes))
            return try await OutageRun(plan, local).measure()
        }
        let interrupts = Interrupts { work.cancel() }
        defer { interrupts.end() }
        let result = await work.result
        try await cluster.remove(keepsFolder: keepsFolder)
        return try result.get()
    }

    private init(_ plan: OutagePlan, _ local: LocalCluster) throws {
        self.plan = plan
        self.local = local
        let seeds = try Self.seeds(local)
        clients = (0..<plan.clients).map { _ in ClusterClient(seeds: seeds) }
    }

    private static func seeds(_ local: LocalCluster) throws -> [Endpoint] {
        let manifest = try local.manifest()
        return manifest.nodes.map { Endpoint(host: manifest.host, port: $0.port) }
    }

    // MARK: - Measuring

    private func measure() async throws -> OutageReport {
        let value = [UInt8](repeating: UInt8(ascii: "v"), count: plan.valueBytes)
        let load = OutageLoad(plan) { [clients] request in
            let client = clients[request.client]
            let key = Array("outage:\(request.key)".utf8)
            if request.isWrite { return OutageFailure(await client.set(key, value)) }
            return OutageFailure(await client.get(key))
        }
        var trials: [OutageTrial] = []
        var failure: String?
        try await untilLevel()
        let loading = Task { await load.run() }
        do {
            // The first round is slower: connections come about, and keys are new.
            try await Task.sleep(for: .microseconds(plan.spacingMicroseconds) + .seconds(1))
            for number in 0..<plan.count {
                let trial = try await strike(number, under: load)
                trials.append(trial)
                StandardError.progress(
                    "\(number + 1) of \(plan.count): \(plan.fault.rawValue) of \(trial.node), "
                        + "longest gap \(Int(trial.gap)) ms, \(trial.counts.failed) failed")
            }
        } catch {
            failure = Failure(error)?.text ?? "\(error)"
        }
        loading.cancel()
        for client in clients { await client.close() }
        await loading.value
        return OutageReport(plan: plan, trials: trials, failure: failure)
    }

    /// Hits a node, lets it back when the others serve without it, and waits until all is level.
    private func strike(_ number: Int, under load: OutageLoad) async throws -> OutageTrial {
        let names = try local.manifest().nodes.map(\.name)
        // A node that joins takes the last place: the first one is the one that is here longest.
        let node = plan.fault == .leave ? names[0] : names[number % names.count]
        load.beginCalm()
        try await Task.sleep(for: .milliseconds(plan.calmMilliseconds))
        load.beginFault()
        let hit: String
        switch plan.fault {
        case .kill, .pause, .stop: hit = try await disturb(node)
        case .leave: hit = try await leave(node)
        case .join: hit = try await join()
        }
        try await Task.sleep(for: round)
        load.beginReturn()
        switch plan.fault {
        case .kill, .stop: _ = try await local.start([node])
        case .pause: try local.resume([node])
        case .leave: _ = try await join()
        case .join: _ = try await leave(hit)
        }
        try await untilLevel()
        try await Task.sleep(for: round)
        return load.finish(node: hit)
    }

    /// Time for each key to be asked for after what was waited for has come about.
    private var round: Duration {
        .microseconds(plan.spacingMicroseconds) + .milliseconds(250)
    }

    /// Hits a node's process, and waits until the others serve without it.
    private func disturb(_ node: String) async throws -> String {
        switch plan.fault {
        case .kill: try await local.kill([node])
        case .pause: try local.pause([node])
        default: try await local.stop([node])
        }
        try await until("\(node)'s slots are served by others") { snapshot in
            guard let epoch = snapshot.epoch, let status = ClusterStatus(snapshot) else {
                return false
            }
            return epoch.member(named: node)?.state == .down
                && status.slots.settled == Slots.count && status.slots.unavailable == 0
        }
        return node
    }

    /// Lets a node leave the ring, and forgets it.
    private func leave(_ node: String) async throws -> String {
        _ = try await clients[0].request(.leave(node)).get()
        try await until("\(node) has left") { $0.epoch?.member(named: node) == nil }
        guard try await local.awaitEnd(of: node, within: Self.patience) else {
            throw Failure(.notDone, "\(node) has left, and its process goes on")
        }
        try await local.forget(node)
        try await untilLevel()
        return node
    }

    /// Lets a new node join the ring.
    private func join() async throws -> String {
        let node = try await local.add(NodeOrder()).name
        try await until("\(node) has joined") { $0.epoch?.member(named: node)?.state == .up }
        try await local.confirmJoined([node])
        try await untilLevel()
        return node
    }

    private func untilLevel() async throws {
        try await until("all is level") { snapshot in
            guard let epoch = snapshot.epoch, let status = ClusterStatus(snapshot) else {
                return false
            }
            guard epoch.queue.waiting.isEmpty else { return false }
            let areUp = epoch.members.allSatisfy { member in
                member.state == .up
                    && snapshot.member(member.number)?.report?.incarnation == member.incarnation
            }
            return areUp && status.nodes.allSatisfy { $0.contact == "reachable" }
                && status.slots.settled == Slots.count && status.slots.underReplicated == 0
        }
    }

    private func until(
        _ what: String, _ isWanted: (ClusterSnapshot) -> Bool
    ) async throws {
        let end = ContinuousClock.now + Self.patience
        // Nodes come and go: a monitor begins with those that are there.
        let monitor = ClusterMonitor(seeds: try Self.seeds(local), clusterName: "outage")
        for await snapshot in monitor.snapshots() {
            if isWanted(snapshot) { return }
            if ContinuousClock.now >= end { break }
        }
        try Task.checkCancellation()
        throw Failure(.notDone, "in vain waited \(Self.patience) for this: \(what)")
    }
}

extension OutageFailure {
    /// What an outcome means for a key's service; nil when it was served.
    ///
    /// An answer that says no, such as that a key is absent, is service as well.
    fileprivate init?<Value>(_ outcome: Outcome<Value>) {
        switch outcome {
        case .done, .no: return nil
        case .notDone: self = .notDone
        case .unknown: self = .unknown
        }
    }
}
