import Ring
import ServerCore
import Testing

@testable import Simulator

@Suite("Simulated disks")
struct SimulatedDiskTests {
    private func disk() -> SimulatedDisk {
        var random = SplitMix64(seed: 1)
        let epoch = RingEpoch.founding(
            clusterID: String(repeating: "5", count: 32), clusterName: "test",
            settings: ClusterSettings(),
            nodes: (1...3).map { (NodeID(random: &random), "n\($0)", "10.0.0.\($0)", 7_100) })
        return SimulatedDisk(founding: epoch, number: 1, watched: 1)
    }

    private func batch(_ text: String, _ position: Int) -> LogBatch {
        LogBatch(
            worker: 0, number: position, bytes: Array(text.utf8),
            reached: [CopyVersion(base: 1, position: position)])
    }

    @Test("a sync makes durable what was written by then, and says which batches that were")
    func syncs() {
        var disk = disk()
        let founding = disk.synced.count
        disk.append(batch("a\n", 1))
        disk.append(batch("b\n", 2))
        #expect(disk.sync(through: 1).map(\.number) == [1])
        #expect(disk.reached == [CopyVersion(base: 1, position: 1)])
        #expect(disk.synced.count == founding + 2)
        #expect(disk.unsyncedBytes == 2)
    }

    @Test("a crash takes only what was not synced, at any byte")
    func tears() {
        for kept in 0...4 {
            var disk = disk()
            disk.append(batch("a\n", 1))
            disk.sync(through: 1)
            let synced = disk.synced
            disk.append(batch("b\n", 2))
            disk.append(batch("c\n", 3))
            disk.tear(keeping: kept)
            #expect(disk.synced == synced + Array("b\nc\n".utf8.prefix(kept)))
            #expect(!disk.hasUnsynced)
        }
    }

    @Test("damage never reaches the last line, which could not be told from a torn one")
    func damage() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<200 {
            var disk = disk()
            disk.append(batch("first\nlast\n", 1))
            disk.sync(through: 1)
            let sound = disk.synced
            let isDamaged = disk.damage(using: &random)
            #expect(isDamaged == (disk.synced != sound))
            #expect(disk.isRotten == isDamaged)
            #expect(disk.synced.suffix(5) == Array("last\n".utf8)[...])
        }
    }
}
