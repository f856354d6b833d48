import Ring
import ServerCore
import Testing

@testable import Server

@Suite("When the log is compacted")
struct CompactorTests {
    private static let limits = CompactionLimits(logBytesMin: 1_000, retryMicroseconds: 100)

    private let compactor = Compactor(loopCount: 2, limits: Self.limits)

    private func health(live: Int = 0, damaged: Int = 0, doubtful: Int = 0) -> CopyHealth {
        var health = CopyHealth()
        health.liveBytes = live
        health.damaged = damaged
        health.doubtful = doubtful
        return health
    }

    private func log(_ bytes: Int) -> LogReport {
        var report = LogReport()
        report.bytes = bytes
        return report
    }

    /// Both loops look; whether a compaction begins.
    private func look(_ health: CopyHealth, bytes: Int, now: Int = 0) -> Bool {
        let first = compactor.look(CopyHealth(), loop: 0, log: log(bytes), now: now)
        let second = compactor.look(health, loop: 1, log: log(bytes), now: now)
        return first.begins || second.begins
    }

    @Test("a log is compacted when it is long and half of it is of no use")
    func begins() {
        #expect(!look(health(live: 501), bytes: 1_000))
        #expect(!look(health(live: 100), bytes: 999))
        #expect(compactor.share == nil)
        _ = look(health(live: 500), bytes: 1)
        #expect(look(health(live: 500), bytes: 1_000))
        #expect(compactor.share == 0)
    }

    @Test("nothing begins before every loop has told of its copies")
    func waitsForAll() {
        let look = compactor.look(health(live: 1), loop: 0, log: log(5_000), now: 0)
        #expect(look == Compactor.Look(former: nil, present: nil, begins: false))
    }

    @Test("copies that are not mended are kept as they are, and their damage goes afterwards")
    func waitsForRepair() {
        compactor.noteDamage()
        #expect(!look(health(damaged: 1), bytes: 5_000))
        #expect(!look(health(doubtful: 1), bytes: 5_000))
        #expect(look(health(live: 10), bytes: 10))
    }

    @Test("nothing begins that would fill the disk")
    func waitsForRoom() {
        _ = compactor.look(CopyHealth(), loop: 0, log: log(5_000), now: 0)
        for (room, begins) in [(149, false), (150, true)] {
            let look = compactor.look(
                health(live: 100), loop: 1, log: log(5_000), room: room, now: 0)
            #expect(look.begins == begins)
        }
    }

    @Test("a disk that is behind slows it down, and only one that takes nothing stops it")
    func slowsDown() {
        let limits = Self.limits
        #expect(compactor.bytes(backlog: 0, isHeldUp: false) == limits.bytesPerTick)
        let slow = compactor.bytes(backlog: limits.backlogBytesMax, isHeldUp: false)
        #expect(slow > 0 && slow <= limits.bytesPerTick / 4)
        #expect(compactor.bytes(backlog: limits.backlogBytesMax, isHeldUp: true) == 0)
    }

    @Test("the last loop to finish ends it, and the next one may begin")
    func ends() {
        #expect(look(health(live: 1), bytes: 5_000))
        compactor.note(share: 0.5, loop: 1)
        #expect(compactor.share == 0.25)
        #expect(!compactor.finished(loop: 0))
        #expect(!look(health(live: 1), bytes: 5_000))
        #expect(compactor.finished(loop: 1))
        #expect(!look(health(live: 1), bytes: 5_000))
        compactor.end(isDone: true, now: 5)
        #expect(compactor.share == nil)
        #expect(look(health(live: 1), bytes: 5_000, now: 6))
    }

    @Test("one that failed is tried again later, damage included")
    func failure() {
        compactor.noteDamage()
        #expect(look(health(), bytes: 5))
        #expect(!compactor.finished(loop: 0))
        #expect(compactor.finished(loop: 1))
        compactor.end(isDone: false, now: 1_000)
        #expect(!look(health(), bytes: 5, now: 1_099))
        #expect(look(health(), bytes: 5, now: 1_100))
    }

    @Test("limits come from the environment in tests only")
    func environment() {
        let usual = LogOptions(environment: [:])
        #expect(usual.bootID == nil && usual.segmentBytesMax == 64 << 20)
        #expect(usual.compaction.logBytesMin == 64 << 20)
        let set = LogOptions(environment: [
            "RINGMASTER_TEST_BOOT": "b", "RINGMASTER_TEST_SEGMENT_BYTES": "100",
            "RINGMASTER_TEST_COMPACT_BYTES": "x",
        ])
        #expect(set.bootID == "b" && set.segmentBytesMax == 100)
        #expect(set.compaction.logBytesMin == 64 << 20)
    }
}
