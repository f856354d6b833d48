import Testing

@testable import Prefetch

@Suite struct ReachTests {
    private var limits: PrefetchLimits {
        var limits = PrefetchLimits()
        limits.reachMin = 8
        limits.reachMax = 32
        limits.reachHoldReadsMin = 1000
        return limits
    }

    @Test("late guesses of runs that are as far ahead as they may be double it, up to its limit")
    func grows() {
        var reach = Reach(limits: limits)
        for _ in 0..<9 { reach.onLate(reads: 1, outstanding: 0) }
        #expect(reach.value == 8)
        for value in [16, 32, 32] {
            reach.isReached = true
            for _ in 0..<2 { reach.onLate(reads: 1, outstanding: 0) }
            #expect(reach.value == value)
        }
    }

    @Test("what was guessed before a change says nothing about it")
    func waits() {
        var reach = Reach(limits: limits)
        for _ in 0..<2 {
            reach.isReached = true
            for _ in 0..<2 { reach.onLate(reads: 1, outstanding: 10) }
        }
        #expect(reach.value == 16)
        for _ in 0..<10 { reach.onOutcome(isRight: true, reads: 1, outstanding: 0) }
        for _ in 0..<2 { reach.onLate(reads: 1, outstanding: 0) }
        #expect(reach.value == 32)
    }

    @Test("many wasted guesses halve it, and for a while it does not grow again, each time longer")
    func shrinks() {
        var reach = Reach(limits: limits)
        func late(at reads: Int) -> Int {
            reach.isReached = true
            for _ in 0..<2 { reach.onLate(reads: reads, outstanding: 0) }
            return reach.value
        }
        func waste(one part: Int, at reads: Int) -> Int {
            for outcome in 0..<64 {
                reach.onOutcome(isRight: outcome % part != 0, reads: reads, outstanding: 0)
            }
            return reach.value
        }
        #expect(late(at: 0) == 16)
        #expect(waste(one: 8, at: 0) == 16)
        #expect(waste(one: 2, at: 0) == 8)
        #expect(waste(one: 2, at: 0) == 8)
        #expect(late(at: 1999) == 8)
        #expect(late(at: 2000) == 16)
        #expect(waste(one: 2, at: 2000) == 8)
        #expect(late(at: 5999) == 8)
        #expect(late(at: 6000) == 16)
    }
}
