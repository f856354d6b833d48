import Client
import Ring
import Terminal

@testable import Dashboard

extension Fixture {
    /// The cluster of five in one second of a run in which one key is read through n4: up to
    /// `switched` every read goes to its home, from then on nine of ten are answered from a copy.
    static func caching(
        second: Int, switched: Int, coherence: Coherence = .invalidate,
        prefetching: Prefetching = .off, restarted: Set<Int> = []
    ) -> ClusterSnapshot {
        var epoch = Fixture.epoch()
        epoch.settings.coherence = second >= switched ? coherence : .off
        epoch.settings.prefetching = second >= switched ? prefetching : .off
        let hits = max(0, second - switched) * 180
        let members = epoch.members.map { member in
            var view = MemberSnapshot(
                number: member.number, name: member.name, host: member.host, port: member.port)
            view.contact = .reachable
            view.process = .running
            view.pid = 8100 + member.number
            var report = report(member, epoch)
            report.caches.coherence = epoch.settings.coherence
            report.caches.prefetching = epoch.settings.prefetching
            report.caches.bytesMax = 64 << 20
            report.traffic.reads = second * 20
            report.traffic.writes = second * 10
            report.caches.messages.records = second * 20
            // Another process than the one that a new screen has seen first.
            report.pid = 8_200 + member.number
            if member.number == 4 {
                report.traffic.reads = second * 200
                report.caches.reads = second * 200
                report.caches.hits = hits
                report.caches.messages.readsForwarded = second * 200 - hits
                report.caches.fills = second * 200 - hits
                report.caches.entries = hits > 0 ? 1_204 : 0
                report.caches.bytes = hits > 0 ? 9 << 20 : 0
                report.caches.prefetches.guesses = hits / 2
                report.caches.prefetches.fetched = hits / 2
                report.caches.prefetches.used = hits / 3
            }
            report.caches.sharedKeys = member.number == 1 && hits > 0 ? 1 : 0
            if restarted.contains(member.number) {
                report.pid = 9_000 + member.number
                report.incarnation += 1
            }
            view.latest = TimedReport(milliseconds: 10_000 + 1_000 * second, report: report)
            return view
        }
        return ClusterSnapshot(
            milliseconds: 10_000 + 1_000 * second, clusterName: "demo", epoch: epoch,
            members: members)
    }

    /// A screen that has seen such a run.
    static func afterCaching(
        _ screen: TestScreen, seconds: Int = 40, switched: Int = 25,
        coherence: Coherence = .invalidate, prefetching: Prefetching = .off
    ) -> TestScreen {
        for second in 0...seconds {
            _ = screen.update(
                .snapshot(
                    caching(
                        second: second, switched: switched, coherence: coherence,
                        prefetching: prefetching)), at: 10_000 + 1_000 * second)
        }
        return screen
    }

    /// A reader as it runs.
    static func reader(_ node: Int = 4) -> Reader {
        Reader(
            request: 900,
            wish: ReaderWish(
                key: Array("hot".utf8), node: "n\(node)",
                endpoint: Endpoint(host: "127.0.0.1", port: 7100 + node), perSecond: 200),
            news: ReaderNews(perSecond: 199.6, microseconds: 312))
    }

    /// What a bench of each coherence measured.
    static let benchTable: BenchTable = {
        let columns = [
            BenchTable.Column("ops/s", "operations per second"),
            BenchTable.Column("x off", "throughput over that without mechanisms", digits: 2),
            BenchTable.Column("hit %", "reads from a copy", digits: 1),
            BenchTable.Column("msg/r", "messages per read", digits: 2),
            BenchTable.Column("p50 ms", "of reads", digits: 2),
        ]
        let figures: [(String, [Double?])] = [
            ("off", [21_345, 1, nil, 1.98, 0.71]), ("ttl", [48_210, 2.26, 91.2, 0.18, 0.31]),
            ("validate", [20_911, 0.98, 0, 2.01, 0.72]),
            ("invalidate", [46_007, 2.16, 88.9, 0.22, 0.33]),
            ("update", [47_105, 2.21, 93.1, 0.14, 0.32]),
        ]
        return BenchTable(
            title: "hot-key through n4", columns: columns,
            rows: figures.map { BenchTable.Row(name: $0.0, figures: $0.1) })
    }()
}
