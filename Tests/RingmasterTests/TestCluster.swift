import Client
import Foundation
import Glibc
import LocalCluster
import Synchronization

/// A cluster of real processes in a folder of its own, for one test.
///
/// Make it with ``with(nodes:options:_:)``: whatever the test does, every process that it started
/// has ended afterwards, each ended by its own id, and the folder is gone.
struct TestCluster: Sendable {
    let folder: String
    let name = "test"
    let nodes: Int
    let firstPort: Int

    private static let counter = Atomic(0)

    /// Founds and starts a cluster, hands it to the test, and removes it.
    ///
    /// - Parameters:
    ///   - nodes: how many.
    ///   - options: more words for `up`.
    ///   - test: what to do with it.
    /// - Throws: what the test throws; or that the cluster did not start.
    static func with(
        nodes: Int = 5, options: [String] = [], _ test: (TestCluster) async throws -> Void
    ) async throws {
        let number = counter.add(1, ordering: .relaxed).newValue
        let cluster = TestCluster(
            folder: "/tmp/ringmaster-process-test-\(getpid())-\(number)", nodes: nodes,
            firstPort: try freePorts(nodes))
        do {
            try await cluster.up(options)
            try await test(cluster)
        } catch {
            await cluster.remove(keepingLogs: true)
            throw error
        }
        await cluster.remove(keepingLogs: false)
    }

    /// Where the nodes listen, in order.
    var endpoints: [Endpoint] {
        (0..<nodes).map { Endpoint(host: "127.0.0.1", port: firstPort + $0) }
    }

    /// The processes behind the nodes.
    var local: LocalCluster { LocalCluster(folder: ClusterFolder(path: folder)) }

    /// Founds or starts; of a cluster that exists the options must be those of its founding.
    func up(_ options: [String] = []) async throws {
        let threads = options.contains("--threads") ? [] : Self.threads
        try await succeed(
            "up", ["--nodes", "\(nodes)", "--port", "\(firstPort)"] + threads + options)
    }

    /// `RINGMASTER_THREADS` has all tests run on nodes with so many event loops.
    private static let threads =
        ProcessInfo.processInfo.environment["RINGMASTER_THREADS"].map { ["--threads", $0] } ?? []

    /// Runs a command about this cluster.
    func run(
        _ command: String, _ arguments: [String] = [], input: Data = Data()
    ) async throws -> CommandRun {
        try await CommandRun.of(
            [command, "--dir", folder, "--cluster", name] + arguments, input: input)
    }

    /// Runs a command about this cluster that must end well.
    ///
    /// - Returns: what it printed.
    /// - Throws: ``CommandFailed`` when it did not end well.
    @discardableResult
    func succeed(
        _ command: String, _ arguments: [String] = [], input: Data = Data()
    ) async throws -> String {
        let run = try await run(command, arguments, input: input)
        guard run.status == 0 else { throw CommandFailed(command: command, run: run) }
        return run.text
    }

    /// What `status --json` says; nil while no node answers.
    func status() async throws -> ClusterStatus? {
        let run = try await run("status", ["--json"])
        if run.status == 3 { return nil }
        guard run.status == 0 else { throw CommandFailed(command: "status", run: run) }
        return try JSONDecoder().decode(ClusterStatus.self, from: run.output)
    }

    /// Waits until the cluster's status is as wanted.
    func until(
        _ what: String, within limit: Duration = .seconds(30),
        _ isWanted: (ClusterStatus) -> Bool
    ) async throws {
        try await RingmasterTests.until(what, within: limit) {
            guard let status = try await status() else { return false }
            return isWanted(status)
        }
    }

    /// Waits until all nodes are up, all slots are settled and no copy lacks anything.
    func untilLevel(within limit: Duration = .seconds(60)) async throws {
        try await until("all is level", within: limit) { status in
            status.nodes.allSatisfy { $0.state == .up && $0.contact == "reachable" }
                && status.slots.settled == 16_384 && status.slots.underReplicated == 0
                && status.slots.unavailable == 0
        }
    }

    /// The process of a node; nil when it has none.
    func pid(of node: String) throws -> Int32? {
        try local.processes().first { $0.name == node }?.pid.map(Int32.init)
    }

    /// A client of this cluster, whose user closes it.
    func client(_ options: ClientOptions = ClientOptions()) -> ClusterClient {
        ClusterClient(seeds: endpoints, options: options)
    }

    /// Ends every process of this cluster and removes its folder; the logs stay for a failed test.
    private func remove(keepingLogs: Bool) async {
        do {
            try local.findUnrecorded()
            let alive = try local.processes().filter(\.isAlive).map(\.name)
            try await local.kill(alive)
            if !keepingLogs { try FileManager.default.removeItem(atPath: folder) }
        } catch LocalClusterError.noCluster {
            return
        } catch {
            print("\(folder) was not removed: \(error)")
        }
    }

    /// The first of so many neighbouring ports on which nothing listens.
    private static func freePorts(_ count: Int) throws -> Int {
        for _ in 0..<100 {
            let first = Int.random(in: 20_000...(32_000 - count))
            if (first..<(first + count)).allSatisfy(isFree) { return first }
        }
        throw TimedOut(what: "\(count) free ports")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// A command that should have ended well.
struct CommandFailed: Error, CustomStringConvertible {
    var command: String
    var run: CommandRun

    var description: String {
        "\(command) ended with \(run.status): \(run.errors)\(run.text.prefix(2_000))"
    }
}
