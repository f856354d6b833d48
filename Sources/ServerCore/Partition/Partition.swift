import Bytes
import Commands
import Log
import Ring

/// A fixed group of 1,024 neighbouring slots: their entries, their copies' state, and, for those
/// that this node leads, their writes and reads.
///
/// The hot path. It reads no clock, and writes replies, frames and log records straight into
/// buffers that its ``Worker`` lends it. Rule numbers are those of `PROTOCOL`.
final class Partition {
    /// Slots per partition, a power of two.
    static let slotCount = 1_024
    /// Partitions per node.
    static let count = Slots.count / slotCount

    let number: Int
    let firstSlot: Int
    let index: Index
    let shared: Shared
    let slots: UnsafeMutablePointer<SlotState>
    /// ``HotArc/followersMax`` followers for each slot, by place in ``HotArc/members``.
    let followers: UnsafeMutablePointer<Follower>

    /// Slots that are being settled, by place in the partition.
    var settles: [Int: Settle] = [:]
    var fetchesUnderWay = 0
    /// Installs that arrive in pieces, by place in the partition.
    var arrivals: [Int: Arrival] = [:]
    /// Removals that are not committed, oldest first, by place in the partition.
    var burials: [Int: [Burial]] = [:]
    /// Writes whose outcome the next generation decides, by place in the partition.
    var undecided: [Int: UndecidedWrites] = [:]
    /// As home: who has copies of its keys.
    var sharers = SharerTable()
    /// As home: the arcs of the adopted epoch that it leads slots of here.
    var ledArcs: [Int] = []
    /// As somebody else: the sessions with homes, by member number.
    var sessions: [Int: CopySession] = [:]
    var copyCounts = CacheReport()
    /// As home: who wants to hear of changed keys, and the number of the question.
    var watchers: [Int: Int] = [:]
    /// As somebody else: the homes that were asked to tell, by member number.
    var watches: [Int: Watch] = [:]
    var lastWatch = 0
    /// Questions that wait for a lease to end, or for an epoch.
    var deferredCollects: Set<DeferredCollect> = []
    /// When the first promise ends that a settle or a question waits for, in microseconds.
    var nextDue = Int.max
    /// Whether the last look found nothing to look after; every input but a read takes it back.
    var isQuiet = false
    /// What the slots that this node leads lack, as of the last look; good while all is quiet.
    var quietGaps: SlotGaps?
    /// Whether an epoch was adopted since the last look for slots that this node holds no more.
    var mayHoldSurplus = true
    /// Where the search for expired keys goes on.
    var expiryCursor = 0

    init(number: Int, shared: Shared, seed: UInt64) {
        self.number = number
        self.shared = shared
        firstSlot = number * Partition.slotCount
        index = Index(seed: seed, slotCount: Partition.slotCount)
        slots = .allocate(capacity: Partition.slotCount)
        slots.initialize(repeating: SlotState(), count: Partition.slotCount)
        let followerCount = Partition.slotCount * HotArc.followersMax
        followers = .allocate(capacity: followerCount)
        followers.initialize(repeating: Follower(), count: followerCount)
    }

    deinit {
        index.deallocate()
        slots.deallocate()
        followers.deallocate()
    }

    /// A slot's place in the partition.
    func place(_ slot: Int) -> Int { slot & (Partition.slotCount - 1) }

    func follower(_ place: Int, _ replica: Int) -> UnsafeMutablePointer<Follower> {
        followers + place * HotArc.followersMax + replica
    }

    func arc(_ place: Int) -> HotArc { shared.hotArcs[Int(slots[place].arc)] }
}

/// A removal whose commit is pending.
struct Burial {
    let position: Int
    let key: [UInt8]
}

/// A Collect that cannot be answered yet.
struct DeferredCollect: Hashable {
    let place: Int
    let generation: Int
    let asker: Int
}
