import Bytes
import Log
import Ring
import Testing

@testable import ServerCore

/// A worker that reads a log back.
private final class Reader {
    let worker: Worker
    private let outbox = WorkerCluster.Outbox()

    init() {
        worker = Worker(
            WorkerConfiguration(
                number: 2, incarnation: 2, partitions: [0], isDurableAtFlush: false,
                quietUntil: 0, seed: 7),
            epoch: founded(3), output: outbox)
    }

    func record(_ kind: RecordKind, _ key: String, _ position: Int, generation: Int = 1) {
        Array(key.utf8).withUnsafeBytes { key in
            let value = UnsafeRawBufferPointer(rebasing: kind.hasValue ? key[...] : key[..<0])
            worker.restore(
                Record(
                    kind: kind, key: key, value: value, slot: Slots.slot(of: key),
                    generation: generation, position: position, expiry: 0))
        }
    }

    func mark(_ slot: Int, _ position: Int, generation: Int = 1) {
        worker.restore(Record(mark: slot...slot, generation: generation, position: position))
    }

    func tell(_ kind: RecordKind, _ slots: ClosedRange<Int>) {
        worker.restore(Record(kind, slots: slots))
    }

    func read(_ log: [UInt8]) {
        let decoder = RecordDecoder()
        for line in log.split(separator: 10) {
            Array(line).withUnsafeBytes { line in
                do throws(RecordFailure) {
                    worker.restore(try decoder.decode(line))
                } catch {
                    Issue.record(error)
                }
            }
        }
    }

    func state(_ slot: Int) -> SlotState {
        guard let partition = worker.partitions[slot >> 10] else { return SlotState() }
        return partition.slots[partition.place(slot)]
    }

    func start() { worker.start(clock: Clock(now: 1, wall: 1)) }
}

@Suite("Reading the log back")
struct RestoreTests {
    private let reader = Reader()
    private let key = WorkerCluster().key(home: 1)
    private var slot: Int { Slots.slot(of: key) }

    @Test("a mark does not mend what was damaged before it, and a void with a mark does")
    func marksAndVoids() {
        reader.mark(slot, 0)
        reader.worker.markDamaged(slot: slot)
        reader.mark(slot, 4)
        #expect(reader.state(slot).isLost)
        reader.tell(.void, slot...slot)
        reader.record(.copy, key, 4)
        #expect(reader.state(slot).isLost)
        reader.mark(slot, 4)
        #expect(!reader.state(slot).isDamaged)
        #expect(reader.state(slot).position == 4)
        #expect(reader.worker.copyReports(slot...slot).first?.keys == 1)
    }

    @Test("damage between a void and its mark is not mended by it")
    func damageAfterVoid() {
        reader.tell(.void, slot...slot)
        reader.worker.markDamaged(slot: slot)
        reader.mark(slot, 4)
        #expect(reader.state(slot).isLost)
    }

    @Test("a clear leaves nothing, and nothing is wrong with it")
    func clears() {
        reader.mark(slot, 0)
        reader.record(.write, key, 1)
        reader.worker.markDamaged(slot: nil)
        reader.tell(.clear, 0...1_023)
        #expect(!reader.state(slot).isDamaged)
        #expect(reader.state(slot).base == 0 && reader.state(slot).position == 0)
        #expect(reader.worker.copyReports(slot...slot).first?.keys == 0)
    }

    @Test("a gap behind a mark is damage, and one before the first mark is not")
    func gaps() {
        reader.record(.write, key, 7)
        reader.record(.write, key, 9)
        reader.mark(slot, 9)
        reader.record(.write, key, 10)
        reader.start()
        #expect(!reader.state(slot).isDamaged)
        reader.record(.write, key, 12)
        #expect(reader.state(slot).isLost)
    }

    @Test("a stream without any mark has lost its beginning")
    func headless() {
        reader.record(.write, key, 7)
        reader.start()
        #expect(reader.state(slot).isLost)
    }

    @Test("a doubt lasts until the next mark, and through the next start")
    func doubts() {
        reader.mark(slot, 0)
        reader.record(.write, key, 1)
        reader.tell(.doubt, 0...16_383)
        #expect(reader.state(slot).isDamaged && reader.state(slot).isDoubtful)
        #expect(reader.worker.copyReports(slot...slot).first?.keys == 1)
        reader.mark(slot, 1)
        #expect(!reader.state(slot).isDamaged && !reader.state(slot).isDoubtful)
    }

    @Test("a copy that lost lines before a doubt may have to do, and no mark alone mends it")
    func holes() {
        reader.mark(slot, 0)
        reader.worker.markDamaged(slot: slot)
        reader.tell(.doubt, 0...16_383)
        #expect(reader.state(slot).isDoubtful)
        reader.mark(slot, 3)
        #expect(reader.state(slot).isDamaged)
        reader.tell(.void, slot...slot)
        reader.mark(slot, 3)
        #expect(!reader.state(slot).isDamaged)
    }
}

@Suite("Writing the log once more")
struct RewriteTests {
    private let cluster = WorkerCluster()

    /// Rewrites node 1's copies in small steps, with a command between any two.
    ///
    /// Returns the part of its log since the rewrite began.
    private func rewritten(bytesMax: Int, _ commands: [[String]]) -> [UInt8] {
        let start = cluster.logs[1]?.count ?? 0
        var commands = commands[...]
        cluster[1].beginRewrite()
        var isDone = false
        while !isDone {
            if let command = commands.popFirst() { _ = cluster.ask(1, command) }
            isDone = cluster[1].rewriteSome(bytesMax: bytesMax)
            cluster.run()
        }
        #expect(commands.isEmpty)
        return Array(cluster.logs[1]?[start...] ?? [])
    }

    @Test("what is written anew says all, whatever comes in between", arguments: [1, 200, 1 << 20])
    func saysAll(bytesMax: Int) {
        let keys = (0..<20).map { cluster.key(home: 1, $0) }
        for key in keys { _ = cluster.ask(1, "SET", key, "first") }
        for key in keys.prefix(5) { _ = cluster.ask(1, "DEL", key) }
        cluster.run()
        let isStepwise = bytesMax == 1
        let tail = rewritten(
            bytesMax: bytesMax,
            isStepwise
                ? [["DEL", keys[19]], ["SET", keys[0], "again"], ["SET", keys[10], "new"]] : [])
        let reader = Reader()
        reader.read(tail)
        reader.start()
        #expect(reader.worker.copyReports(0...1_023) == cluster[1].copyReports(0...1_023))
        #expect(reader.worker.copyHealth.damaged == 0)
    }

    @Test("a slot with many keys is written in steps")
    func largeSlot() {
        let tag = cluster.key(home: 1)
        for number in 0..<2_000 { _ = cluster.ask(1, "SET", "{\(tag)}\(number)", "v") }
        cluster.run()
        cluster[1].beginRewrite()
        var longest = 0
        while !cluster[1].rewriteSome(bytesMax: 1_000) {
            longest = max(longest, cluster[1].log.count)
            cluster.run()
        }
        #expect(longest < 100_000)
    }

    @Test("of a damaged copy only that it is one is written")
    func damagedCopy() {
        let key = cluster.key(home: 1)
        _ = cluster.ask(1, "SET", key, "v")
        cluster.run()
        cluster[1].markDamaged(slot: Slots.slot(of: key))
        let reader = Reader()
        reader.read(rewritten(bytesMax: 1 << 20, []))
        reader.start()
        #expect(reader.state(Slots.slot(of: key)).isLost)
        #expect(reader.worker.copyHealth.damaged == 1)
    }
}

@Suite("Copies that cannot be trusted")
struct UntrustedCopyTests {
    private let cluster = WorkerCluster()

    private func successors(of key: String) -> (home: Int, other: Int) {
        let replicas = founded(3).replicas(of: Slots.slot(of: key))
        return (replicas[1], replicas[2])
    }

    private func write(_ key: String, _ value: String) {
        _ = cluster.ask(1, "SET", key, value)
        cluster.run()
    }

    /// Nodes restart on their logs, and what they have is in doubt.
    private func restart(_ numbers: [Int], isDoubtful: Bool = true) {
        for number in numbers { cluster.kill(number) }
        for number in numbers {
            cluster.start(number, incarnation: 2)
            if isDoubtful { cluster[number].restore(Record(.doubt, slots: 0...1_023)) }
        }
    }

    @Test("a damaged copy is mended by its home, in its log too", arguments: [true, false])
    func mended(isHome: Bool) {
        let key = cluster.key(home: 1)
        let (_, other) = successors(of: key)
        let damaged = isHome ? 1 : other
        write(key, "v")
        restart([damaged], isDoubtful: false)
        cluster[damaged].markDamaged(slot: Slots.slot(of: key))
        cluster.connect()
        if isHome { cluster.adopt(founded(3).after(up(1, incarnation: 2))) }
        cluster.run()
        cluster.tick(milliseconds: 100)
        #expect(cluster[damaged].copyHealth.damaged == 0)
        #expect(cluster.copy(of: key, at: damaged) == cluster.copy(of: key, at: 3 - 1))
        // The same lines are damaged at the next start, and that has no consequence.
        let reader = Reader()
        reader.worker.markDamaged(slot: Slots.slot(of: key))
        reader.read(cluster.logs[damaged] ?? [])
        #expect(!reader.state(Slots.slot(of: key)).isDamaged)
        #expect(
            reader.worker.copyReports(0...1_023).map(\.digest)
                == cluster[damaged].copyReports(0...1_023).map(\.digest))
    }

    @Test("one doubtful copy counts for nothing: what a majority acknowledged is not lost")
    func oneDoubtful() {
        let key = cluster.key(home: 1)
        let (home, other) = successors(of: key)
        cluster.lossy = [[1, home]]
        write(key, "acknowledged")
        cluster.lossy = []
        // The one that has it stopped with its machine and may have lost it.
        restart([other])
        cluster.kill(1)
        cluster.connect()
        cluster.adopt(founded(3).after(.down(member: 1)))
        cluster.run()
        cluster.tick(milliseconds: 20_000)
        #expect(cluster.copy(of: key, at: home)?.base == 1)
        #expect(cluster[home].copyHealth.settledInDoubt == 0)
        // The third knows what counts.
        cluster.start(1, incarnation: 2)
        cluster.connect()
        cluster.tick(milliseconds: 200)
        cluster.tick(milliseconds: 200)
        cluster.lease()
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == "$12\r\nacknowledged\r\n")
        #expect(cluster[home].copyHealth.settledInDoubt == 0)
    }

    @Test("when all have answered and most are doubtful, the best of them must do")
    func allDoubtful() {
        let key = cluster.key(home: 1)
        let (home, _) = successors(of: key)
        cluster.lossy = [[1, home]]
        write(key, "v")
        cluster.lossy = []
        restart([1, 2, 3])
        cluster.connect()
        cluster.adopt(
            founded(3).after(up(1, incarnation: 2), up(2, incarnation: 2), up(3, incarnation: 2)))
        cluster.run()
        cluster.tick(milliseconds: 200)
        cluster.lease()
        let read = cluster.ask(1, "GET", key)
        #expect(cluster.reply(read, at: 1) == "$1\r\nv\r\n")
        #expect(cluster[1].copyHealth.settledInDoubt > 0)
        for number in 1...3 { #expect(cluster[number].copyHealth.doubtful == 0) }
    }

    @Test("one that does not answer is waited for, though not for ever")
    func waitsForTheRest() {
        let key = cluster.key(home: 1)
        write(key, "v")
        let (home, other) = successors(of: key)
        cluster.kill(1)
        restart([home, other])
        cluster.connect()
        cluster.adopt(
            founded(3).after(
                .down(member: 1), up(home, incarnation: 2), up(other, incarnation: 2)))
        cluster.run()
        cluster.tick(milliseconds: 9_000)
        #expect(cluster.copy(of: key, at: home)?.base == 0)
        cluster.tick(milliseconds: 2_000)
        cluster.lease()
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == "$1\r\nv\r\n")
    }

    @Test("a full disk refuses writes, answers reads, and takes writes again afterwards")
    func fullDisk() {
        let key = cluster.key(home: 1)
        write(key, "v")
        cluster[1].onLogFull("no space")
        let refused = cluster.ask(1, "SET", key, "w")
        let reply = cluster.reply(refused, at: 1)
        #expect(reply?.hasPrefix("-MISCONF") == true && reply?.contains("not done") == true)
        let read = cluster.ask(1, "GET", key)
        #expect(cluster.reply(read, at: 1) == "$1\r\nv\r\n")
        cluster[1].onLogFull(nil)
        let taken = cluster.ask(1, "SET", key, "x")
        cluster.run()
        #expect(cluster.reply(taken, at: 1) == "+OK\r\n")
        cluster[1].onLogFailure("broken")
        cluster[1].onLogFull(nil)
        let late = cluster.ask(1, "SET", key, "y")
        #expect(cluster.reply(late, at: 1)?.hasPrefix("-CLUSTERDOWN") == true)
    }

    @Test("a successor whose disk was full is brought level when it has room")
    func fullSuccessor() {
        let key = cluster.key(home: 1)
        let (home, _) = successors(of: key)
        cluster[home].onLogFull("no space")
        write(key, "v")
        #expect(cluster.copy(of: key, at: home)?.keys == 0)
        cluster[home].onLogFull(nil)
        cluster.tick(milliseconds: 2_100)
        cluster.tick(milliseconds: 200)
        #expect(cluster.copy(of: key, at: home) == cluster.copy(of: key, at: 1))
    }
}
