import ArgumentParser
import Bench
import Client
import FoundationEssentials
import Glibc
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
            return try await work(try cluster.seeds().map(\.benchAddress))
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
    /// How often another first port is tried when one is taken.
    private static let portTriesMax = 20

    private let nodes: Int
    private let threads: Int?
    private let delayMicroseconds: Int
    private let folder: ClusterFolder
    private var delay: LinkDelay?

    init(nodes: Int, threads: Int?, delayMicroseconds: Int) {
        self.nodes = nodes
        self.threads = threads
        self.delayMicroseconds = delayMicroseconds
        folder = ClusterFolder(
            path: FileManager.default.temporaryDirectory.path + "/ringmaster-bench-\(getpid())")
    }

    /// Founds it and waits until the ring is served.
    func start() async throws -> [BenchAddress] {
        for attempt in 1... {
            do {
                return try await start(firstPort: Int.random(in: 20_000...(32_000 - nodes)))
            } catch LocalClusterError.portTaken where attempt < Self.portTriesMax {
                try await delay?.close()
                delay = nil
            }
        }
        return []
    }

    /// Ends its processes and removes the folder; what cannot be removed is said.
    ///
    /// It does so in a task of its own: the caller's may be cancelled.
    func removeAnyway() async {
        do {
            try await Task { try await remove() }.value
        } catch {
            StandardError.line("\(folder.path) was not removed: \(error)")
        }
    }

    private func remove() async throws {
        if try folder.manifest() != nil {
            let local = LocalCluster(folder: folder)
            try local.findUnrecorded()
            try await local.kill(try local.processes().filter(\.isAlive).map(\.name))
            try await local.wipe()
        }
        try await delay?.close()
        delay = nil
    }

    private func start(firstPort: Int) async throws -> [BenchAddress] {
        var options = LaunchOptions()
        options.threads = threads
        let plan = FoundingPlan(
            name: "bench", nodes: nodes, replicas: min(3, nodes), firstPort: firstPort,
            options: options)
        let members = (1...nodes).map { number in
            (
                name: "n\(number)",
                address: BenchAddress(host: plan.host, port: firstPort + number - 1)
            )
        }
        if delayMicroseconds > 0 {
            delay = try await LinkDelay(microseconds: delayMicroseconds, nodes: members)
        }
        let local = LocalCluster(folder: folder, launch: launch(delay))
        _ = try await local.up(plan, found: ServerBridge.found)
        let addresses = members.map(\.address)
        try await awaitServed(addresses.map { Endpoint(host: $0.host, port: $0.port) })
        return addresses
    }

    /// Nodes are told where they find each other through the delay.
    private func launch(_ delay: LinkDelay?) -> NodeLaunch {
        let own = NodeLaunch.ownExecutable
        guard let delay else { return own }
        return NodeLaunch(executable: own.executable) { node in
            let name = node.directory.split(separator: "/").last.map { String($0) } ?? ""
            var arguments = ["node", "--dir", node.directory, "--host", node.host]
            arguments += ["--port", "\(node.port)", "--fsync", node.options.fsync]
            if let threads = node.options.threads { arguments += ["--threads", "\(threads)"] }
            return arguments + delay.arguments(of: name)
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
