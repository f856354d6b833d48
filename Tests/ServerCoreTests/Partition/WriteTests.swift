import Ring
import Testing

@testable import ServerCore

@Suite("Writes at a home")
struct WriteTests {
    let cluster = WorkerCluster()

    /// Asks the home while all disks stand still, which must not be answered, and lets them go on.
    private func answerOnceDurable(_ words: String...) -> String? {
        let request = cluster.ask(1, words)
        cluster.run()
        #expect(cluster.reply(request, at: 1) == nil)
        cluster.stalledDisks = []
        cluster.run()
        return cluster.reply(request, at: 1)
    }

    @Test("a SET is held until a majority is durable, and answered then")
    func setWaitsForAMajority() {
        cluster.stalledDisks = [1, 2, 3]
        let request = cluster.ask(1, "SET", cluster.key(home: 1), "v")
        cluster.run()
        #expect(cluster.reply(request, at: 1) == nil)
        cluster.stalledDisks = [2, 3]
        cluster.run()
        #expect(cluster.reply(request, at: 1) == nil)
        cluster.stalledDisks = [3]
        cluster.run()
        #expect(cluster.reply(request, at: 1) == "+OK\r\n")
    }

    @Test("a write is answered without its home's own disk when the others are durable")
    func homeIsOneOfTheMajority() {
        cluster.stalledDisks = [1]
        let request = cluster.ask(1, "SET", cluster.key(home: 1), "v")
        cluster.run()
        #expect(cluster.reply(request, at: 1) == "+OK\r\n")
    }

    @Test("an acknowledgement of what was never sent commits nothing")
    func absurdAcknowledgementIsIgnored() {
        let key = cluster.key(home: 1)
        cluster.stalledDisks = [2, 3]
        let numbers = "\(Slots.slot(of: key)) 1 9223372036854775807"
        #expect(cluster.deliver(["ACK", "0", numbers], from: 2, to: 1))
        let request = cluster.ask(1, "SET", key, "v")
        cluster.run()
        #expect(cluster.reply(request, at: 1) == nil)
    }

    @Test("a read of a key with a pending write waits for that write")
    func readWaitsForPendingWrite() {
        let key = cluster.key(home: 1)
        cluster.stalledDisks = [1, 2, 3]
        _ = cluster.ask(1, "SET", key, "v")
        #expect(answerOnceDurable("GET", key) == "$1\r\nv\r\n")
    }

    @Test("a create that fails against a pending write waits for that write")
    func failedCreateWaits() {
        let key = cluster.key(home: 1)
        cluster.stalledDisks = [1, 2, 3]
        _ = cluster.ask(1, "SET", key, "v")
        #expect(answerOnceDurable("SET", key, "w", "NX") == "$-1\r\n")
    }

    @Test("a miss after a pending delete waits for the delete")
    func missWaitsForPendingDelete() {
        let key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, "v")
        cluster.run()
        cluster.stalledDisks = [1, 2, 3]
        _ = cluster.ask(1, "DEL", key)
        #expect(answerOnceDurable("GET", key) == "$-1\r\n")
    }

    @Test("an expired key is answered only when its removal is committed")
    func expiryIsCommitted() {
        let key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, "v", "PX", "10")
        cluster.run()
        let before = cluster.copy(of: key, at: 2)?.position ?? 0
        cluster.clock.wall += 11
        cluster.stalledDisks = [1, 2, 3]
        #expect(answerOnceDurable("GET", key) == "$-1\r\n")
        #expect(cluster.copy(of: key, at: 2)?.position == before + 1)
        #expect(cluster.copy(of: key, at: 2)?.keys == 0)
    }

    @Test("a write that no majority gets before the deadline is unknown")
    func lateWriteIsUnknown() throws {
        cluster.stalledDisks = [1, 2, 3]
        let request = cluster.ask(1, "SET", cluster.key(home: 1), "v")
        cluster.tick(milliseconds: 5_200)
        let reply = try #require(cluster.reply(request, at: 1))
        #expect(reply.hasPrefix("-UNKNOWN"))
    }

    @Test("a write whose fate the next home never tells is unknown, a waiting read was not done")
    func abandonedWriteIsUnknown() throws {
        let key = cluster.key(home: 1)
        cluster.stalledDisks = [1, 2, 3]
        let write = cluster.ask(1, "SET", key, "v")
        let read = cluster.ask(1, "GET", key)
        cluster.run()
        cluster.adopt(founded(3).after(.down(member: 1)), at: [1])
        #expect(try #require(cluster.reply(read, at: 1)).hasPrefix("-TRYAGAIN"))
        cluster.tick(milliseconds: 1_900)
        #expect(cluster.reply(write, at: 1) == nil)
        cluster.tick(milliseconds: 200)
        #expect(try #require(cluster.reply(write, at: 1)).hasPrefix("-UNKNOWN"))
    }

    @Test("a write that the next generation was settled with is answered as done")
    func settledWriteIsDone() throws {
        let key = cluster.key(home: 1)
        cluster.lossy = [[2, 1], [3, 1]]
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        #expect(cluster.reply(write, at: 1) == nil)
        cluster.lossy = []
        cluster.adopt(founded(3).after(.down(member: 1)))
        cluster.run()
        for _ in 0..<4 { cluster.tick(milliseconds: 20) }
        #expect(cluster.reply(write, at: 1) == "+OK\r\n")
    }

    @Test("a write that the next generation was settled without was not done, and stays so")
    func missingWriteIsNotDone() throws {
        let key = cluster.key(home: 1)
        cluster.lossy = [[1, 2], [1, 3]]
        cluster.stalledDisks = [1]
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        cluster.lossy = []
        cluster.adopt(founded(3).after(.down(member: 1)))
        cluster.run()
        for _ in 0..<4 { cluster.tick(milliseconds: 20) }
        #expect(try #require(cluster.reply(write, at: 1)).hasPrefix("-TRYAGAIN"))
        cluster.stalledDisks = []
        cluster.lease()
        let read = cluster.ask(2, "GET", key)
        cluster.run()
        #expect(cluster.reply(read, at: 2) == "$-1\r\n")
    }

    @Test("once the log has failed a write is refused and a read is answered")
    func failedLogTakesNoWrites() throws {
        let key = cluster.key(home: 1)
        cluster[1].onLogFailure("disk full")
        let write = cluster.ask(1, "SET", key, "v")
        let read = cluster.ask(1, "GET", key)
        #expect(try #require(cluster.reply(write, at: 1)).hasPrefix("-CLUSTERDOWN"))
        #expect(cluster.reply(read, at: 1) == "$-1\r\n")
    }

    @Test(
        "what the only copy has not written is not read when the log stops, and is when it goes on",
        arguments: [["SET", "w"], ["DEL"]])
    func onlyCopy(write: [String]) {
        let alone = WorkerCluster(nodes: 1, isDurableAtFlush: true)
        let key = alone.key(home: 1)
        _ = alone.ask(1, "SET", key, "v")
        alone.run()
        alone.stalledDisks = [1]
        _ = alone.ask(1, [write[0], key] + write.dropFirst())
        alone.run()
        alone[1].onLogFull("no space")
        let read = alone.ask(1, "GET", key)
        alone.run()
        #expect(alone.reply(read, at: 1) == nil)
        alone[1].onLogFull(nil)
        alone.stalledDisks = []
        alone.run()
        #expect(alone.reply(read, at: 1) == (write.count > 1 ? "$1\r\nw\r\n" : "$-1\r\n"))
        alone.stalledDisks = [1]
        _ = alone.ask(1, "SET", key, "x")
        alone.run()
        alone[1].onLogFailure("broken")
        let lost = alone.ask(1, "GET", key)
        alone.run()
        #expect(alone.reply(lost, at: 1) == nil)
    }

    @Test("of an only copy, another worker's write is answered although an own one came behind it")
    func onlyCopyOfTwoWorkers() {
        let alone = WorkerCluster(nodes: 1, isDurableAtFlush: true)
        let key = alone.key(home: 1)
        let other = alone.pass(1, "SET", key, "a")
        let own = alone.ask(1, "SET", key, "b")
        #expect(alone.reply(own, at: 1) == "+OK\r\n", "it leaves behind the batch of this tick")
        #expect(alone.reply(other, at: 1) == nil, "it would leave before that")
        alone.run()
        #expect(alone.reply(other, at: 1) == "+OK\r\n")
    }

    @Test("what an only copy has not written is read by own clients only")
    func onlyCopyUnwritten() {
        let alone = WorkerCluster(nodes: 1, isDurableAtFlush: true)
        let key = alone.key(home: 1)
        _ = alone.ask(1, "SET", key, "a")
        let own = alone.ask(1, "GET", key)
        let other = alone.pass(1, "GET", key)
        #expect(alone.reply(own, at: 1) == "$1\r\na\r\n")
        #expect(alone.reply(other, at: 1) == nil)
        alone.run()
        #expect(alone.reply(other, at: 1) == "$1\r\na\r\n")
    }

    @Test("many large writes of a tick leave in pieces that every node takes")
    func largeTicks() {
        let value = String(repeating: "v", count: 400_000)
        for place in 0..<12 { _ = cluster.ask(1, "SET", cluster.key(home: 1, place), value) }
        cluster.run()
        #expect(cluster.largestElement > 1_000_000)
        #expect(cluster.largestElement < 2_000_000)
        for place in 0..<12 {
            let key = cluster.key(home: 1, place)
            #expect(cluster.copy(of: key, at: 1) == cluster.copy(of: key, at: 2))
        }
    }

    @Test("while too much waits for its disk a home refuses others' writes, a successor the stream")
    func congestion() {
        let key = cluster.key(home: 1)
        cluster[1].setCongested(true)
        let refused = cluster.ask(2, "SET", key, "a")
        let read = cluster.ask(2, "GET", key)
        cluster.run()
        #expect(cluster.reply(refused, at: 2)?.hasPrefix("-TRYAGAIN") == true)
        #expect(cluster.reply(read, at: 2) == "$-1\r\n")
        cluster[1].setCongested(false)
        cluster[3].setCongested(true)
        let taken = cluster.ask(2, "SET", key, "b")
        cluster.run()
        #expect(cluster.reply(taken, at: 2) == "+OK\r\n")
        #expect(cluster.copy(of: key, at: 3)?.keys == 0)
        cluster[3].setCongested(false)
        cluster.tick(milliseconds: 2_100)
        #expect(cluster.copy(of: key, at: 3) == cluster.copy(of: key, at: 1))
    }
}
