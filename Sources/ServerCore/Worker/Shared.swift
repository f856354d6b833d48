import Bytes
import Commands
import Log
import Ring

/// What the partitions of one worker share: the adopted epoch, leases, links and buffers.
final class Shared {
    let number: Int
    let incarnation: Int
    /// Which worker of the process this is.
    let worker: Int
    /// Whether a batch of the log is durable as soon as it is flushed, within the tick.
    let isDurableAtFlush: Bool
    /// Until when this process answers no Collect, as it has forgotten what it lent (rule 13).
    let quietUntil: Int
    let pieceBytes: Int
    /// Rules that a test takes away.
    let planted: PlantedBugs
    unowned let output: any WorkerOutput
    var deliver: (RequestToken, UnsafeRawBufferPointer) -> Void = { _, _ in }

    /// The log records of this tick; the shell writes them at its end.
    let log = OutputBuffer(capacity: 64 << 10)
    /// The number of the batch that ``log`` is growing into.
    var batch = 1
    /// Records appended since the process started.
    var records = 0
    /// Why writes are refused: the log has failed for good, or the disk is full.
    var writesStopped: String?
    /// Whether the log has failed for good.
    var isLogLost = false
    /// Whether so much waits for the disk that nothing is to be added, as far as that can be helped.
    var isCongested = false
    /// Slots that were settled from copies that may have forgotten writes, since the start.
    var settledInDoubt = 0

    /// Whether no new command is begun, as the process is about to stop.
    var isDraining = false
    /// When a command was last refused because of that or because its slot has another home.
    var turnedAwayAt = 0
    /// Whether a slot has begun to be served since commands were last un-parked.
    var hasNewlyServed = false
    /// Lines from other nodes whose checksum was wrong.
    var damagedLines = 0

    var evaluator = Evaluator()
    let scratch = OutputBuffer()
    let decoder = RecordDecoder()

    private(set) var epoch: RingEpoch
    private(set) var leases = LeaseTable()
    /// The change of the ring that is being copied for; 0 while there is none.
    private(set) var change = 0
    /// Bytes that may still be sent now to copy slots for a change; below 0 after a large slot.
    var moveBudget = 0
    /// Bytes sent to copy slots for changes since the process started.
    var movedBytes = 0
    /// By arc, like ``hotArcs``.
    private(set) var plans: [SettlePlan] = []
    private(set) var hotArcs: UnsafeMutableBufferPointer<HotArc>
    private var links: [PeerLink?] = []
    private(set) var linkedMembers: [Int] = []

    /// Whether clients of this process want to hear of changed keys.
    var isWatching = false
    /// Copies of other homes' keys.
    var copies = CopyCache()
    /// Whether the settings in force let any key be answered from a copy.
    private(set) var isCaching = false

    var holds = HoldPool()
    /// Reads whose reply waits for a confirm round.
    var unconfirmed: [UnconfirmedRead] = []
    /// What waits for the log, in the order of its batches.
    var undurable = UndurableQueue()

    init(_ configuration: WorkerConfiguration, epoch: RingEpoch, output: any WorkerOutput) {
        number = configuration.number
        incarnation = configuration.incarnation
        worker = configuration.worker
        isDurableAtFlush = configuration.isDurableAtFlush
        quietUntil = configuration.quietUntil
        pieceBytes = configuration.pieceBytes
        planted = configuration.planted
        self.output = output
        self.epoch = epoch
        hotArcs = .allocate(capacity: 0)
        take(epoch)
    }

    deinit {
        log.deallocate()
        scratch.deallocate()
        hotArcs.deallocate()
    }

    /// Makes the hot view of an epoch.
    func take(_ epoch: RingEpoch) {
        self.epoch = epoch
        isCaching = epoch.settings.isAnyCached
        plans = epoch.arcs.map(SettlePlan.init)
        let learners = epoch.learners
        change = learners.isEmpty ? 0 : epoch.queue.active?.id ?? 0
        hotArcs.deallocate()
        hotArcs = .allocate(capacity: epoch.arcs.count)
        let down = Set(epoch.members.filter { $0.state == .down }.map(\.number))
        for (place, arc) in epoch.arcs.enumerated() {
            let era = arc.present
            var hot = HotArc()
            hot.generation = era.generation
            hot.home = Int32(era.home ?? -1)
            hot.replicaCount = Int32(era.replicas.count)
            hot.majority = Int32(era.majority)
            for (index, member) in era.replicas.enumerated() {
                hot.members[index] = Int32(member)
                if member == number { hot.selfIndex = Int32(index) }
            }
            let added = learners.isEmpty ? [] : learners[place]
            hot.followerCount = hot.replicaCount + Int32(added.count)
            for (index, member) in added.enumerated() {
                hot.members[era.replicas.count + index] = Int32(member)
                if member == number { hot.isLearner = true }
            }
            for (index, member) in (era.replicas + added).enumerated() where down.contains(member) {
                hot.down |= 1 << UInt16(index)
            }
            hot.isHolder = arc.history.contains { $0.replicas.contains(number) }
            hotArcs.initializeElement(at: place, to: hot)
        }
        for member in epoch.members + epoch.former where member.number != number {
            while links.count <= member.number { links.append(nil) }
            if links[member.number] == nil {
                links[member.number] = PeerLink(member: member.number, partitions: Partition.count)
            }
        }
        allLinks = links.compactMap { $0 }
        linkedMembers = allLinks.map(\.member)
        refreshLeases()
    }

    func take(_ leases: LeaseTable) {
        self.leases = leases
        refreshLeases()
    }

    /// Until when a majority's leases hold, per arc that this node leads.
    private func refreshLeases() {
        for place in hotArcs.indices where hotArcs[place].home == Int32(number) {
            hotArcs[place].leaseUntil = leaseUntil(hotArcs[place])
        }
    }

    private func leaseUntil(_ arc: HotArc) -> Int {
        let others = Int(arc.majority) - 1
        if others <= 0 || planted.contains(.readsUnleased) { return Int.max }
        var ends: [Int] = []
        for place in 0..<Int(arc.replicaCount) where arc.members[place] != Int32(number) {
            let entry = leases[Int(arc.members[place])]
            ends.append(entry.heldStamp >= arc.generation ? entry.heldUntil : 0)
        }
        ends.sort(by: >)
        return others <= ends.count ? ends[others - 1] : 0
    }

    /// Whether a majority has said, in answer to a heartbeat sent after `time`, that it acts by
    /// the arc's generation (rule 10).
    func isConfirmed(_ arc: HotArc, after time: Int) -> Bool {
        if planted.contains(.confirmsByNothing) { return true }
        var confirmed = 1
        for place in 0..<Int(arc.replicaCount) where arc.members[place] != Int32(number) {
            let entry = leases[Int(arc.members[place])]
            if entry.confirmedAt > time, entry.confirmedStamp >= arc.generation { confirmed += 1 }
        }
        return confirmed >= Int(arc.majority)
    }

    /// Until when a promise forbids to answer a Collect of the arc's present generation to a
    /// member; 0 when none does (rules 4 and 13).
    func collectGuard(of arc: Arc, asker: Int, now: Int) -> Int {
        let isQuiet = now < quietUntil && !planted.contains(.noQuietTime)
        var until = isQuiet ? quietUntil : 0
        if planted.contains(.noLeaseGuard) { return until }
        for era in arc.history.dropLast() {
            guard let holder = era.home, holder != asker, holder != number else { continue }
            let entry = leases[holder]
            if entry.adopted >= arc.present.generation || now >= entry.lentUntil { continue }
            until = max(until, entry.lentUntil)
        }
        return until
    }

    func link(to member: Int) -> PeerLink? {
        member >= 0 && member < links.count ? links[member] : nil
    }

    /// The links that exist, by ascending member number.
    private(set) var allLinks: [PeerLink] = []

    /// Appends a record to this tick's batch.
    func append(_ record: Record) {
        RecordEncoder.append(record, to: log)
        records += 1
    }

    /// Hands a held reply to whom it belongs to.
    func reply(_ token: RequestToken, _ reply: [UInt8]) {
        reply.withUnsafeBytes { deliver(token, $0) }
    }
}

/// A read that was evaluated while no lease held.
struct UnconfirmedRead {
    let slot: Int
    let generation: Int
    /// When it was asked; the round must begin later.
    let since: Int
    let token: RequestToken
    let reply: [UInt8]
}
