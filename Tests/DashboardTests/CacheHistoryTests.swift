import Client
import Ring
import Testing

@testable import Dashboard

@Suite("What copies did over time")
struct CacheHistoryTests {
    private func history(
        _ seconds: ClosedRange<Int>, switched: Int = 0, restarted: Set<Int> = []
    ) -> CacheHistory {
        var history = CacheHistory()
        for second in seconds {
            history.take(
                Fixture.caching(second: second, switched: switched, restarted: restarted))
        }
        return history
    }

    @Test("figures are those of the documentation")
    func figures() {
        var report = Fixture.report(Fixture.epoch().members[0], Fixture.epoch())
        report.traffic.reads = 100
        report.traffic.writes = 10
        report.caches.reads = 80
        report.caches.hits = 60
        report.caches.validated = 8
        report.caches.messages.readsForwarded = 20
        report.caches.messages.renewals = 3
        report.caches.messages.prefetches = 2
        report.caches.messages.writesForwarded = 4
        report.caches.messages.invalidations = 5
        report.caches.messages.records = 20
        report.caches.messages.pushes = 7
        report.caches.prefetches.guesses = 50
        report.caches.prefetches.fetched = 40
        report.caches.prefetches.used = 30
        let counts = CacheCounts(report)
        #expect(counts.hitRate == 0.75)
        #expect(counts.validatedRate == 0.1)
        #expect(counts.messagesPerRead == 0.5)
        #expect(counts.messagesPerWrite == 6.5)
        #expect(counts.accuracy == 0.75)
        #expect(counts.coverage == 0.6)
        let nothing = CacheCounts()
        #expect(nothing.hitRate == nil)
        #expect(nothing.messagesPerRead == nil)
        #expect(nothing.accuracy == nil)
        #expect(nothing.coverage == nil)
    }

    @Test("recent figures are those of the last seconds, not of all time")
    func recent() {
        let history = history(0...20, switched: 10)
        #expect(history.recent(of: 4).hitRate == 0.9)
        #expect(history.recent(of: 4).reads == 1_000)
        #expect(history.recent(of: nil).hitRate == 0.9)
        #expect(history.recent(of: 1).hitRate == nil)
        let curve = history.curve(of: 4, seconds: 100, \.hitRate)
        #expect(curve.count == 20)
        #expect(curve.first == 0)
        #expect(curve.last == 0.9)
        #expect(history.mechanisms[8].coherence == .off)
        #expect(history.mechanisms[9].coherence == .invalidate)
    }

    @Test("another process of the same node is no continuation of the first")
    func restart() {
        var history = history(0...10)
        history.take(Fixture.caching(second: 11, switched: 0, restarted: [4]))
        #expect(history.samples(of: 4).last == CacheCounts())
        #expect(history.samples(of: 4).dropLast().last?.reads == 200)
    }

    @Test("what was counted in a gap is not spread over it")
    func gap() {
        var history = history(0...3)
        history.take(Fixture.caching(second: 9, switched: 0))
        let samples = history.samples(of: 4)
        #expect(samples.count == 9)
        #expect(samples[3...7].allSatisfy { $0 == CacheCounts() })
        #expect(samples[8].reads == 1_200)
        // A day's gap is not a day's work.
        history.take(Fixture.caching(second: 86_400, switched: 0))
        #expect(history.samples(of: nil).count == CacheHistory.secondsMax)
        #expect(history.samples(of: 4).count == CacheHistory.secondsMax)
        #expect(history.mechanisms.count == CacheHistory.secondsMax)
    }

    @Test("several looks within a second are one sample")
    func pace() {
        var history = history(0...5)
        let before = history
        var snapshot = Fixture.caching(second: 5, switched: 0)
        snapshot.milliseconds += 400
        history.take(snapshot)
        #expect(history == before)
    }

    @Test("who joins has no past, and who leaves is forgotten")
    func members() {
        var history = history(0...4)
        var snapshot = Fixture.caching(second: 5, switched: 0)
        snapshot.members[0].number = 9
        history.take(snapshot)
        #expect(history.samples(of: 1).isEmpty)
        #expect(history.samples(of: 9).count == 5)
    }

    @Test("counters of any size are no danger")
    func hugeCounters() {
        var history = CacheHistory()
        for second in 0...3 {
            var snapshot = Fixture.caching(second: second, switched: 0)
            for index in snapshot.members.indices {
                guard var latest = snapshot.members[index].latest else { continue }
                let huge = second.isMultiple(of: 2) ? Int.max : Int.min
                latest.report.caches.messages.readsForwarded = huge
                latest.report.caches.messages.renewals = huge
                latest.report.caches.reads = huge
                latest.report.caches.bytes = huge
                latest.report.caches.entries = huge
                latest.report.traffic.reads = huge
                latest.report.caches.prefetches.stopped = huge
                snapshot.members[index].latest = latest
            }
            history.take(snapshot)
            let model = Fixture.model()
            _ = model.update(.snapshot(snapshot), at: 20_000)
            model.press(.character("7"))
            #expect(Fixture.text(model).contains("7 Caches"))
            model.press(.enter)
            #expect(Fixture.text(model).contains("Caches of all nodes"))
        }
    }
}
