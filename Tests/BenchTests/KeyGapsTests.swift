import Testing

@testable import Bench

/// Gaps by hand-made times: two keys, each asked for every 100 µs.
@Suite struct KeyGapsTests {
    @Test("a gap is the time between two successes less the time between two operations")
    func undisturbed() {
        var gaps = KeyGaps(keys: 2, spacing: 100)
        gaps.begin(.calm, at: 0)
        for time in [0, 100, 230, 300] { gaps.onSuccess(key: 0, at: time) }
        for time in [50, 150, 250] { gaps.onSuccess(key: 1, at: time) }
        let calm = gaps.finish(at: 300).longest[.calm]
        #expect(calm == KeyGaps.Longest(length: 30, key: 0, from: 100, to: 230))
    }

    @Test("a gap that overlaps the fault belongs to it, however early or late it began")
    func fault() {
        var gaps = KeyGaps(keys: 2, spacing: 100)
        gaps.begin(.calm, at: 0)
        gaps.onSuccess(key: 0, at: 10)
        gaps.onSuccess(key: 1, at: 60)
        gaps.begin(.fault, at: 100)
        gaps.onSuccess(key: 0, at: 700)
        gaps.begin(.return, at: 900)
        // Begun while the fault lasted and over only after it.
        gaps.onSuccess(key: 1, at: 950)
        gaps.onSuccess(key: 0, at: 1_000)
        gaps.onSuccess(key: 1, at: 1_100)
        let longest = gaps.finish(at: 1_100).longest
        #expect(longest[.fault] == KeyGaps.Longest(length: 790, key: 1, from: 60, to: 950))
        #expect(longest[.return]?.length == 50)
        #expect(longest[.calm]?.length == 0)
    }

    @Test("a key that has no success any more counts up to the end of the trial")
    func openGap() {
        var gaps = KeyGaps(keys: 2, spacing: 100)
        gaps.begin(.calm, at: 0)
        for key in 0..<2 { gaps.onSuccess(key: key, at: 90) }
        gaps.begin(.fault, at: 100)
        gaps.onSuccess(key: 0, at: 200)
        let longest = gaps.finish(at: 2_000).longest
        #expect(longest[.fault] == KeyGaps.Longest(length: 1_810, key: 1, from: 90, to: 2_000))
    }

    @Test("what began before a trial counts in none")
    func straddling() {
        var gaps = KeyGaps(keys: 1, spacing: 100)
        gaps.begin(.calm, at: 0)
        gaps.onSuccess(key: 0, at: 10)
        gaps.begin(.fault, at: 20)
        gaps.onFailure(.unknown)
        #expect(gaps.finish(at: 500).counts.unknown == 1)
        gaps.begin(.calm, at: 500)
        gaps.onSuccess(key: 0, at: 900)
        let next = gaps.finish(at: 900)
        #expect(next.longest.values.allSatisfy { $0.length == 0 })
        #expect(next.counts.unknown == 0 && next.counts.done == 1)
    }
}
