import Testing

@testable import Bench

@Suite("Workloads")
struct WorkloadTests {
    private func operations(
        _ shape: WorkloadShape, client: Int = 0, skipped: Int = 0, count: Int
    ) -> [Operation] {
        var stream = WorkloadStream(shape, client: client, skipped: skipped)
        return (0..<count).map { _ in stream.next() }
    }

    private func shape(
        _ workload: Workload, keys: Int = 1_000, clients: Int = 4, seed: UInt64 = 7
    ) -> WorkloadShape {
        WorkloadShape(workload, keyCount: keys, clients: clients, seed: seed)
    }

    @Test("ranks by Zipf's law come as often as the law says")
    func zipf() {
        let zipf = Zipf(count: 1_000)
        // 1 over the sum of r to the power of -0.99, r from 1 to 1,000.
        #expect(abs(zipf.probability(ofRank: 0) - 0.12938) < 1e-4)
        var generator = BenchGenerator(seed: 3)
        var counts = [Int](repeating: 0, count: 1_000)
        let draws = 400_000
        for _ in 0..<draws { counts[zipf.rank(&generator)] += 1 }
        // The two lowest ranks are drawn exactly, the others by a continuous approximation.
        for rank in [0, 1] {
            let share = Double(counts[rank]) / Double(draws)
            #expect(abs(share / zipf.probability(ofRank: rank) - 1) < 0.03, "rank \(rank)")
        }
        for ranks in [2..<10, 10..<100, 100..<1_000] {
            let share = Double(counts[ranks].reduce(0, +)) / Double(draws)
            let law = ranks.map { zipf.probability(ofRank: $0) }.reduce(0, +)
            #expect(abs(share / law - 1) < 0.1, "ranks \(ranks)")
        }
    }

    @Test("few ranks are no exception", arguments: [1, 2, 3])
    func fewRanks(count: Int) {
        let zipf = Zipf(count: count)
        var generator = BenchGenerator(seed: 1)
        var seen: Set<Int> = []
        for _ in 0..<1_000 { seen.insert(zipf.rank(&generator)) }
        #expect(seen == Set(0..<count))
    }

    @Test("uniform keys are each as likely as every other")
    func uniform() {
        var counts = [Int](repeating: 0, count: 100)
        for operation in operations(shape(.uniform, keys: 100), count: 100_000) {
            #expect(operation.kind == .retrieve)
            counts[operation.key] += 1
        }
        // Chi square with 99 degrees of freedom: above 150 once in a thousand seeds.
        let chi = counts.map { Double(($0 - 1_000) * ($0 - 1_000)) / 1_000 }.reduce(0, +)
        #expect(chi < 150)
    }

    @Test("the hot keys of a zipfian load are no neighbours")
    func scattered() {
        let shape = shape(.zipfian)
        let hottest = (0..<10).map { shape.key(ofRank: $0) }.sorted()
        #expect(zip(hottest, hottest.dropFirst()).allSatisfy { $1 - $0 > 5 })
        #expect(Set((0..<1_000).map { shape.key(ofRank: $0) }).count == 1_000)
    }

    @Test("a sequential scan reads a range in turn, each client its own, none twice")
    func sequential() {
        var seen: Set<Int> = []
        for client in 0..<4 {
            let keys = operations(shape(.sequential), client: client, count: 250).map(\.key)
            #expect(zip(keys, keys.dropFirst()).allSatisfy { $1 == $0 + 1 })
            seen.formUnion(keys)
        }
        #expect(seen.count == 1_000)
    }

    @Test("a strided scan keeps its distance, and reads no key twice")
    func strided() {
        var shape = shape(.strided)
        shape.stride = 5
        var seen: Set<Int> = []
        for client in 0..<4 {
            let keys = operations(shape, client: client, count: 250).map(\.key)
            let distances = zip(keys, keys.dropFirst()).map { $1 - $0 }
            // Five passes of fifty keys: four breaks.
            #expect(distances.count { $0 == 5 } == 245)
            seen.formUnion(keys)
        }
        #expect(seen.count == 1_000)
    }

    @Test("a scan goes on where the requests before it ended")
    func goingOn() {
        for workload in [Workload.sequential, .strided] {
            let whole = operations(shape(workload), client: 1, count: 200)
            let rest = operations(shape(workload), client: 1, skipped: 120, count: 80)
            #expect(Array(whole[120...]) == rest)
        }
    }

    @Test("sessions play the same keys in the same order, which is no simple one")
    func sessions() {
        var shape = shape(.sessions)
        shape.sessionLength = 20
        var plays: [Int: Set<[Int]>] = [:]
        for client in 0..<4 {
            let keys = operations(shape, client: client, count: 4_000).map(\.key)
            for start in Swift.stride(from: 0, to: keys.count, by: 20) {
                plays[keys[start], default: []].insert(Array(keys[start..<start + 20]))
            }
        }
        #expect(plays.count == 50)
        #expect(plays.values.allSatisfy { $0.count == 1 })
        let session = (0..<20).map { shape.key(ofSession: 3, at: $0) }
        #expect(Set(zip(session, session.dropFirst()).map { $1 - $0 }).count > 15)
    }

    @Test("a hot key is the only one")
    func hotKey() {
        var shape = shape(.hotKey)
        shape.hotKey = 42
        #expect(
            operations(shape, count: 50).allSatisfy { $0 == Operation(kind: .retrieve, key: 42) })
    }

    @Test(
        "YCSB's workloads read and write in their proportions",
        arguments: [(Workload.ycsbA, 0.5), (.ycsbB, 0.95), (.ycsbC, 1), (.ycsbD, 0.95)])
    func mixes(workload: Workload, share: Double) {
        let operations = operations(shape(workload), count: 20_000)
        let reads = operations.count { $0.kind == .retrieve }
        #expect(abs(Double(reads) / 20_000 - share) < 0.015)
        let writes: Set<BenchPhase> = workload == .ycsbD ? [.insert] : [.update]
        #expect(
            Set(operations.map(\.kind)).subtracting([.retrieve]) == (share == 1 ? [] : writes))
    }

    @Test("YCSB D reads the latest keys most, inserts each once, and reads none that is not there")
    func latest() {
        let shape = shape(.ycsbD)
        var inserted: Set<Int> = []
        for client in 0..<4 {
            var mine: [Int] = []
            var newReads = 0
            for operation in operations(shape, client: client, skipped: 100, count: 5_000) {
                if operation.kind == .insert {
                    #expect(operation.key >= shape.firstNewKey + 100 * 4)
                    #expect(inserted.insert(operation.key).inserted)
                    mine.append(operation.key)
                } else {
                    #expect(operation.key < 1_000 || mine.contains(operation.key))
                    if mine.suffix(10).contains(operation.key) { newReads += 1 }
                }
            }
            #expect(newReads > 1_000)
        }
    }

    @Test("the same seed gives the same requests, another seed, client or part others")
    func seeds() {
        for workload in Workload.allCases where workload != .hotKey {
            let first = operations(shape(workload), count: 200)
            #expect(operations(shape(workload), count: 200) == first)
            #expect(operations(shape(workload), client: 1, count: 200) != first)
            #expect(operations(shape(workload), skipped: 77, count: 200) != first)
            guard workload != .sequential, workload != .strided else { continue }
            #expect(operations(shape(workload, seed: 8), count: 200) != first)
        }
    }

    @Test("however few keys there are, requests are for keys that are there", arguments: [1, 3])
    func fewKeys(keys: Int) {
        for workload in Workload.allCases {
            let operations = operations(shape(workload, keys: keys), client: 3, count: 100)
            #expect(operations.allSatisfy { $0.kind == .insert || $0.key >= 0 })
            #expect(operations.allSatisfy { $0.kind != .retrieve || $0.key < keys + 100 * 4 })
        }
    }
}
