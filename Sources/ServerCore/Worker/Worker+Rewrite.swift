import Log
import Ring

/// How far a worker has come with writing its slots to the log once more.
struct LogRewrite {
    /// The next slot.
    var slot = 0
    /// Where in it, as ``Index/scan(slot:from:count:_:)`` counts.
    var position: UInt32 = 0
}

/// Compaction: every slot is appended to the log once more, a little at a time, between the other
/// records and through the same batches. Once all of it is on the disk, nothing that was written
/// before it began is needed any more, and the shell removes those files.
extension Worker {
    /// Entries of one step, so that a slot with many is done in several.
    private static let entriesPerStep = 256

    /// Begins, or begins anew.
    public func beginRewrite() { rewrite = LogRewrite() }

    /// Gives up what was begun.
    public func endRewrite() { rewrite = nil }

    /// The share of the slots that is done, from 0 to 1.
    public var rewriteShare: Double { Double(rewrite?.slot ?? 0) / Double(Slots.count) }

    /// Appends some more to the batch of this tick.
    ///
    /// - Parameter bytesMax: when the batch has grown by so many bytes, it is enough.
    /// - Returns: whether all slots are done.
    public func rewriteSome(bytesMax: Int) -> Bool {
        guard var rewrite else { return true }
        let end = shared.log.count + bytesMax
        while rewrite.slot < Slots.count, shared.log.count < end {
            guard let partition = partitions[rewrite.slot >> 10] else {
                rewrite.slot += Partition.slotCount
                continue
            }
            let place = partition.place(rewrite.slot)
            if let next = partition.rewrite(
                place, from: rewrite.position, count: Worker.entriesPerStep)
            {
                rewrite.position = next
            } else {
                rewrite = LogRewrite(slot: rewrite.slot + 1)
            }
        }
        self.rewrite = rewrite.slot < Slots.count ? rewrite : nil
        return self.rewrite == nil
    }

    /// What the log's shell needs to know of this worker's copies.
    public var copyHealth: CopyHealth {
        var health = CopyHealth(settledInDoubt: shared.settledInDoubt)
        for case let partition? in partitions {
            for place in 0..<Partition.slotCount {
                let state = partition.slots[place]
                health.liveBytes += partition.liveBytes(place)
                guard state.isDamaged, partition.arc(place).isHolder else { continue }
                health.doubtful += state.isDoubtful ? 1 : 0
                health.damaged += state.isDoubtful ? 0 : 1
            }
        }
        return health
    }
}

/// The state of a worker's copies, as far as the log is concerned.
public struct CopyHealth: Sendable, Equatable {
    /// Slots that this node counts as a holder of, and whose copy was damaged and is not yet
    /// installed anew.
    public var damaged = 0
    /// The same, whose copy may have forgotten writes.
    public var doubtful = 0
    /// Slots that this node settled from such copies since its start, for want of better ones.
    public var settledInDoubt = 0
    /// About how many bytes of log all entries take that are there now.
    public var liveBytes = 0

    /// All zero.
    public init() {}

    init(settledInDoubt: Int) { self.settledInDoubt = settledInDoubt }

    /// Adds another worker's.
    public static func + (left: CopyHealth, right: CopyHealth) -> CopyHealth {
        var sum = left
        sum.damaged += right.damaged
        sum.doubtful += right.doubtful
        sum.settledInDoubt += right.settledInDoubt
        sum.liveBytes += right.liveBytes
        return sum
    }
}

extension Partition {
    /// Names, numbers and punctuation of one record, in bytes; a mark has about as many.
    private static let lineBytes = 96

    /// About how many bytes of log a slot takes when it is written anew.
    fileprivate func liveBytes(_ place: Int) -> Int {
        index.bytes(slot: place) + (index.count(slot: place) + 1) * Partition.lineBytes
    }
}
