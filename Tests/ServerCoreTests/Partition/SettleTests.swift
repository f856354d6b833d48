import Ring
import Testing

@testable import ServerCore

@Suite("Copies settle and are brought level")
struct SettleTests {
    let cluster = WorkerCluster()

    /// Whom the slots of a dead home go to, and the third member.
    private func successors(of key: String) -> (home: Int, other: Int) {
        let replicas = founded(3).replicas(of: Slots.slot(of: key))
        return (replicas[1], replicas[2])
    }

    private func write(_ key: String, _ value: String) {
        _ = cluster.ask(1, "SET", key, value)
        cluster.run()
    }

    /// Node 1 dies, and the others act by the epoch that says so.
    private func bury1() {
        cluster.kill(1)
        cluster.adopt(founded(3).after(.down(member: 1)))
        cluster.run()
        cluster.lease()
    }

    @Test("a record out of order is refused, and ends in an install")
    func gapEndsInInstall() {
        let key = cluster.key(home: 1)
        cluster.lossy = [[1, 2]]
        write("{\(key)}", "first")
        #expect(cluster.copy(of: key, at: 2)?.position == 0)
        cluster.lossy = []
        write(key, "second")
        #expect(cluster.copy(of: key, at: 2)?.position == 2)
        #expect(cluster.copy(of: key, at: 2) == cluster.copy(of: key, at: 1))
    }

    @Test("a record of a sealed generation is refused")
    func sealedGenerationIsRefused() {
        let key = cluster.key(home: 1)
        let (home, other) = successors(of: key)
        cluster.adopt(founded(3).after(.down(member: 1)), at: [other])
        let write = cluster.ask(1, "SET", key, "late")
        cluster.stalledDisks = [1, home]
        cluster.run()
        #expect(cluster.copy(of: key, at: other)?.position == 0)
        #expect(cluster.reply(write, at: 1) == nil)
        #expect(cluster.outboxes[1]?.laterEpochs.contains(other) == true)
    }

    @Test("a new home takes over the copy that knows most")
    func newHomeTakesTheBestCopy() {
        let key = cluster.key(home: 1)
        let (home, other) = successors(of: key)
        cluster.lossy = [[1, home]]
        write(key, "acknowledged")
        #expect(cluster.copy(of: key, at: home)?.keys == 0)
        bury1()
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == "$12\r\nacknowledged\r\n")
        #expect(cluster.copy(of: key, at: home) == cluster.copy(of: key, at: other))
    }

    @Test("a new home with a stale copy revives nothing that was deleted")
    func deletedStaysDeleted() {
        let key = cluster.key(home: 1)
        let (home, _) = successors(of: key)
        write(key, "v")
        cluster.lossy = [[1, home]]
        let delete = cluster.ask(1, "DEL", key)
        cluster.run()
        #expect(cluster.reply(delete, at: 1) == ":1\r\n")
        #expect(cluster.copy(of: key, at: home)?.keys == 1)
        bury1()
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == "$-1\r\n")
        #expect(cluster.copy(of: key, at: home)?.keys == 0)
    }

    @Test("a damaged slot does not count as a copy when a new home collects")
    func damagedCopyDoesNotCount() {
        let key = cluster.key(home: 1)
        let (home, other) = successors(of: key)
        write(key, "v")
        cluster[other].markDamaged(slot: Slots.slot(of: key))
        bury1()
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == nil)
        #expect(cluster.copy(of: key, at: home)?.base == 1)
    }

    @Test("no Collect is answered while a lease lent to the former home runs")
    func lentLeaseHoldsCollectsBack() {
        let key = cluster.key(home: 1)
        let (home, other) = successors(of: key)
        let end = cluster.clock.now + 300_000
        var lent = LeaseTable()
        lent[1].lentUntil = end
        cluster[other].setLeases(lent, clock: cluster.clock)
        bury1()
        cluster[other].setLeases(lent, clock: cluster.clock)
        cluster.tick(milliseconds: 200)
        #expect(cluster.copy(of: key, at: home)?.base == 1)
        cluster.tick(milliseconds: 100)
        #expect(cluster.copy(of: key, at: home)?.base == 2)
    }

    @Test("a restarted node answers no Collect for the time of a lease")
    func restartedGiverIsQuiet() {
        let key = cluster.key(home: 1)
        let (home, other) = successors(of: key)
        cluster.kill(other)
        cluster.start(other, incarnation: 2, quietUntil: cluster.clock.now + 300_000)
        cluster.connect()
        bury1()
        cluster.tick(milliseconds: 200)
        #expect(cluster.copy(of: key, at: home)?.base == 1)
        cluster.tick(milliseconds: 100)
        #expect(cluster.copy(of: key, at: home)?.base == 2)
    }

    @Test("what is replayed from the log equals what was")
    func replayRestoresTheCopy() {
        let key = cluster.key(home: 1)
        let (home, _) = successors(of: key)
        for value in ["a", "b", "c"] { write(key, value) }
        bury1()
        for command in [["SET", "{\(key)}", "d"], ["SET", key, "e"], ["DEL", key]] {
            _ = cluster.ask(home, command)
        }
        cluster.run()
        let before = cluster[2].copyReports(0...1_023)
        #expect(cluster.copy(of: key, at: 2)?.position == 3)
        cluster.kill(2)
        cluster.start(2, incarnation: 2)
        #expect(cluster[2].copyReports(0...1_023) == before)
    }

    @Test("a restarted process leads nothing before an epoch names it")
    func unnamedProcessLeadsNothing() {
        let key = cluster.key(home: 1)
        cluster.kill(1)
        cluster.start(1, incarnation: 2)
        cluster.connect()
        cluster.run()
        cluster.lease()
        let read = cluster.ask(1, "GET", key)
        #expect(cluster.reply(read, at: 1) == nil)
        cluster.adopt(founded(3).after(up(1, incarnation: 2)))
        cluster.lease()
        cluster.run()
        #expect(cluster.reply(read, at: 1) == "$-1\r\n")
    }

    @Test("a large install is given the time that it takes")
    func largeInstall() {
        let key = cluster.key(home: 1)
        let value = String(repeating: "v", count: 1_000_000)
        for tail in 0..<12 { _ = cluster.ask(1, "SET", "{\(key)}\(tail)", value) }
        cluster.run()
        cluster.lossy = [[1, 3]]
        _ = cluster.ask(1, "SET", key, "missed")
        cluster.run()
        cluster.lossy = []
        cluster.stalledDisks = [3]
        cluster[1].onLink(to: 3, isUp: true, clock: cluster.clock)
        cluster.run()
        let pieces = cluster.arrived["INSTALL"]
        _ = cluster.ask(1, "SET", key, "later")
        cluster.tick(milliseconds: 2_100)
        #expect(pieces != nil && cluster.arrived["INSTALL"] == pieces)
        cluster.stalledDisks = []
        cluster.run()
        #expect(cluster.copy(of: key, at: 3) == cluster.copy(of: key, at: 1))
    }
}
