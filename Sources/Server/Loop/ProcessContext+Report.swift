import Glibc
import NIOCore
import Ring
import ServerCore

extension ProcessContext {
    /// What the node says of itself, gathered from all loops.
    func report(on eventLoop: any EventLoop) -> EventLoopFuture<NodeReport> {
        var gathered = eventLoop.makeSucceededFuture(baseReport())
        for host in hosts {
            gathered = gathered.flatMap { report in
                host.eventLoop.submit { host.value.filled(report) }
            }.hop(to: eventLoop)
        }
        return gathered.flatMap { report in
            self.opinions().map { opinions in
                var report = report
                report.suspects = opinions.suspects
                report.evictions = opinions.evictions
                return report
            }
        }.hop(to: eventLoop)
    }

    private func baseReport() -> NodeReport {
        var report = NodeReport(
            id: identity.id, number: number, name: identity.name, host: options.host,
            port: options.port, pid: Int(getpid()), incarnation: identity.incarnation,
            clusterID: identity.clusterID, clusterName: identity.clusterName, epoch: 0)
        report.uptimeMilliseconds = (Clock.monotonic() - startedAt) / 1_000
        report.threads = loopCount
        report.fsync = options.fsync.rawValue
        report.memoryBytes = ProcessUsage.residentBytes
        report.processorMilliseconds = ProcessUsage.processorMilliseconds
        report.clients = connectionCount.value
        report.loaded = loaded.withLockedValue { $0 }
        if let log = logStore?.report() { report.log = log }
        report.log.compaction = compactor.share
        report.log.damagedSlots = compactor.health?.damaged ?? 0
        report.log.doubtfulSlots = compactor.health?.doubtful ?? 0
        return report
    }
}

extension LoopHost {
    /// Adds this loop's part to the node's report.
    func filled(_ report: NodeReport) -> NodeReport {
        var report = report
        let records = report.log.records
        worker?.fill(&report, now: Clock.monotonic())
        report.log.records = max(records, report.log.records)
        for bucket in latency.reads.indices {
            report.traffic.readLatency[bucket] += latency.reads[bucket]
            report.traffic.writeLatency[bucket] += latency.writes[bucket]
        }
        return report
    }
}

/// What the process uses.
enum ProcessUsage {
    static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(
            decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * Int(getpagesize())
    }

    static var processorMilliseconds: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return seconds * 1_000 + Int(microseconds) / 1_000
    }
}
