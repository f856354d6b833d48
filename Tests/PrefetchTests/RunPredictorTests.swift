import Testing

@testable import Prefetch

@Suite struct SequentialPredictorTests {
    @Test("three keys in a row make a run, of which the next ones are guessed")
    func run() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        #expect(prefetcher.guesses("user:41") == [])
        #expect(prefetcher.guesses("user:42") == [])
        #expect(prefetcher.guesses("user:43") == ["user:44", "user:45", "user:46", "user:47"])
        #expect(prefetcher.guesses("user:44") == [])
        #expect(prefetcher.guesses("user:45").first == "user:48")
    }

    @Test("leading zeros, width and what stands behind the number are kept")
    func shape() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        _ = prefetcher.guesses("row:0997:x")
        _ = prefetcher.guesses("row:0998:x")
        #expect(
            prefetcher.guesses("row:0999:x")
                == ["row:1000:x", "row:1001:x", "row:1002:x", "row:1003:x"])
        var plain = Prefetcher(.sequential, limits: trusting)
        for number in 7...8 { _ = plain.guesses("n\(number)") }
        #expect(plain.guesses("n9") == ["n10", "n11", "n12", "n13"])
    }

    @Test("runs that interleave on one connection are each followed")
    func interleaved() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        for number in 1...2 {
            for stem in ["a", "b", "c"] { #expect(prefetcher.guesses("\(stem)\(number)") == []) }
        }
        for stem in ["a", "b", "c"] {
            #expect(prefetcher.guesses("\(stem)3").first == "\(stem)4")
        }
    }

    @Test("two places of one table that are scanned by turns are two runs")
    func sameStem() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        for step in 0...1 {
            for start in [100, 9000] { _ = prefetcher.guesses("k\(start + step)") }
        }
        #expect(prefetcher.guesses("k102").first == "k103")
        #expect(prefetcher.guesses("k9002").first == "k9003")
    }

    @Test("connections have runs of their own, and a closed one leaves none behind")
    func connections() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        #expect(prefetcher.guesses("k1", connection: 1) == [])
        #expect(prefetcher.guesses("k2", connection: 2) == [])
        #expect(prefetcher.guesses("k3", connection: 1) == [])
        #expect(prefetcher.guesses("k10", connection: 3) == [])
        #expect(prefetcher.guesses("k11", connection: 3) == [])
        prefetcher.forget(connection: 3)
        #expect(prefetcher.guesses("k12", connection: 3) == [])
    }

    @Test("connections that share out one scan are guessed ahead of together")
    func shared() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        var guesses: [String] = []
        for number in 0..<40 {
            // Neighbours change places, as connections overtake each other.
            let mixed = number ^ 1
            guesses += prefetcher.guesses("k\(mixed)", connection: number % 20)
        }
        #expect(guesses.count > 16)
        #expect(Set(guesses).count == guesses.count)
    }

    @Test("no number beyond eighteen digits is guessed, and none that is not there")
    func ends() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        for last in 7...8 { _ = prefetcher.guesses("k99999999999999999\(last)") }
        #expect(prefetcher.guesses("k999999999999999999") == [])
        for _ in 0..<10 { #expect(prefetcher.guesses("no number") == []) }
    }

    @Test("keys that are too long are neither learnt nor guessed")
    func long() {
        var prefetcher = Prefetcher(.sequential, limits: trusting)
        let stem = String(repeating: "x", count: 2000)
        for number in 0..<10 { #expect(prefetcher.guesses("\(stem)\(number)") == []) }
    }
}

@Suite struct StridePredictorTests {
    @Test("a constant distance is seen after four steps, and guessed on, upwards and downwards")
    func stride() {
        for (stride, next) in [(128, "r1640"), (-128, "r360")] {
            var prefetcher = Prefetcher(.stride, limits: trusting)
            for step in 0..<4 { #expect(prefetcher.guesses("r\(1000 + step * stride)") == []) }
            #expect(prefetcher.guesses("r\(1000 + 4 * stride)").first == next)
        }
    }

    @Test("a stray read does not end the stride, and the reader's place is not lost by it")
    func stray() {
        var prefetcher = Prefetcher(.stride, limits: trusting)
        var guesses: Set<String> = []
        for step in 0..<60 {
            if step % 9 == 8 { guesses.formUnion(prefetcher.guesses("r\(777_777 + step)")) }
            let key = "r\(step * 7)"
            if step > 8 { #expect(guesses.contains(key), "\(key)") }
            guesses.formUnion(prefetcher.guesses(key))
        }
        #expect(guesses.allSatisfy { Int($0.dropFirst()).map { $0 % 7 == 0 } == true })
    }

    @Test("a new stride takes over")
    func change() {
        var prefetcher = Prefetcher(.stride, limits: trusting)
        for step in 0..<50 { _ = prefetcher.guesses("r\(step * 7)") }
        var guesses: [String] = []
        for step in 0..<6 { guesses += prefetcher.guesses("r\(100_000 + step * 11)") }
        #expect(guesses.contains("r\(100_000 + 6 * 11)"))
    }

    @Test("distances without a majority guess nothing")
    func noMajority() {
        var prefetcher = Prefetcher(.stride, limits: trusting)
        var random = SeededRandom(5)
        for _ in 0..<2000 {
            #expect(prefetcher.guesses("r\(Int.random(in: 0..<1_000_000, using: &random))") == [])
        }
    }

    @Test("nothing below zero and nothing beyond eighteen digits is guessed")
    func ends() {
        var prefetcher = Prefetcher(.stride, limits: trusting)
        for step in 0..<4 { _ = prefetcher.guesses("r\(50 - step * 10)") }
        #expect(prefetcher.guesses("r10") == ["r0"])
        var large = Prefetcher(.stride, limits: trusting)
        for step in 0..<5 { #expect(large.guesses("r\(step * 240_000_000_000_000_000)") == []) }
    }

    @Test("more than half of the latest distances must agree; the smallest window decides")
    func majority() {
        func elected(_ distances: Int...) -> Int? {
            var window = DistanceWindow(capacity: 8)
            for distance in distances { window.append(distance) }
            return window.majority()
        }
        #expect(elected(5, 5, 5) == nil)
        #expect(elected(5, 5, 9, 7) == nil)
        #expect(elected(5, 5, 9, 5) == 5)
        #expect(elected(5, 5, 5, 5, 9, 5, 7, 1) == 5)
        #expect(elected(5, 5, 5, 5, 5, 9, 9, 9) == 9)
        #expect(elected(1, 1, 1, 1, 5, 5, 9, 9, 7, 7, 3, 3) == nil)
        #expect(elected(-2, 4, -2, -2) == -2)
    }
}
