import Ring
import Testing

@testable import ServerCore

@Suite("What becomes of guesses, at a worker")
struct GuessOutcomeTests {
    let cluster = WorkerCluster()
    let key: String

    init() {
        key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, "v")
        cluster.run()
    }

    private func use(_ coherence: Coherence) {
        var next = cluster.epoch
        next.number += 1
        next.settings.coherence = coherence
        cluster.adopt(next)
        cluster.lease()
        cluster.run()
    }

    private func read() {
        let read = cluster.ask(2, "GET", key)
        cluster.run()
        #expect(cluster.reply(read, at: 2) == "$1\r\nv\r\n")
    }

    private func guess() -> Int { cluster[2].prefetch([Array(key.utf8)], clock: cluster.clock) }

    /// The outcomes so far: those of a tick are told at its end.
    private func outcomes() -> PrefetchReport {
        cluster.tick(milliseconds: 100)
        return cluster[2].cacheReport().prefetches
    }

    @Test("a guess that a client reads is used, however often that is")
    func used() {
        use(.invalidate)
        #expect(guess() == 1 && guess() == 0)
        cluster.run()
        #expect(guess() == 0)
        read()
        read()
        let outcomes = outcomes()
        #expect(outcomes.guesses == 1 && outcomes.fetched == 1 && outcomes.used == 1)
        #expect(outcomes.late == 0 && outcomes.wasted == 0)
    }

    @Test("a guess that a client asks for while it is under way is late")
    func late() {
        use(.invalidate)
        #expect(guess() == 1)
        read()
        let outcomes = outcomes()
        #expect(outcomes.late == 1 && outcomes.used == 0 && outcomes.wasted == 0)
    }

    @Test("a guess of what a client has asked for already is late too, and never used or wasted")
    func tooLate() {
        use(.invalidate)
        let read = cluster.ask(2, "GET", key)
        #expect(guess() == 1)
        cluster.run()
        #expect(cluster.reply(read, at: 2) == "$1\r\nv\r\n")
        self.read()
        let outcomes = outcomes()
        #expect(outcomes.fetched == 0 && outcomes.late == 1)
        #expect(outcomes.used == 0 && outcomes.wasted == 0)
    }

    @Test("a guess that takes the place of a copy grown too old is used when it is read")
    func renewed() {
        use(.ttl)
        read()
        cluster.clock.now += cluster.epoch.settings.copyMilliseconds * 1_000
        cluster.lease()
        #expect(guess() == 1)
        cluster.run()
        read()
        let outcomes = outcomes()
        #expect(outcomes.used == 1 && outcomes.late == 0 && outcomes.wasted == 0)
    }

    @Test("a guess that a client's own write overtakes is not kept where nobody would tell of it")
    func ownWrite() {
        use(.ttl)
        #expect(guess() == 1)
        let write = cluster.ask(2, "SET", key, "w")
        cluster.run()
        #expect(cluster.reply(write, at: 2) == "+OK\r\n")
        let read = cluster.ask(2, "GET", key)
        cluster.run()
        #expect(cluster.reply(read, at: 2) == "$1\r\nw\r\n")
        let outcomes = outcomes()
        #expect(outcomes.fetched == 1 && outcomes.wasted == 1)
    }

    @Test("a guess that a write overtakes is wasted")
    func wasted() {
        use(.invalidate)
        #expect(guess() == 1)
        cluster.run()
        _ = cluster.ask(1, "SET", key, "w")
        cluster.run()
        let outcomes = outcomes()
        #expect(outcomes.wasted == 1 && outcomes.used == 0)
    }
}
