import Ring
import Testing

@testable import ServerCore

@Suite("Commands for another node's keys")
struct ForwardTests {
    let cluster = WorkerCluster()

    @Test("any node serves any key, by asking its home")
    func commandsAreForwarded() {
        let key = cluster.key(home: 2)
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        let read = cluster.ask(3, "GET", key)
        cluster.run()
        #expect(cluster.reply(write, at: 1) == "+OK\r\n")
        #expect(cluster.reply(read, at: 3) == "$1\r\nv\r\n")
    }

    @Test("a forwarded write whose link dies is unknown")
    func lostWriteIsUnknown() throws {
        cluster.lossy = [[1, 2]]
        let write = cluster.ask(1, "SET", cluster.key(home: 2), "v")
        cluster.run()
        cluster[1].onLink(to: 2, isUp: false, clock: cluster.clock)
        #expect(try #require(cluster.reply(write, at: 1)).hasPrefix("-UNKNOWN"))
    }

    @Test("a forwarded read whose link dies is tried again when the link is back")
    func lostReadIsRepeated() {
        cluster.lossy = [[1, 2]]
        let read = cluster.ask(1, "GET", cluster.key(home: 2))
        cluster.run()
        cluster[1].onLink(to: 2, isUp: false, clock: cluster.clock)
        #expect(cluster.reply(read, at: 1) == nil)
        cluster.lossy = []
        cluster[1].onLink(to: 2, isUp: true, clock: cluster.clock)
        cluster.run()
        #expect(cluster.reply(read, at: 1) == "$-1\r\n")
    }

    @Test("an MSET of which one part is unknown is unknown")
    func partlyUnknownIsUnknown() throws {
        cluster.lossy = [[1, 2]]
        let write = cluster.ask(
            1, "MSET", cluster.key(home: 1), "a", cluster.key(home: 2), "b")
        cluster.run()
        #expect(cluster.reply(write, at: 1) == nil)
        cluster[1].onLink(to: 2, isUp: false, clock: cluster.clock)
        #expect(try #require(cluster.reply(write, at: 1)).hasPrefix("-UNKNOWN"))
    }

    @Test("an answer to a request of the former process is no answer to one of this")
    func lateAnswerIsIgnored() {
        let former = Worker.firstForward(incarnation: 1) * Worker.workersMax
        cluster.kill(1)
        cluster.start(1, incarnation: 2)
        cluster.connect()
        cluster.lossy = [[1, 2]]
        let read = cluster.ask(1, "GET", cluster.key(home: 2))
        #expect(cluster[1].waitingCount == 1)
        #expect(
            cluster.deliver(["ANSWER", String(former), "done", "$3\r\nold\r\n"], from: 2, to: 1))
        #expect(cluster.reply(read, at: 1) == nil)
        #expect(cluster[1].waitingCount == 1)
    }

    @Test("an answer counts only from the node that was asked")
    func strangersAnswerIsIgnored() {
        let number = Worker.firstForward(incarnation: 1) * Worker.workersMax
        cluster.lossy = [[1, 2]]
        let read = cluster.ask(1, "GET", cluster.key(home: 2))
        let frame = ["ANSWER", String(number), "done", "$3\r\nnew\r\n"]
        #expect(cluster.deliver(frame, from: 3, to: 1))
        #expect(cluster.reply(read, at: 1) == nil)
        #expect(cluster.deliver(frame, from: 2, to: 1))
        #expect(cluster.reply(read, at: 1) == "$3\r\nnew\r\n")
    }

    @Test("commands that wait for a home keep their order")
    func parkedCommandsKeepOrder() {
        let key = cluster.key(home: 2)
        cluster[1].onLink(to: 2, isUp: false, clock: cluster.clock)
        let requests = ["a", "b", "c"].map { cluster.ask(1, "APPEND", key, $0) }
        let read = cluster.ask(1, "GET", key)
        cluster.run()
        #expect(cluster.outboxes[1]?.order.isEmpty == true)
        cluster[1].onLink(to: 2, isUp: true, clock: cluster.clock)
        cluster.run()
        #expect(cluster.outboxes[1]?.order == requests + [read])
        #expect(cluster.reply(read, at: 1) == "$3\r\nabc\r\n")
    }

    @Test("a command that finds no home before its deadline was not done")
    func deadlineWithoutAHome() throws {
        cluster[1].onLink(to: 2, isUp: false, clock: cluster.clock)
        let write = cluster.ask(1, "SET", cluster.key(home: 2), "v")
        cluster.tick(milliseconds: 5_001)
        #expect(try #require(cluster.reply(write, at: 1)).hasPrefix("-CLUSTERDOWN"))
    }

    @Test("reads for a node that does not keep up are put off until it does, writes are not")
    func pressedBack() {
        let key = cluster.key(home: 1)
        cluster[1].setPressed(true, of: 2)
        let read = cluster.ask(2, "GET", key)
        let write = cluster.ask(3, "SET", key, "v")
        cluster.run()
        #expect(cluster.reply(read, at: 2) == nil)
        #expect(cluster.reply(write, at: 3) == "+OK\r\n")
        cluster[1].setPressed(false, of: 2)
        cluster.tick(milliseconds: 20)
        #expect(cluster.reply(read, at: 2) == "$1\r\nv\r\n")
    }

    @Test("large answers to many reads of one tick leave in portions, all of them in the end")
    func largeAnswers() {
        let key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, String(repeating: "v", count: 10 << 20))
        cluster.run()
        let reads = (0..<12).map { _ in cluster.ask(2, "GET", key) }
        cluster.run()
        #expect(reads.count { cluster.reply($0, at: 2) != nil } < 12)
        for _ in 0..<5 { cluster.tick(milliseconds: 20) }
        #expect(reads.allSatisfy { cluster.reply($0, at: 2)?.count ?? 0 > 10 << 20 })
    }
}
