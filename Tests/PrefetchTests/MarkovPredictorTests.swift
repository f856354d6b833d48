import Testing

@testable import Prefetch

@Suite struct MarkovPredictorTests {
    private let session = (0..<12).map { "page:\(($0 * 37) % 100)" }

    @Test("what was read once in an order is guessed the next time it begins")
    func once() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        for key in session { #expect(prefetcher.guesses(key) == []) }
        #expect(prefetcher.guesses(session[0], connection: 2) == Array(session[1...4]))
        #expect(prefetcher.guesses(session[1], connection: 2) == [])
        #expect(prefetcher.guesses(session[2], connection: 2) == Array(session[5...10]))
    }

    @Test("sessions that cross go on each its own way, told apart by what was read before")
    func crossing() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        let first = ["a1", "a2", "hub", "a3", "a4", "a5"]
        let second = ["b1", "b2", "hub", "b3", "b4", "b5"]
        for round in 0..<6 {
            for key in first { _ = prefetcher.guesses(key, connection: 10 + round) }
            for key in second { _ = prefetcher.guesses(key, connection: 20 + round) }
        }
        #expect(prefetcher.guesses("a1", connection: 1) == ["a2", "hub", "a3", "a4"])
        #expect(prefetcher.guesses("b1", connection: 2) == ["b2", "hub", "b3", "b4"])
    }

    @Test("a key with many followers guesses none of them")
    func undecided() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        for round in 0..<20 {
            _ = prefetcher.guesses("login", connection: round)
            _ = prefetcher.guesses("home of \(round)", connection: round)
        }
        #expect(prefetcher.guesses("login", connection: 99) == [])
    }

    @Test("a client that reads each key many times before the next one is guessed for")
    func repeated() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        var guesses = 0
        for _ in 0..<10 {
            guesses = 0
            for key in session {
                for _ in 0..<10 { guesses += prefetcher.guesses(key).count }
            }
        }
        #expect(guesses > 0)
    }

    @Test("a connection is guessed for only while its reads come in an order that they had before")
    func habit() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        var random = SeededRandom(5)
        for read in 0..<3_000 {
            let key = "key:\(Int.random(in: 0..<500, using: &random))"
            let guesses = prefetcher.guesses(key, connection: 2)
            if read >= 1_000 { #expect(guesses == []) }
        }
        for key in session { #expect(prefetcher.guesses(key, connection: 1) == []) }
        #expect(prefetcher.guesses(session[0], connection: 3) == Array(session[1...4]))
        var isGuessing = false
        for _ in 0..<10 {
            for key in session where !prefetcher.guesses(key, connection: 2).isEmpty {
                isGuessing = true
            }
        }
        #expect(isGuessing)
    }

    @Test("a detour does not end the way")
    func detour() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        for key in session { _ = prefetcher.guesses(key) }
        var guesses: Set<String> = []
        for (index, key) in session.enumerated() {
            if index == 3 { _ = prefetcher.guesses("elsewhere", connection: 2) }
            if index > 0 { #expect(guesses.contains(key), "\(key)") }
            for guess in prefetcher.guesses(key, connection: 2) {
                #expect(guesses.insert(guess).inserted, "\(guess) twice")
            }
        }
    }

    @Test("a new habit takes the place of an old one")
    func ageing() {
        var prefetcher = Prefetcher(.markov, limits: trusting)
        func teach(_ keys: [String], times: Int) {
            for _ in 0..<times {
                for key in keys { _ = prefetcher.guesses(key, connection: 1) }
                prefetcher.forget(connection: 1)
            }
        }
        teach(["x", "old1", "old2"], times: 200)
        #expect(prefetcher.guesses("x", connection: 2).first == "old1")
        teach(["x", "new1", "new2"], times: 100)
        #expect(prefetcher.guesses("x", connection: 3).first == "new1")
    }

    @Test("the table is bounded: the keys read longest ago make room")
    func bounded() {
        var table = FollowerTable(capacity: 64, lookahead: 2)
        func place(_ key: String) -> Int { Array(key.utf8).withUnsafeBytes { table.place(of: $0) } }
        var places: Set<Int> = []
        for number in 0..<5000 { places.insert(place("k\(number)")) }
        #expect(places.count <= 64)
        let kept = place("k4999")
        #expect(table.key(at: kept) == Array("k4999".utf8))
    }

    @Test("a follower whose place went to another key is not guessed")
    func replaced() {
        var table = FollowerTable(capacity: 8, lookahead: 1)
        func place(_ key: String) -> Int { Array(key.utf8).withUnsafeBytes { table.place(of: $0) } }
        let first = place("first")
        let second = place("second")
        let wasKnown = table.learn(second, after: [Int32(first)])
        #expect(!wasKnown)
        #expect(table.next(after: [Int32(first)], confidence: 0.5) == second)
        for number in 0..<7 {
            _ = place("other \(number)")
            _ = place("first")
        }
        #expect(place("first") == first)
        #expect(table.key(at: second) != Array("second".utf8))
        #expect(table.next(after: [Int32(first)], confidence: 0.5) == nil)
    }
}
