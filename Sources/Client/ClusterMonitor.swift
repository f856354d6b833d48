import FoundationEssentials
import Ring

/// Watches a whole cluster: asks each member for its state several times a second, follows the
/// newest epoch, and hands out what it knows.
///
/// Each member is asked on a connection and in a task of its own, so that a hung one delays nobody.
public struct ClusterMonitor: Sendable {
    /// The time between two questions to one member, and between two snapshots.
    public static let interval: Duration = .milliseconds(250)

    private let seeds: [Endpoint]
    private let clusterName: String
    private let processes: @Sendable () -> [String: MemberProcess]

    /// Makes a monitor; nothing is asked before it is used.
    ///
    /// - Parameters:
    ///   - seeds: nodes of the cluster.
    ///   - clusterName: what the cluster is called while no epoch is known.
    ///   - processes: the node processes on this machine by node name; asked at each snapshot.
    public init(
        seeds: [Endpoint], clusterName: String,
        processes: @escaping @Sendable () -> [String: MemberProcess] = { [:] }
    ) {
        self.seeds = seeds
        self.clusterName = clusterName
        self.processes = processes
    }

    /// Snapshots at the monitor's interval, the newest only; watching ends with the stream's use.
    public func snapshots() -> AsyncStream<ClusterSnapshot> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let watching = Task { await watch { continuation.yield($0) } }
            continuation.onTermination = { _ in watching.cancel() }
        }
    }

    /// One snapshot, after each member has answered once or let its time pass.
    public func snapshot() async -> ClusterSnapshot {
        let state = MonitorState(MonitorModel(clusterName: clusterName, seeds: seeds))
        var asked: Set<Endpoint> = []
        // The first answers name the members, which may be more than the seeds.
        while true {
            let missing = await state.endpoints.filter { !asked.contains($0) }
            if missing.isEmpty { break }
            asked.formUnion(missing)
            await withDiscardingTaskGroup { group in
                for endpoint in missing {
                    group.addTask {
                        await state.begin(endpoint)
                        var watch = NodeWatch(endpoint)
                        await state.ask(&watch)
                        watch.close()
                    }
                }
            }
        }
        return await state.snapshot(processes())
    }

    private func watch(_ publish: @escaping @Sendable (ClusterSnapshot) -> Void) async {
        let state = MonitorState(MonitorModel(clusterName: clusterName, seeds: seeds))
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for endpoint in await state.unwatched() {
                    group.addTask { await Self.follow(endpoint, state) }
                }
                publish(await state.snapshot(processes()))
                await Self.pause()
            }
            group.cancelAll()
        }
    }

    /// Asks one member until watching ends or the epoch no longer lists it.
    private static func follow(_ endpoint: Endpoint, _ state: MonitorState) async {
        var watch = NodeWatch(endpoint)
        while !Task.isCancelled, await state.isListed(endpoint) {
            await state.ask(&watch)
            await pause()
        }
        watch.close()
        await state.end(endpoint)
    }

    private static func pause() async {
        // A cancelled sleep returns at once, and the loop's condition then ends the loop.
        try? await Task.sleep(for: interval)
    }
}

/// The model behind a monitor's tasks, with the clocks that it is given.
private actor MonitorState {
    private var model: MonitorModel
    private var watched: Set<Endpoint> = []
    private let start = ContinuousClock.now

    init(_ model: MonitorModel) { self.model = model }

    var endpoints: [Endpoint] { model.endpoints }

    func isListed(_ endpoint: Endpoint) -> Bool { model.endpoints.contains(endpoint) }

    func begin(_ endpoint: Endpoint) {
        watched.insert(endpoint)
        model.onWatch(endpoint, now: now)
    }

    func end(_ endpoint: Endpoint) { watched.remove(endpoint) }

    /// The members that nobody asks yet; from now on somebody does.
    func unwatched() -> [Endpoint] {
        let missing = model.endpoints.filter { !watched.contains($0) }
        for endpoint in missing { begin(endpoint) }
        return missing
    }

    /// Lets a watch ask its node, and takes the answer in.
    nonisolated func ask(_ watch: inout NodeWatch) async {
        let known = await known(of: watch.endpoint)
        let result = await watch.ask(
            newerThan: known.epoch, eventsAfter: known.sequence, of: known.process)
        await take(result, from: watch.endpoint)
    }

    private func known(of endpoint: Endpoint) -> (epoch: Int, sequence: Int, process: Int?) {
        let node = model.nodes[endpoint]
        return (
            model.epoch?.number ?? 0, node?.eventSequence ?? 0, node?.reports.last?.report.pid
        )
    }

    private func take(_ result: WatchResult, from endpoint: Endpoint) {
        switch result {
        case .heard(let report, let epoch, let events):
            model.onReport(report, from: endpoint, now: now)
            if let epoch { model.onEpoch(epoch) }
            model.onEvents(events, from: endpoint)
        case .refused: model.onRefusal(endpoint, now: now)
        case .silent: break
        }
    }

    func snapshot(_ processes: [String: MemberProcess]) -> ClusterSnapshot {
        let wall = Int(Date().timeIntervalSince1970 * 1_000)
        model.onProcesses(processes, wall: wall)
        let now = now
        model.onLook(now: now, wall: wall)
        return model.snapshot(now: now)
    }

    private var now: Int {
        let passed = (ContinuousClock.now - start).components
        return Int(passed.seconds) * 1_000 + Int(passed.attoseconds / 1_000_000_000_000_000)
    }
}
