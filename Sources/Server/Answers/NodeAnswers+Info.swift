import Bytes
import RESP
import Ring
import ServerCore

extension NodeAnswers {
    /// `INFO [section…]`.
    func info(_ arguments: Arguments) -> NodeAnswer {
        let wanted = (1..<max(arguments.count, 1)).map { arguments.text($0).lowercased() }
        let version = session.version
        let report = host.process.report(on: host.eventLoop)
        let counts = host.process.onEveryLoop(on: host.eventLoop) { $0.tracking.counts }
        return .later(
            report.and(counts).map { report, counts in
                let tracking = counts.reduce(LoopTracking.Counts(), +)
                let buffer = OutputBuffer()
                defer { buffer.deallocate() }
                ReplyWriter(buffer, version).verbatim(
                    InfoText(report, tracking).text(wanted))
                return buffer.array()
            })
    }
}

/// The text of INFO: sections of `name:value` lines.
struct InfoText {
    private let sections: [(name: String, lines: [(String, String)])]

    init(_ report: NodeReport, _ tracking: LoopTracking.Counts) {
        let megabytes = Double(report.memoryBytes) / 1_048_576
        sections = [
            (
                "Server",
                [
                    ("redis_version", ServerVersion.redis), ("redis_mode", "cluster"),
                    ("ringmaster_version", ServerVersion.own), ("process_id", "\(report.pid)"),
                    ("run_id", report.id.description), ("tcp_port", "\(report.port)"),
                    ("uptime_in_seconds", "\(report.uptimeMilliseconds / 1_000)"),
                    ("io_threads", "\(report.threads)"),
                ]
            ),
            (
                "Clients",
                [
                    ("connected_clients", "\(report.clients)"),
                    ("maxclients", "\(ServerLimits.connectionsMax)"),
                    ("tracking_clients", "\(tracking.clients)"),
                ]
            ),
            (
                "Memory",
                [
                    ("used_memory", "\(report.memoryBytes)"),
                    ("used_memory_human", "\(Int(megabytes * 100) / 100)M"),
                    ("used_memory_rss", "\(report.memoryBytes)"), ("maxmemory", "0"),
                ]
            ),
            (
                "Persistence",
                [
                    ("loading", report.loaded < 1 ? "1" : "0"), ("aof_enabled", "1"),
                    ("fsync", report.fsync), ("log_bytes", "\(report.log.bytes)"),
                    ("log_segments", "\(report.log.segments)"),
                    ("log_records", "\(report.log.records)"),
                    ("log_syncs", "\(report.log.syncs)"),
                    ("writes_stopped", report.writesStopped ?? ""),
                ]
            ),
            (
                "Stats",
                [
                    ("total_commands_processed", "\(report.traffic.reads + report.traffic.writes)"),
                    ("ring_reads", "\(report.traffic.reads)"),
                    ("ring_writes", "\(report.traffic.writes)"),
                    ("ring_forwarded", "\(report.traffic.forwarded)"),
                    ("ring_served", "\(report.traffic.served)"),
                    ("ring_unknown", "\(report.traffic.unknown)"),
                    ("ring_refused", "\(report.traffic.refused)"),
                    ("tracking_total_keys", "\(tracking.keys)"),
                    ("tracking_total_items", "\(tracking.items)"),
                    ("tracking_total_prefixes", "\(tracking.prefixes)"),
                ]
            ),
            ("Replication", [("role", "master"), ("connected_slaves", "0")]),
            (
                "CPU",
                [("used_cpu_milliseconds", "\(report.processorMilliseconds)")]
            ),
            ("Cluster", [("cluster_enabled", "1")]),
            (
                "Ring",
                [
                    ("ring_cluster_id", report.clusterID),
                    ("ring_cluster_name", report.clusterName), ("ring_node", report.name),
                    ("ring_incarnation", "\(report.incarnation)"),
                    ("ring_epoch", "\(report.epoch)"), ("ring_home_slots", "\(report.homeSlots)"),
                    ("ring_settled_slots", "\(report.settledSlots)"),
                    ("ring_home_keys", "\(report.homeKeys)"),
                    ("ring_replica_keys", "\(report.replicaKeys)"),
                ]
            ),
            (
                "Keyspace",
                report.homeKeys + report.replicaKeys == 0
                    ? [] : [("db0", "keys=\(report.homeKeys),expires=0,avg_ttl=0")]
            ),
        ]
    }

    /// The sections that are wanted, all when none is named.
    func text(_ wanted: [String]) -> String {
        let isAll =
            wanted.isEmpty || wanted.contains { ["all", "default", "everything"].contains($0) }
        return sections.filter { isAll || wanted.contains($0.name.lowercased()) }.map { section in
            "# \(section.name)\r\n" + section.lines.map { "\($0):\($1)\r\n" }.joined()
        }.joined(separator: "\r\n")
    }
}
