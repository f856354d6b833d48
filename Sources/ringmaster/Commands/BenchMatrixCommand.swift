import ArgumentParser
import Bench
import Client
import Ring

/// `ringmaster bench matrix`.
struct MatrixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Measure coherence × prefetching under several workloads.",
        discussion: """
            Each mechanism is switched on for the whole cluster in turn, from empty caches on, and \
            measured beside `off` of the same workload in the same run. The settings are put back \
            and the bench's keys deleted at the end, also on ^C. Workloads: uniform, zipfian, \
            sequential, strided, sessions, hot-key, ycsb-a, ycsb-b, ycsb-c, ycsb-d. Another server \
            of the Redis protocol is measured without mechanisms.

            hits: reads answered from a copy, of those of keys that the node is not home of; \
            validated: those whose copy the home said to be the newest. \
            msg/read, msg/write: messages between nodes, answers included. stale: how long a value \
            had been overwritten, the overwrite acknowledged, when a read was sent that got it. \
            accuracy: keys fetched ahead that were read; coverage: misses that they spared. ‰: for \
            1,000 reads.

            With --json: {"format", "plan", "nodes", "through", "hotKey", "notes", "cells": [{"id": \
            {"workload", "coherence", "prefetching"}, "figures", "ratios", "rounds", "problem"}], \
            "failure"}; figures are medians over the rounds, ratios are to `off`; latencies in \
            microseconds, staleness in milliseconds.
            """)

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Which workloads.", valueName: "workload"))
    var workloads: [Workload] = MatrixPlan(addresses: []).workloads
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Which coherences, beside off.", valueName: "mechanism"))
    var coherence: [Coherence] = Coherence.allCases
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Which prefetchings, beside off.", valueName: "mechanism"))
    var prefetching: [Prefetching] = Prefetching.allCases
    @Option(
        help: ArgumentHelp(
            "Where the clients connect to: a node, or all; the first one if not said.",
            valueName: "node|host:port|all"))
    var through: String?
    @Option(help: ArgumentHelp("How often each cell is measured.", valueName: "times"))
    var rounds = 1
    @Option(help: ArgumentHelp("Operations of each cell.", valueName: "count"))
    var operations = 20_000
    @Option(
        help: ArgumentHelp("Operations before those; half as many if not said.", valueName: "count")
    )
    var warmUp: Int?
    @Option(help: ArgumentHelp("Connections.", valueName: "count"))
    var clients = 16
    @Option(help: ArgumentHelp("Requests under way on each connection.", valueName: "depth"))
    var pipeline = 1
    @Option(
        help: ArgumentHelp(
            "Operations per second in an open loop; as fast as answers come if not said.",
            valueName: "operations"))
    var rate: Int?
    @Option(help: ArgumentHelp("Different keys; scans have their own.", valueName: "count"))
    var keys = 10_000
    @Option(help: ArgumentHelp("Bytes of each value, at least 16.", valueName: "bytes"))
    var valueBytes = 64
    @Option(help: ArgumentHelp("Distance of two keys of a strided scan.", valueName: "keys"))
    var stride = 5
    @Option(help: ArgumentHelp("Keys of a session.", valueName: "count"))
    var session = 50
    @Option(help: ArgumentHelp("Writes per second of the hot key.", valueName: "count"))
    var writes = 100
    @Option(
        help: ArgumentHelp(
            "Part of the keys that a node's copies may hold; 0 leaves cache-bytes alone.",
            valueName: "share"))
    var cacheShare = 0.25
    @Option(help: ArgumentHelp("The same seed gives the same load.", valueName: "number"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Event loops of the bench itself.", valueName: "count"))
    var loops = 1

    @OptionGroup var own: OwnClusterOptions
    @OptionGroup var forms: BenchOutputOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try forms.check()
        try plan(to: [BenchAddress(host: "", port: 0)]).validate()
        let line = ProgressLine()
        let interruption = Interruption()
        defer { interruption.end() }
        let report = try await interruption.during {
            try await own.withAddresses(of: cluster, progress: line.show) { addresses in
                try await MatrixRunner.run(plan(to: addresses)) { line.show($0.text) }
            }
        }
        line.clear()
        try forms.write(
            output, text: report.text, json: report.json, csv: report.csv, svg: report.svg)
        if let failure = report.failure { throw Failure(.notDone, failure) }
    }

    private func plan(to addresses: [BenchAddress]) -> MatrixPlan {
        var plan = MatrixPlan(addresses: addresses)
        plan.through = through
        plan.workloads = workloads
        plan.coherences = coherence
        plan.prefetchings = prefetching
        plan.rounds = rounds
        plan.operations = operations
        plan.warmUp = warmUp
        plan.clients = clients
        plan.pipeline = pipeline
        plan.rate = rate
        plan.keys = keys
        plan.valueBytes = valueBytes
        plan.stride = stride
        plan.sessionLength = session
        plan.writesPerSecond = writes
        plan.cacheShare = cacheShare == 0 ? nil : cacheShare
        plan.seed = seed
        plan.threads = loops
        return plan
    }
}

extension MatrixProgress {
    /// How far it is, in one line that fits a narrow terminal.
    var text: String {
        let percent = total > 0 ? " \(done * 100 / total) %" : ""
        guard let cell else {
            return stage == .loading ? "inserting keys\(percent)" : "putting all back\(percent)"
        }
        let left =
            secondsLeft.flatMap { $0 < 1e6 ? Int($0.rounded(.up)) : nil }
            .map { ", \(Shown.time(seconds: $0)) left" } ?? ""
        return "\(cellsDone) of \(cellsTotal)\(left): \(cell.workload.rawValue), \(cell.name), "
            + "\(stage.rawValue)\(percent)"
    }
}

extension Coherence: ExpressibleByArgument {}
extension Prefetching: ExpressibleByArgument {}
