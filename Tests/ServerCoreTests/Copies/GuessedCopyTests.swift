import Ring
import Testing

@testable import ServerCore

/// What guesses are worth when the copies have room for a part of the keys only.
@Suite("Guesses in a small cache")
struct GuessedCopyTests {
    private static let keys = 5_000
    private static let sessionLength = 50
    private static let clients = 16

    /// Clients that play sessions, each chosen by chance and read from its first key to its last.
    private struct Sessions {
        var random = SplitMix64(seed: 11)
        let order: [Int]
        var session = Array(repeating: 0, count: clients)
        var step = Array(repeating: sessionLength, count: clients)

        init() { order = (0..<keys).shuffled(using: &random) }

        mutating func key(_ client: Int) -> Int {
            if step[client] == sessionLength {
                session[client] = Int.random(in: 0..<keys / sessionLength, using: &random)
                step[client] = 0
            }
            defer { step[client] += 1 }
            return order[session[client] * sessionLength + step[client]]
        }
    }

    @Test(
        "repeated sessions find 17 keys in 20 here with room for a quarter of them, and go on to",
        arguments: [2, 40, 400])
    func sessions(roundTrip: Int) {
        var sessions = Sessions()
        var node = ReadingNode(
            .markov, clients: Self.clients, roundTrip: roundTrip, copiesMax: Self.keys / 4)
        node.run(reads: 20_000) { sessions.key($0) }
        for _ in 0..<3 {
            node.countAnew()
            node.run(reads: 10_000) { sessions.key($0) }
            #expect(node.result.hitRate >= 0.85)
            #expect(node.result.wasted * 4 <= node.result.guesses)
        }
    }

    @Test("copies in use stay while a scan that is guessed goes by, and the scan is found here too")
    func scanBeside() {
        var random = SplitMix64(seed: 12)
        var next = 0
        // Every other read is one of a few keys; all of these have room beside the guesses' part.
        func key(_ client: Int) -> Int {
            guard client.isMultiple(of: 2) else { return Int.random(in: 0..<200, using: &random) }
            next += 1
            return 1_000_000 + next
        }
        var node = ReadingNode(.sequential, clients: 2, copiesMax: 1_000)
        node.run(reads: 10_000, key: key)
        node.countAnew()
        node.run(reads: 20_000, key: key)
        #expect(node.result.hitRate >= 0.95)
    }

    @Test("random keys are not guessed at, though guesses that stay are read by chance")
    func random() {
        var random = SplitMix64(seed: 14)
        var node = ReadingNode(.markov, clients: Self.clients, copiesMax: Self.keys / 3)
        func run(_ reads: Int) {
            node.run(reads: reads) { _ in
                Int.random(in: 0..<Self.keys, using: &random)
            }
        }
        run(10_000)
        node.countAnew()
        run(40_000)
        #expect(node.result.guesses <= 400)
        #expect(node.result.hitRate >= 0.25)
    }

    @Test("where a few keys are read most, guessing that finds nothing costs no hits")
    func skewed() {
        let hitRates = [Prefetching.off, .markov].map { prefetching in
            var random = SplitMix64(seed: 13)
            var node = ReadingNode(
                prefetching, clients: Self.clients, copiesMax: Self.keys / 4)
            node.run(reads: 40_000) { _ in
                let uniform = Double.random(in: 0..<1, using: &random)
                return Int(Double(Self.keys) * uniform * uniform * uniform)
            }
            return node.result.hitRate
        }
        #expect(hitRates[1] >= hitRates[0] - 0.01)
    }
}
