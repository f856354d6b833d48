import Client
import Dashboard
import LocalCluster
import RESP
import Ring

/// What the dashboard asks for, done by the client and the local processes.
struct LiveAccess: ClusterAccess {
    let watch: ClusterWatch
    let client: ClusterClient

    init(_ watch: ClusterWatch, options: ClusterOptions) {
        self.watch = watch
        var clientOptions = ClientOptions()
        clientOptions.deadline = .milliseconds(Int(options.timeout * 1_000))
        client = ClusterClient(seeds: watch.seeds, options: clientOptions)
    }

    /// Closes the connections.
    func close() async { await client.close() }

    var ownsLocalNodes: Bool { watch.local != nil }

    func snapshots() -> AsyncStream<ClusterSnapshot> { watch.monitor().snapshots() }

    // MARK: Keys

    func perform(_ request: KeyRequest) async -> KeyOutcome {
        let start = ContinuousClock.now
        let outcome: Outcome<Previous>
        switch request {
        case .get(let key): return await get(key, start)
        case .create(let key, let value): outcome = await client.create(key, value)
        case .set(let key, let value):
            outcome = await client.set(key, value, wantsPrevious: true)
        case .update(let key, let value):
            outcome = await client.update(key, value, wantsPrevious: true)
        case .delete(let key): outcome = await client.delete(key, wantsPrevious: true)
        case .setIfEqual(let key, let expected, let value):
            outcome = await client.compareAndSet(key, expected: expected, value)
        case .deleteIfEqual(let key, let expected):
            outcome = await client.compareAndDelete(key, expected: expected)
        }
        switch outcome {
        case .done(let previous):
            let taken = milliseconds(since: start)
            return .written(
                WriteFacts(
                    milliseconds: taken, durable: await durable(request.key),
                    previous: WriteFacts.Previous(previous)))
        case .no(let reason): return .refused(reason)
        case .notDone(let reason): return .notDone(reason)
        case .unknown(let reason): return .unknown(reason)
        }
    }

    /// How long the home may take to say who has a write: nobody waits for the answer, so only as
    /// long as a person does not notice.
    private static let curiosity: Duration = .milliseconds(250)

    /// The members that have a key's newest version durably, as its home knows; nil when it does
    /// not say so in time.
    private func durable(_ key: [UInt8]) async -> [Int]? {
        guard case .done(let topology) = await client.topology(), let epoch = topology.epoch,
            let home = epoch.home(of: key.withUnsafeBytes { Slots.slot(of: $0) }),
            let member = epoch.member(number: home)
        else { return nil }
        let endpoint = Endpoint(host: member.host, port: member.port)
        let request = [Array("RING".utf8), Array("KEY".utf8), key]
        return await withTaskGroup(of: [Int]?.self) { group in
            group.addTask {
                guard case .done(let value) = await client.ask(endpoint, request),
                    let report = value.decoded(as: KeyReport.self), report.isPresent,
                    let durable = report.durable
                else { return nil }
                return durable.filter { $0 == home } + durable.filter { $0 != home }
            }
            group.addTask {
                // A cancelled sleep ends as a finished one does: without an answer.
                try? await Task.sleep(for: Self.curiosity)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func get(_ key: [UInt8], _ start: ContinuousClock.Instant) async -> KeyOutcome {
        switch await client.get(key) {
        case .done(let value): .found(value: value, milliseconds: milliseconds(since: start))
        case .no(let reason): .refused(reason)
        case .notDone(let reason): .notDone(reason)
        case .unknown(let reason): .unknown(reason)
        }
    }

    func scan(
        cursor: String, pattern: [UInt8]?, count: Int
    ) async -> Result<KeyPage, AccessFailure> {
        guard let cursor = ScanCursor(cursor) else {
            return .failure(AccessFailure("that page is no more"))
        }
        switch await client.scan(from: cursor, matching: pattern, count: count) {
        case .done(let page):
            return .success(KeyPage(keys: page.keys, cursor: page.next?.description ?? "0"))
        case .no(let reason), .notDone(let reason), .unknown(let reason):
            return .failure(AccessFailure(reason))
        }
    }

    func inspect(key: [UInt8]) async -> [KeyPlacement] {
        guard case .done(let topology) = await client.topology(), let epoch = topology.epoch else {
            return []
        }
        let slot = key.withUnsafeBytes { Slots.slot(of: $0) }
        let replicas = epoch.replicas(of: slot)
        let request = [Array("RING".utf8), Array("KEY".utf8), key]
        return await withTaskGroup(of: (Int, KeyPlacement).self) { group in
            for (index, number) in replicas.enumerated() {
                guard let member = epoch.member(number: number) else { continue }
                let endpoint = Endpoint(host: member.host, port: member.port)
                group.addTask {
                    var report: KeyReport?
                    if case .done(let value) = await client.ask(endpoint, request) {
                        report = value.decoded(as: KeyReport.self)
                    }
                    return (index, KeyPlacement(member: number, report: report))
                }
            }
            var placements: [(Int, KeyPlacement)] = []
            for await placement in group { placements.append(placement) }
            return placements.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    // MARK: Nodes

    func node(_ action: NodeAction, name: String) async -> Result<String, AccessFailure> {
        await locally { local async throws(LocalClusterError) in
            switch action {
            case .start:
                let report = try await local.start([name])
                return report.started.isEmpty ? "\(name) is running already" : "started \(name)"
            case .stop:
                let stopped = try await local.stop([name])
                return stopped.isEmpty ? "\(name) was not running" : "stopped \(name)"
            case .kill:
                try await local.kill([name])
                return "killed \(name)"
            case .pause:
                try local.pause([name])
                return "paused \(name)"
            case .resume:
                try local.resume([name])
                return "\(name) goes on"
            }
        }
    }

    func stopAll() async -> Result<String, AccessFailure> {
        await locally { local async throws(LocalClusterError) in
            let stopped = try await local.stop()
            return stopped.isEmpty
                ? "no node was running" : "stopped \(stopped.joined(separator: " "))"
        }
    }

    private func locally(
        _ act: (LocalCluster) async throws(LocalClusterError) -> String
    ) async -> Result<String, AccessFailure> {
        guard let local = watch.local else {
            return .failure(AccessFailure("these nodes are not this machine's to start or stop"))
        }
        do {
            return .success(try await act(local))
        } catch {
            return .failure(AccessFailure(error.description))
        }
    }

    private func milliseconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .milliseconds(1)
    }
}

extension WriteFacts.Previous {
    /// The client's word for it.
    fileprivate init(_ previous: Previous) {
        switch previous {
        case .absent: self = .absent
        case .value(let value): self = .value(value)
        case .notAsked: self = .unknown
        }
    }
}
