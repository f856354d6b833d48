import Bytes
import Ring
import Testing

@testable import ServerCore

@Suite("Copies at nodes that are not the home")
struct CopyTests {
    let cluster = WorkerCluster()
    let key: String

    init() {
        key = cluster.key(home: 1)
        use { $0.coherence = .invalidate }
    }

    /// Lets every node act by other settings.
    private func use(_ change: (inout ClusterSettings) -> Void) {
        var next = cluster.epoch
        next.number += 1
        change(&next.settings)
        cluster.adopt(next)
        cluster.lease()
        cluster.run()
    }

    private func get(_ key: String, at number: Int) -> String? {
        let read = cluster.ask(number, "GET", key)
        cluster.run()
        return cluster.reply(read, at: number)
    }

    private func set(_ key: String, _ value: String, at number: Int = 1) {
        let write = cluster.ask(number, "SET", key, value)
        cluster.run()
        #expect(cluster.reply(write, at: number) == "+OK\r\n")
    }

    private func caches(_ number: Int) -> CacheReport { cluster[number].cacheReport() }

    @Test("the first read asks the home, the second does not", arguments: [2, 3])
    func secondReadIsLocal(_ reader: Int) {
        set(key, "v")
        #expect(get(key, at: reader) == "$1\r\nv\r\n")
        cluster.lossy = [[reader, 1], [1, reader]]
        #expect(get(key, at: reader) == "$1\r\nv\r\n")
        #expect(caches(reader).hits == 1 && caches(reader).messages.readsForwarded == 1)
    }

    @Test("an absence is kept too, and a creation ends it")
    func absence() {
        #expect(get(key, at: 2) == "$-1\r\n")
        #expect(get(key, at: 2) == "$-1\r\n")
        #expect(caches(2).hits == 1)
        set(key, "v")
        #expect(get(key, at: 2) == "$1\r\nv\r\n")
    }

    @Test("a write waits until the sharer has dropped its copy, and so do reads")
    func writeWaits() {
        set(key, "old")
        #expect(get(key, at: 2) == "$3\r\nold\r\n")
        cluster.lossy = [[2, 1]]
        let write = cluster.ask(1, "SET", key, "new")
        cluster.run()
        let read = cluster.ask(1, "GET", key)
        cluster.run()
        #expect(cluster.reply(write, at: 1) == nil && cluster.reply(read, at: 1) == nil)
        // What it is told again it acknowledges again.
        cluster.lossy = []
        cluster.tick(milliseconds: 60)
        #expect(cluster.reply(write, at: 1) == "+OK\r\n")
        #expect(cluster.reply(read, at: 1) == "$3\r\nnew\r\n")
        #expect(get(key, at: 2) == "$3\r\nnew\r\n")
    }

    @Test("a sharer that cannot be told is waited for as long as its lease, and no longer")
    func leaseEnds() {
        set(key, "old")
        #expect(get(key, at: 2) == "$3\r\nold\r\n")
        cluster.lossy = [[1, 2], [2, 1]]
        let write = cluster.ask(1, "SET", key, "new")
        cluster.run()
        cluster.tick(milliseconds: 300)
        #expect(cluster.reply(write, at: 1) == nil)
        cluster.tick(milliseconds: 150)
        cluster.lease()
        #expect(cluster.reply(write, at: 1) == "+OK\r\n")
        // The sharer has long ended the session by its own clock: it asks, and nobody answers.
        #expect(get(key, at: 2) == nil)
    }

    @Test("a write that follows another waits for what that one waits for")
    func waitsAreInherited() {
        set(key, "old")
        #expect(get(key, at: 2) == "$3\r\nold\r\n")
        cluster.lossy = [[2, 1]]
        _ = cluster.ask(1, "SET", key, "first")
        let second = cluster.ask(1, "SET", key, "second")
        cluster.run()
        #expect(cluster.reply(second, at: 1) == nil)
    }

    @Test("a write on a key without sharers sends nothing more than without copies")
    func noSharersNoMessages() {
        let other = cluster.key(home: 1, 1)
        set(key, "v")
        set(other, "v")
        _ = get(other, at: 2)
        set(key, "w")
        #expect(caches(1).messages.invalidations == 0)
        set(other, "w")
        #expect(caches(1).messages.invalidations == 1 && caches(1).sharedWrites == 1)
    }

    @Test("under update the sharer has the new value without asking")
    func update() {
        use { $0.coherence = .update }
        set(key, "old")
        _ = get(key, at: 2)
        set(key, "new")
        cluster.lossy = [[2, 1]]
        #expect(get(key, at: 2) == "$3\r\nnew\r\n")
        #expect(caches(1).messages.pushes == 1 && caches(2).updated == 1)
    }

    @Test("under validate the home is asked each time, and the value travels once")
    func validate() {
        use { $0.coherence = .validate }
        set(key, "v")
        for _ in 0..<3 { #expect(get(key, at: 2) == "$1\r\nv\r\n") }
        #expect(caches(2).hits == 0 && caches(2).validated >= 2)
        set(key, "w")
        #expect(get(key, at: 2) == "$1\r\nw\r\n")
    }

    @Test("under ttl a copy answers for the time that is set, whatever is written")
    func timeToLive() {
        use {
            $0.coherence = .ttl
            $0.copyMilliseconds = 200
        }
        set(key, "old")
        _ = get(key, at: 2)
        // Node 2 does not hear of it as a successor either.
        cluster.lossy = [[1, 2]]
        set(key, "new")
        cluster.lossy = []
        cluster.tick(milliseconds: 190)
        #expect(get(key, at: 2) == "$3\r\nold\r\n")
        cluster.tick(milliseconds: 20)
        #expect(get(key, at: 2) == "$3\r\nnew\r\n")
    }

    @Test("rules for prefixes overrule the cluster's coherence")
    func prefixes() {
        use {
            $0.coherence = .off
            $0.coherenceRules = [CoherenceRule(prefix: "k", coherence: .invalidate)]
        }
        set(key, "v")
        _ = get(key, at: 2)
        _ = get(key, at: 2)
        #expect(caches(2).hits == 1)
    }

    @Test("switched off, no copy answers any more, and writes still wait for those who do not know")
    func switchedOff() {
        set(key, "old")
        #expect(get(key, at: 2) == "$3\r\nold\r\n")
        var next = cluster.epoch
        next.number += 1
        next.settings.coherence = .off
        cluster.adopt(next, at: [1, 3])
        cluster.lease()
        cluster.lossy = [[2, 1]]
        let write = cluster.ask(1, "SET", key, "new")
        cluster.run()
        #expect(cluster.reply(write, at: 1) == nil)
        cluster.lossy = []
        cluster.tick(milliseconds: 60)
        #expect(cluster.reply(write, at: 1) == "+OK\r\n")
        cluster.adopt(next, at: [2])
        #expect(get(key, at: 2) == "$3\r\nnew\r\n" && caches(2).entries == 0)
    }

    @Test("a client's read behind a write of its own goes to the home behind it")
    func readBehindWrite() {
        set(key, "old")
        _ = get(key, at: 2)
        _ = cluster.ask(2, "SET", key, "new")
        let read = cluster.ask(2, "GET", key)
        cluster.run()
        #expect(cluster.reply(read, at: 2) == "$3\r\nnew\r\n")
    }

    @Test("a home that leads no more answers no Collect before its sharers' leases are over")
    func formerHomeWaits() {
        set(key, "old")
        #expect(get(key, at: 3) == "$3\r\nold\r\n")
        cluster.lossy = [[1, 3], [3, 1]]
        let next = cluster.epoch.after(.down(member: 1))
        cluster.adopt(next, at: [1])
        #expect(cluster[1].slotReport().sharedUntil > cluster.clock.now)
        cluster.tick(milliseconds: 700)
        #expect(cluster[1].slotReport().sharedUntil == 0)
    }

    @Test("who has not acknowledged an announcement is waited for after the home has gone")
    func formerHomeWaitsForTheTold() {
        set(key, "old")
        #expect(get(key, at: 3) == "$3\r\nold\r\n")
        cluster.lossy = [[1, 3], [3, 1]]
        _ = cluster.ask(1, "SET", key, "new")
        cluster.run()
        cluster.adopt(cluster.epoch.after(.down(member: 1)), at: [1])
        #expect(cluster[1].slotReport().sharedUntil > cluster.clock.now)
    }

    @Test("a hint fetches keys of one home with one question")
    func hint() {
        let keys = (0..<4).map { cluster.key(home: 1, $0) }
        for key in keys { set(key, "v") }
        #expect(cluster[2].prefetch(keys.map { Array($0.utf8) }, clock: cluster.clock) == 4)
        cluster.run()
        cluster.lossy = [[2, 1]]
        for key in keys { #expect(get(key, at: 2) == "$1\r\nv\r\n") }
        cluster.lossy = []
        cluster.tick(milliseconds: 100)
        let report = caches(2)
        #expect(report.messages.prefetches == 1 && report.prefetches.used == 4)
    }

    @Test("who watches hears of changed keys, and that something may have been missed")
    func watching() {
        cluster[2].setWatching(true, clock: cluster.clock)
        Array(key.utf8).withUnsafeBytes { #expect(!cluster[2].isWatched($0)) }
        cluster.run()
        Array(key.utf8).withUnsafeBytes { #expect(cluster[2].isWatched($0)) }
        set(key, "v", at: 3)
        #expect(cluster.outboxes[2]?.changedKeys == [Array(key.utf8)])
        cluster[1].onLink(to: 2, isUp: false, clock: cluster.clock)
        cluster[1].onLink(to: 2, isUp: true, clock: cluster.clock)
        cluster.run()
        #expect(cluster.outboxes[2]?.changedSlots.isEmpty == false)
        cluster.tick(milliseconds: 200)
        Array(key.utf8).withUnsafeBytes { #expect(cluster[2].isWatched($0)) }
    }
}
