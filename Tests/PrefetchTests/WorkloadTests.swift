import Prefetch
import Ring
import Testing

/// What each predictor is worth to clients that read over a slow link, by the model of a node.
@Suite struct WorkloadTests {
    @Test(
        "a scan finds nine keys in ten here, however long the round trip",
        arguments: [10, 100, 400])
    func scan(latency: Int) {
        var model = ReadModel(.sequential, latency: latency)
        var next = 0
        model.run(reads: 10_000) { _ in
            next += 1
            return "user:\(next)"
        }
        #expect(model.result.hitRate >= 0.9)
        #expect(model.result.accuracy >= 0.9)
    }

    @Test("scans of many connections, each of its own part, find nine keys in ten here")
    func scans() {
        var model = ReadModel(.sequential, connections: 16)
        var next = Array(repeating: 0, count: 16)
        model.run(reads: 40_000) { connection in
            next[connection] += 1
            return "user:\(connection * 1_000_000 + next[connection]):name"
        }
        #expect(model.result.hitRate >= 0.9)
    }

    @Test("one scan that many connections share out finds nine keys in ten here")
    func sharedScan() {
        var model = ReadModel(.sequential, connections: 16)
        var next = 0
        model.run(reads: 40_000) { _ in
            next += 1
            return "user:\(next)"
        }
        #expect(model.result.hitRate >= 0.9)
    }

    @Test(
        "strided scans in both directions find nine keys in ten here", arguments: [7, -7, 1, 4096])
    func strides(stride: Int) {
        var model = ReadModel(.stride)
        var next = 1_000_000_000
        model.run(reads: 10_000) { _ in
            next += stride
            return "row:\(next)"
        }
        #expect(model.result.hitRate >= 0.9)
        #expect(model.result.accuracy >= 0.9)
    }

    @Test("one strided scan that many connections share out finds nine keys in ten here")
    func sharedStride() {
        var model = ReadModel(.stride, connections: 16)
        var next = 0
        model.run(reads: 40_000) { _ in
            next += 7
            return "row:\(next)"
        }
        #expect(model.result.hitRate >= 0.9)
    }

    @Test("repeated sessions find seven keys in ten here", arguments: [1, 3, 10])
    func sessions(count: Int) {
        var hitRates: [Double] = []
        for prefetching in [Prefetching.off, .markov] {
            var random = SeededRandom(UInt64(count))
            let length = 3000 / count
            let sessions = (0..<count).map { _ in
                (0..<length).map { _ in "page:\(Int.random(in: 0..<20_000, using: &random))" }
            }
            let connections = 6
            var session = Array(repeating: 0, count: connections)
            var step = Array(repeating: length, count: connections)
            // Fewer copies than keys: without guesses few are here when they are read again.
            var model = ReadModel(
                prefetching, connections: connections, latency: 40, cacheKeys: 900)
            func next(_ connection: Int) -> String {
                if step[connection] == length {
                    session[connection] = Int.random(in: 0..<count, using: &random)
                    step[connection] = 0
                }
                step[connection] += 1
                return sessions[session[connection]][step[connection] - 1]
            }
            model.run(reads: 20_000, key: next)
            model.countAnew()
            model.run(reads: 20_000, key: next)
            hitRates.append(model.result.hitRate)
        }
        #expect(hitRates[1] >= 0.7)
        // Copies help by themselves where connections follow each other through one session.
        #expect(1 - hitRates[1] <= (1 - hitRates[0]) * 0.6)
    }

    @Test("what is hot at one node is at another one before its clients ask")
    func popular() {
        var random = SeededRandom(11)
        // Zipf-like: each key a little rarer than the one before.
        func hotKey() -> String {
            let uniform = Double.random(in: 0..<1, using: &random)
            return "item:\(Int(200 * uniform * uniform * uniform))"
        }
        var first = ReadModel(.popular, connections: 4)
        var second = ReadModel(.popular, connections: 4)
        first.run(reads: 5000) { _ in hotKey() }
        for round in 0..<20 {
            second.hear(first.prefetcher.hottest(128))
            second.run(reads: 100) { _ in hotKey() }
            if round == 0 { second.countAnew() }
        }
        #expect(second.result.hitRate >= 0.95)
        #expect(second.result.report.used >= 40)
        #expect(second.result.accuracy >= 0.5)
    }

    @Test(
        "random keys are given up: at most 10 guesses per 1,000 reads, trials included",
        arguments: [(Prefetching.sequential, 300), (.stride, 300), (.markov, 300)]
            + Prefetching.allCases.map { ($0, 20_000) })
    func uniform(prefetching: Prefetching, keys: Int) {
        var random = SeededRandom(13)
        var model = ReadModel(prefetching, connections: 8, cacheKeys: 64)
        func run(_ reads: Int) {
            model.run(reads: reads) { _ in "key:\(Int.random(in: 0..<keys, using: &random))" }
        }
        run(20_000)
        model.countAnew()
        for part in 0..<10 {
            let others = (0..<100).map { (key: Array("key:\(part * 100 + $0)".utf8), count: 5) }
            model.hear(others)
            run(10_000)
        }
        #expect(model.result.guesses <= 1000)
    }

    @Test("after random keys a scan is found again")
    func recovers() {
        var random = SeededRandom(17)
        var model = ReadModel(.markov, cacheKeys: 400)
        model.run(reads: 8000) { _ in "key:\(Int.random(in: 0..<2000, using: &random))" }
        #expect(model.result.guesses <= 64)
        var next = 0
        model.run(reads: 40_000) { _ in
            next = (next + 1) % 3000
            return "page:\(next)"
        }
        model.countAnew()
        model.run(reads: 6000) { _ in
            next = (next + 1) % 3000
            return "page:\(next)"
        }
        #expect(model.result.hitRate >= 0.8)
    }
}
