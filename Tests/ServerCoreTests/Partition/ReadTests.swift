import Ring
import Testing

@testable import ServerCore

@Suite("Reads without leases")
struct ReadTests {
    let cluster = WorkerCluster(leased: false)

    @Test("a read without leases waits for a confirm round")
    func readWaitsForConfirmation() {
        let read = cluster.ask(1, "GET", cluster.key(home: 1))
        cluster.run()
        #expect(cluster.reply(read, at: 1) == nil)
        #expect(cluster.outboxes[1]?.confirmsWanted == 1)
        let asked = cluster.clock.now
        cluster.setLeases { entry in
            entry.confirmedAt = asked + 1
            entry.confirmedStamp = 1
        }
        #expect(cluster.reply(read, at: 1) == "$-1\r\n")
    }

    @Test("a round begun when the read arrived, or before, confirms nothing")
    func earlierRoundIsNotEnough() {
        let read = cluster.ask(1, "GET", cluster.key(home: 1))
        let asked = cluster.clock.now
        cluster.setLeases { entry in
            entry.confirmedAt = asked
            entry.confirmedStamp = 1
        }
        #expect(cluster.reply(read, at: 1) == nil)
    }

    @Test("a round that speaks of an earlier generation confirms nothing")
    func earlierGenerationIsNotEnough() {
        let read = cluster.ask(1, "GET", cluster.key(home: 1))
        let asked = cluster.clock.now
        cluster.setLeases { entry in
            entry.confirmedAt = asked + 1
            entry.confirmedStamp = 0
        }
        #expect(cluster.reply(read, at: 1) == nil)
    }

    @Test("a lease that has ended answers no read")
    func endedLeaseIsNone() {
        cluster.lease(milliseconds: 100)
        cluster.clock.now += 100_000
        let read = cluster.ask(1, "GET", cluster.key(home: 1))
        #expect(cluster.reply(read, at: 1) == nil)
    }

    @Test("a failed create without leases waits for a confirm round too")
    func failedCreateWaits() {
        let key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, "v")
        cluster.run()
        let create = cluster.ask(1, "SET", key, "w", "NX")
        #expect(cluster.reply(create, at: 1) == nil)
    }
}
