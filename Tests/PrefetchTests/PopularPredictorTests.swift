import Testing

@testable import Prefetch

@Suite struct PopularPredictorTests {
    @Test("counts are exact while there are counters enough")
    func exact() {
        var counts = SpaceSaving(capacity: 10)
        add("a", 5, to: &counts)
        add("b", 9, to: &counts)
        add("c", 2, to: &counts)
        #expect(text(counts.hottest(2, least: 1)) == ["b 9", "a 5"])
        #expect(text(counts.hottest(9, least: 3)) == ["b 9", "a 5"])
        counts.age()
        #expect(text(counts.hottest(9, least: 1)) == ["b 4", "a 2", "c 1"])
    }

    @Test("with too few counters no certain count is too large, and no hot key is missing")
    func bounds() {
        var random = SeededRandom(9)
        var counts = SpaceSaving(capacity: 50)
        var truth: [String: Int] = [:]
        for _ in 0..<20_000 {
            let isHot = Bool.random(using: &random)
            let key = "k\(Int.random(in: 0..<(isHot ? 10 : 5000), using: &random))"
            truth[key, default: 0] += 1
            add(key, 1, to: &counts)
        }
        let hottest = counts.hottest(10, least: 1)
        for (key, count) in counts.hottest(50, least: 1) {
            #expect(count <= truth[String(decoding: key, as: UTF8.self)] ?? 0)
        }
        let names = Set(hottest.map { String(decoding: $0.key, as: UTF8.self) })
        #expect(names == Set((0..<10).map { "k\($0)" }))
    }

    @Test("what others find hot is guessed, the hottest of the cluster first")
    func told() {
        var prefetcher = Prefetcher(.popular, limits: trusting)
        #expect(hear(["a": 5, "b": 50], from: 2, at: 0, &prefetcher) == ["b", "a"])
        #expect(hear(["a": 90, "c": 60], from: 3, at: 1, &prefetcher) == ["a", "c"])
        #expect(hear(["b": 60, "a": 7], from: 2, at: 2, &prefetcher) == ["a", "b"])
        // The third member has been silent for too long: only its own word counts.
        #expect(hear(["b": 60, "a": 7], from: 2, at: 11_000_000, &prefetcher) == ["b", "a"])
    }

    @Test("a node tells what its own clients read most")
    func tells() {
        var limits = PrefetchLimits()
        limits.popularSampling = 1
        limits.popularCountMin = 4
        var prefetcher = Prefetcher(.popular, limits: limits)
        for _ in 0..<9 { _ = prefetcher.guesses("hot") }
        for _ in 0..<5 { _ = prefetcher.guesses("warm") }
        _ = prefetcher.guesses("cold")
        #expect(text(prefetcher.hottest(10)) == ["hot 9", "warm 5"])
        #expect(text(prefetcher.hottest(1)) == ["hot 9"])
        #expect(prefetcher.hottest(-1).isEmpty)
    }

    @Test("a sample tells nearly what all reads would")
    func sample() {
        var random = SeededRandom(7)
        var prefetcher = Prefetcher(.popular)
        for _ in 0..<20_000 {
            let isHot = Int.random(in: 0..<10, using: &random) == 0
            _ = prefetcher.guesses(isHot ? "hot" : "k\(Int.random(in: 0..<9000, using: &random))")
        }
        let hottest = prefetcher.hottest(1)
        #expect(hottest.first.map { String(decoding: $0.key, as: UTF8.self) } == "hot")
        #expect((1700...2300).contains(hottest.first?.count ?? 0))
    }

    @Test("nonsense from another member is left out, and adding up never overflows")
    func nonsense() {
        var prefetcher = Prefetcher(.popular, limits: trusting)
        let long = String(repeating: "x", count: 5000)
        #expect(hear([long: 9, "zero": 0, "minus": -4], from: 2, at: 0, &prefetcher) == [])
        #expect(hear(["a": .max], from: 2, at: 0, &prefetcher) == ["a"])
        #expect(hear(["a": .max], from: 3, at: 0, &prefetcher) == ["a"])
        #expect(hear(["a": 1], from: 2, at: 0, &prefetcher) == ["a"])
        for member in 0..<1000 {
            _ = hear(["k\(member)": 5], from: member, at: 0, &prefetcher)
        }
    }

    private func hear(
        _ keys: [String: Int], from member: Int, at now: Int, _ prefetcher: inout Prefetcher
    ) -> [String] {
        var guesses: [[UInt8]] = []
        let list = keys.map { (key: Array($0.key.utf8), count: $0.value) }
        prefetcher.onHottest(list, from: member, now: now, guesses: &guesses)
        prefetcher.onAsked(0)
        return guesses.map { String(decoding: $0, as: UTF8.self) }
    }

    private func add(_ key: String, _ count: Int, to counts: inout SpaceSaving) {
        for _ in 0..<count { Array(key.utf8).withUnsafeBytes { counts.add($0, count: 1) } }
    }

    private func text(_ keys: [(key: [UInt8], count: Int)]) -> [String] {
        keys.map { "\(String(decoding: $0.key, as: UTF8.self)) \($0.count)" }
    }
}
