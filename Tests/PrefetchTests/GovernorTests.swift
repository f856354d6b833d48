import Prefetch
import Ring
import Testing

@Suite struct GovernorTests {
    private var quick: PrefetchLimits {
        var limits = PrefetchLimits()
        limits.trialGuesses = 8
        limits.outcomesMax = 32
        limits.pauseReadsMin = 100
        limits.pauseReadsMax = 400
        limits.patienceReads = 640
        return limits
    }

    /// Reads a run until guesses come that are answered by an outcome; the reads that it took.
    private func read(
        _ prefetcher: inout Prefetcher, from start: Int, count: Int,
        outcome: (inout Prefetcher) -> Void
    ) -> Int {
        var guesses = 0
        for number in start..<start + count {
            for _ in prefetcher.guesses("k\(number)") {
                guesses += 1
                prefetcher.onFetched(bytes: 10)
                outcome(&prefetcher)
            }
        }
        return guesses
    }

    @Test(
        "a predictor whose trial fails stops itself, and each new trial comes after twice as long")
    func backsOff() {
        var prefetcher = Prefetcher(.sequential, limits: quick)
        var stops: [Int] = []
        var wasStopped = false
        for number in 0..<3000 {
            for _ in prefetcher.guesses("k\(number)") { prefetcher.onWasted() }
            let isStopped = prefetcher.report.stopped == 1
            if isStopped, !wasStopped { stops.append(number) }
            wasStopped = isStopped
        }
        let pauses = zip(stops.dropFirst(), stops).map { $0 - $1 }
        #expect(pauses.count >= 5)
        for (pause, least) in zip(pauses, [100, 200, 400, 400, 400]) {
            #expect(pause >= least && pause < least + 20)
        }
    }

    @Test("a trial makes no more guesses than it may, however many reads come before the answers")
    func trialBound() {
        var prefetcher = Prefetcher(.sequential, limits: quick)
        var guesses = 0
        for number in 0..<600 { guesses += prefetcher.guesses("k\(number)").count }
        #expect(guesses == 8)
        #expect(prefetcher.report.stopped == 0)
    }

    @Test("guesses count against the budget before the worker has said what it asked for")
    func offers() {
        var prefetcher = Prefetcher(.sequential, limits: quick)
        var guesses: [[UInt8]] = []
        for number in 0..<100 {
            Array("k\(number)".utf8).withUnsafeBytes {
                prefetcher.onRead($0, connection: 1, guesses: &guesses)
            }
        }
        #expect(guesses.count == 8)
        // None had to be asked for, so the budget is whole again.
        prefetcher.onAsked(0)
        #expect(prefetcher.guesses("k100").count > 0)
    }

    @Test("guesses that nobody reads count as wrong in the end")
    func patience() {
        var prefetcher = Prefetcher(.sequential, limits: quick)
        for number in 0..<2000 where prefetcher.report.stopped == 0 {
            _ = prefetcher.guesses("k\(number)")
        }
        #expect(prefetcher.report.stopped == 1)
        #expect(prefetcher.report.guesses == 8)
        #expect(prefetcher.report.wasted == 0)
    }

    @Test("a trial waits less long for its guesses to be read than what is open does")
    func trialPatience() {
        var limits = quick
        limits.patienceReads = 100_000
        limits.trialPatienceReads = 500
        var prefetcher = Prefetcher(.sequential, limits: limits)
        for number in 0..<1_000 where prefetcher.report.stopped == 0 {
            _ = prefetcher.guesses("k\(number)")
        }
        #expect(prefetcher.report.stopped == 1)
        #expect(read(&prefetcher, from: 1_000, count: 400) { $0.onUsed() } > 100)
        // What is open waits: these are asked for and not read.
        for number in 1_400..<5_000 { _ = prefetcher.guesses("k\(number)") }
        #expect(prefetcher.report.stopped == 0)
    }

    @Test("guesses that were given up say nothing of a later trial, read or not")
    func givenUp() {
        var prefetcher = Prefetcher(.sequential, limits: quick)
        var number = 0
        func guess() -> Int {
            defer { number += 1 }
            return prefetcher.guesses("k\(number)").count
        }
        while prefetcher.report.stopped == 0, number < 2_000 { _ = guess() }
        while prefetcher.report.stopped == 1, number < 4_000 { _ = guess() }
        for _ in 0..<8 { prefetcher.onUsed() }
        #expect((1...8).contains((0..<50).reduce(0) { sum, _ in sum + guess() }))
    }

    @Test("a trial that is passed opens the budget, and a bad turn later closes it")
    func turns() {
        var prefetcher = Prefetcher(.sequential, limits: quick)
        #expect(read(&prefetcher, from: 0, count: 200) { $0.onUsed() } > 150)
        #expect(prefetcher.report.stopped == 0)
        #expect(read(&prefetcher, from: 200, count: 200) { $0.onWasted() } < 60)
        #expect(prefetcher.report.stopped == 1)
        #expect(read(&prefetcher, from: 400, count: 300) { $0.onUsed() } > 100)
        #expect(prefetcher.report.stopped == 0)
    }

    @Test("guesses that have not served anybody yet are bounded")
    func outstanding() {
        var limits = quick
        limits.guessesOutstandingMax = 20
        var prefetcher = Prefetcher(.sequential, limits: limits)
        _ = read(&prefetcher, from: 0, count: 50) { $0.onUsed() }
        var guesses = 0
        for number in 50..<150 { guesses += prefetcher.guesses("k\(number)").count }
        #expect((1...20).contains(guesses))
    }

    @Test("late guesses make runs be guessed further ahead")
    func late() {
        func furthest(_ outcome: (inout Prefetcher) -> Void) -> Int {
            var prefetcher = Prefetcher(.sequential, limits: trusting)
            var furthest = 0
            for number in 0..<2000 {
                for guess in prefetcher.guesses("k\(number)") {
                    furthest = max(furthest, (Int(guess.dropFirst()) ?? 0) - number)
                    outcome(&prefetcher)
                }
            }
            return furthest
        }
        #expect(furthest { $0.onUsed() } == 32)
        #expect(furthest { $0.onLate() } >= 256)
    }

    @Test("the report counts what it is told")
    func report() {
        var prefetcher = Prefetcher(.popular)
        prefetcher.onAsked(5)
        for _ in 0..<4 { prefetcher.onFetched(bytes: 100) }
        prefetcher.onUsed()
        prefetcher.onUsed()
        prefetcher.onLate()
        prefetcher.onWasted()
        var expected = PrefetchReport()
        expected.guesses = 5
        expected.fetched = 4
        expected.bytes = 400
        expected.used = 2
        expected.late = 1
        expected.wasted = 1
        #expect(prefetcher.report == expected)
    }

    @Test("outcomes that nobody asked for, and too many of them, do no harm")
    func strayOutcomes() {
        for prefetching in Prefetching.allCases {
            var prefetcher = Prefetcher(prefetching, limits: quick)
            for _ in 0..<100 {
                prefetcher.onWasted()
                prefetcher.onUsed()
                prefetcher.onLate()
                prefetcher.onAsked(0)
                prefetcher.forget(connection: 3)
            }
            for number in 0..<100 { _ = prefetcher.guesses("k\(number)") }
        }
    }

    @Test("off guesses nothing and hears nothing")
    func off() {
        var prefetcher = Prefetcher(.off)
        for number in 0..<100 { #expect(prefetcher.guesses("k\(number)") == []) }
        #expect(prefetcher.hottest(10).isEmpty)
        var guesses: [[UInt8]] = []
        prefetcher.onHottest([(Array("k".utf8), 9)], from: 2, now: 0, guesses: &guesses)
        #expect(guesses.isEmpty)
    }
}
