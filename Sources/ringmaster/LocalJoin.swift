import Client
import LocalCluster
import Ring

/// Makes a new local node and sees it into the cluster.
struct LocalJoin: Sendable {
    /// How long a new process may take until the ring's queue has its change: it gives up by
    /// itself before.
    static let patience: Duration = .seconds(90)

    let local: LocalCluster
    let monitor: ClusterMonitor

    /// A node that is in the ring's queue.
    struct Asked: Sendable {
        var member: Member
        var change: Int
    }

    /// The order of a node that clashes with none of the ring.
    ///
    /// - Parameters:
    ///   - name: nil takes the next free one.
    ///   - port: nil takes one that fits the name.
    ///   - epoch: the newest one.
    ///   - manifest: the cluster's on this machine, which must be the epoch's.
    /// - Returns: the order.
    /// - Throws: that the folder is another cluster's.
    static func order(
        name: String?, port: Int?, epoch: RingEpoch, manifest: ClusterManifest
    ) throws -> NodeOrder {
        guard epoch.clusterID == manifest.id else {
            throw Failure(
                .no,
                "the folder is of another cluster than the one that answers; say which "
                    + "with --cluster or --dir")
        }
        let everyone = epoch.everyone
        return NodeOrder(
            name: name, port: port, takenNames: Set(everyone.map(\.name)),
            takenPorts: Set(everyone.filter { $0.host == manifest.host }.map(\.port)))
    }

    /// What would be asked of the ring for an order.
    func request(_ order: NodeOrder) throws -> RingRequest {
        let node = try local.next(order)
        var generator = SystemRandomNumberGenerator()
        return .join(
            id: NodeID(random: &generator), name: node.name, host: try local.manifest().host,
            port: node.port)
    }

    /// Makes the node, starts it and waits until the ring's queue has its change.
    ///
    /// - Returns: the new member.
    /// - Throws: why the node could not be started or did not get in; then it is forgotten again.
    func begin(_ order: NodeOrder) async throws -> Asked {
        let node = try await local.add(order, progress: StandardError.progress)
        do {
            let asked = try await awaitAsked(node)
            try await local.confirmJoined([node.name])
            return asked
        } catch {
            // A node whose change may have been asked for stays: a start goes on with it.
            let processes = try local.processes()
            let isAlive = processes.contains { $0.name == node.name && $0.isAlive }
            if try !isAlive && !local.hasData(node.name) { try await local.forget(node.name) }
            throw error
        }
    }

    private func awaitAsked(_ node: ManifestNode) async throws -> Asked {
        let end = ContinuousClock.now + Self.patience
        for await snapshot in monitor.snapshots() {
            try local.requireAlive([node.name])
            if let epoch = snapshot.epoch, let asked = asked(node, in: epoch),
                try local.hasData(node.name)
            {
                return asked
            }
            if ContinuousClock.now >= end { break }
        }
        let why = Task.isCancelled ? "broken off" : "the ring has not taken it up yet"
        throw Failure(
            .unknown,
            "\(node.name) is started: \(why); `ringmaster status` shows whether it joins, "
                + "`ringmaster stop \(node.name)` ends it")
    }

    private func asked(_ node: ManifestNode, in epoch: RingEpoch) -> Asked? {
        guard let member = epoch.member(named: node.name), member.port == node.port else {
            return nil
        }
        let kind = RingChange.Kind.join(member: member.number)
        let numbers =
            epoch.queue.waiting.filter { $0.kind == kind }.map(\.id)
            + epoch.queue.ended.filter { $0.kind == kind }.map(\.id)
        return numbers.last.map { Asked(member: member, change: $0) }
    }

    /// Says that a node that is joining has lost its process.
    func requireAlive(_ name: String, change: Int) throws {
        do {
            try local.requireAlive([name])
        } catch LocalClusterError.didNotStart(_, let how, let log) {
            throw Failure(
                .notDone,
                "\(name)'s process ended while it joined: \(how)\n\(log)\n`ringmaster start "
                    + "\(name)` lets it go on, `ringmaster moves cancel \(change)` takes it back")
        }
    }
}
