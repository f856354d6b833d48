import ArgumentParser
import Bench
import Client
import LocalCluster
import Ring

/// Whether a bench starts a cluster of its own, and how far apart its nodes are.
struct OwnClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Start a cluster of so many nodes in a temporary folder, and remove it at the end.",
            valueName: "nodes"))
    var own: Int?
    @Option(
        help: ArgumentHelp(
            "Delay of every message between the nodes of a cluster of its own (--own 5 if not "
                + "said), such as 1ms or 500us.", valueName: "time"))
    var linkDelay: LinkTime?
    @Option(
        help: ArgumentHelp("Event loops of each node of a cluster of its own.", valueName: "count"))
    var threads: Int?

    func validate() throws {
        if let own, !(1...FoundingPlan.nodesMax).contains(own) {
            throw ValidationError("--own is 1 to \(FoundingPlan.nodesMax)")
        }
        if threads != nil, own == nil, linkDelay == nil {
            throw ValidationError("--threads is for --own")
        }
    }

    /// Gives the addresses of a cluster to work with: its own, which is removed afterwards, or the
    /// one that the command line names.
    func withAddresses<Result: Sendable>(
        of cluster: ClusterOptions, progress: @Sendable (String) -> Void,
        _ work: ([BenchAddress]) async throws -> Result
    ) async throws -> Result {
        guard own != nil || linkDelay != nil else {
            return try await work(try await cluster.benchAddresses())
        }
        progress("starting a cluster of \(own ?? 5) nodes")
        let bench = BenchCluster(
            nodes: own ?? 5, threads: threads, delayMicroseconds: linkDelay?.microseconds ?? 0)
        do {
            let result = try await work(try await bench.start())
            await bench.removeAnyway()
            return result
        } catch {
            await bench.removeAnyway()
            throw error
        }
    }
}

/// A time with its unit: `1ms`, `500us`; without one it is milliseconds.
struct LinkTime: ExpressibleByArgument {
    var microseconds: Int

    init?(argument: String) {
        let units = [("us", 1), ("µs", 1), ("ms", 1_000)]
        let unit = units.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(unit?.0.count ?? 0)
        guard let number = Int(digits), number >= 0 else { return nil }
        let (microseconds, overflow) = number.multipliedReportingOverflow(by: unit?.1 ?? 1_000)
        guard !overflow, microseconds <= LinkDelay.microsecondsMax else { return nil }
        self.microseconds = microseconds
    }
}

/// A cluster in a temporary folder, with slow links if wished.
actor BenchCluster {
    private let nodes: Int
    private let threads: Int?
    private let delayMicroseconds: Int
    private let cluster = TemporaryCluster(for: "bench")
    private var delay: LinkDelay?

    init(nodes: Int, threads: Int?, delayMicroseconds: Int) {
        self.nodes = nodes
        self.threads = threads
        self.delayMicroseconds = delayMicroseconds
    }

    /// Founds it and waits until the ring is served.
    func start() async throws -> [BenchAddress] {
        var options = LaunchOptions()
        options.threads = threads
        let plan = FoundingPlan(
            name: "bench", nodes: nodes, replicas: min(3, nodes), options: options)
        let local = try await cluster.start(plan) { firstPort in
            try await launch(members(plan, firstPort))
        }
        let manifest = try local.manifest()
        let seeds = manifest.nodes.map { Endpoint(host: manifest.host, port: $0.port) }
        try await awaitServed(seeds)
        return seeds.map(\.benchAddress)
    }

    /// Ends its processes and removes the folder; what cannot be removed is said.
    ///
    /// It does so in a task of its own: the caller's may be cancelled.
    func removeAnyway() async {
        do {
            try await Task { try await remove() }.value
        } catch {
            StandardError.line("\(cluster.folder.path) was not removed: \(error)")
        }
    }

    private func remove() async throws {
        try await cluster.remove()
        try await delay?.close()
        delay = nil
    }

    private func members(
        _ plan: FoundingPlan, _ firstPort: Int
    ) -> [(name: String, address: BenchAddress)] {
        (0..<plan.nodes).map { index in
            ("n\(index + 1)", BenchAddress(host: plan.host, port: firstPort + index))
        }
    }

    /// Nodes are told where they find each other through the delay.
    private func launch(
        _ members: [(name: String, address: BenchAddress)]
    ) async throws -> NodeLaunch {
        try await delay?.close()
        delay = nil
        guard delayMicroseconds > 0 else { return .ownExecutable }
        let delay = try await LinkDelay(microseconds: delayMicroseconds, nodes: members)
        self.delay = delay
        return NodeLaunch.ownExecutable.adding { node in
            delay.arguments(of: node.directory.split(separator: "/").last.map(String.init) ?? "")
        }
    }

    private func awaitServed(_ seeds: [Endpoint]) async throws {
        let end = ContinuousClock.now + ClusterStart.patience
        for await snapshot in ClusterMonitor(seeds: seeds, clusterName: "bench").snapshots() {
            if StartProgress(snapshot).isServed { return }
            if ContinuousClock.now >= end { break }
        }
        try Task.checkCancellation()
        throw Failure(.notDone, "the bench's own cluster does not serve")
    }
}
