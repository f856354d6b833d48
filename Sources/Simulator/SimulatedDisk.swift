import Bytes
import Log
import Ring
import ServerCore

/// What a process leaves behind when it ends: its log, its epoch, its votes.
struct SimulatedDisk {
    /// The log, as far as a crash cannot take it.
    var synced: [UInt8] = []
    /// Batches written behind it that a crash may lose or tear, oldest first.
    var unsynced: [LogBatch] = []
    var epoch: RingEpoch
    var vote: Vote?
    /// For the planted bug that forgets an adopted epoch.
    let foundingEpoch: RingEpoch
    /// What the watched slots' copies had reached in the last batch that is durable, by slot.
    var reached: [Int: CopyVersion] = [:]

    /// What founding leaves in a directory.
    init(founding epoch: RingEpoch, number: Int) {
        self.epoch = epoch
        foundingEpoch = epoch
        let output = OutputBuffer()
        defer { output.deallocate() }
        let nodeID = epoch.member(number: number)?.id.description ?? ""
        SegmentHeader(
            clusterID: epoch.clusterID, nodeID: nodeID, segment: 1, incarnation: 0,
            bootID: "simulated", bytesBefore: 0
        ).append(to: output)
        RecordEncoder.append(
            Record(mark: 0...(Slots.count - 1), generation: 1, position: 0), to: output)
        synced = output.array()
    }

    /// Batches up to one are durable now.
    mutating func sync(through batch: Int) {
        while let first = unsynced.first, first.number <= batch {
            synced += first.bytes
            reached.merge(first.reached) { _, new in new }
            unsynced.removeFirst()
        }
    }

    /// What a crash leaves: a part of what was not synced, cut anywhere.
    ///
    /// - Parameter kept: bytes of it that survive.
    mutating func tear(keeping kept: Int) {
        synced += unsynced.lazy.flatMap(\.bytes).prefix(kept)
        unsynced = []
    }

    var unsyncedBytes: Int { unsynced.reduce(0) { $0 + $1.bytes.count } }
}

/// One batch of the log on its way to the disk.
struct LogBatch {
    let number: Int
    let bytes: [UInt8]
    let reached: [Int: CopyVersion]
}

/// (base, position) of a copy, compared in this order.
struct CopyVersion: Comparable {
    var base: Int
    var position: Int

    static func < (left: CopyVersion, right: CopyVersion) -> Bool {
        (left.base, left.position) < (right.base, right.position)
    }
}
