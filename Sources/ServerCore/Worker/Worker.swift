import Bytes
import Commands
import Log
import Prefetch
import RESP
import Ring

/// What a worker is told at its start.
public struct WorkerConfiguration: Sendable {
    /// This node's member number.
    public var number: Int
    /// The start of this process, already durable.
    public var incarnation: Int
    /// Which worker of the process this is, from 0.
    public var worker: Int
    /// The partitions that it owns.
    public var partitions: [Int]
    /// Whether a batch is durable as soon as the shell has flushed it within the tick (`fsync no`
    /// and `everysec`); otherwise ``Worker/onDurable(batch:clock:)`` says so later.
    public var isDurableAtFlush: Bool
    /// Until when no Collect is answered: one lease after a restart; 0 for a first start.
    public var quietUntil: Int
    /// Seeds the hash tables.
    public var seed: UInt64
    /// Bytes of entries in one piece of a CONTENT or INSTALL, unless a single entry is larger.
    package var pieceBytes = PeerFrame.pieceBytes
    /// Rules that a test takes away.
    package var planted: PlantedBugs = []

    /// Makes a configuration.
    public init(
        number: Int, incarnation: Int, worker: Int = 0, partitions: [Int]? = nil,
        isDurableAtFlush: Bool, quietUntil: Int, seed: UInt64
    ) {
        self.number = number
        self.incarnation = incarnation
        self.worker = worker
        self.partitions = partitions ?? Array(0..<Worker.partitionCount)
        self.isDurableAtFlush = isDurableAtFlush
        self.quietUntil = quietUntil
        self.seed = seed
    }
}

/// The data path of one event loop: the partitions that it owns, the commands that reach them, and
/// the frames to and from other nodes.
///
/// Without clock, socket or disk. The shell calls ``flush(clock:)`` at the end of each tick and then, in
/// this order, sends ``outgoing(to:)``, writes ``log``, and lets replies out.
public final class Worker {
    /// Partitions of a node, over all its workers.
    public static let partitionCount = Partition.count

    /// Named limits of what may wait.
    public enum Limits {
        /// Commands that wait for a slot without a home, per worker.
        public static let parkedMax = 10_000
        /// Bytes of those commands.
        public static let parkedBytesMax = 256 << 20
        /// Commands under way to other nodes, per worker.
        public static let forwardsMax = 100_000
        /// Microseconds that a write is waited for at a node that is no longer its home.
        public static let lostHomePatience = 1_000_000
        /// Bytes that may be sent at once for a change however low its rate is, per worker.
        static let moveBurstMin = 64 << 10
        /// Microseconds whose share may be sent for a change after a loop stood still.
        static let moveElapsedMax = 250_000
        /// Microseconds between two looks at every slot.
        static let tendInterval = 100_000
    }

    let shared: Shared
    var partitions: [Partition?] = []
    var parked: [Int: ParkedQueue] = [:]
    var parkedCount = 0
    var parkedBytes = 0
    var forwards: [Int: Forward] = [:]
    var nextForward: Int
    var prefetcher = Prefetcher(.off)
    /// What was guessed in this tick.
    var guessed: [[UInt8]] = []
    /// Guessed keys that were asked for.
    var guesses: [[UInt8]: Guess] = [:]
    /// What came of guesses and is not told yet, by who guessed.
    var outcomes: [Int: GuessOutcomes] = [:]
    var nextHottest = 0
    /// What the worker's copies do, beside what its partitions count.
    var copyCounts = CacheReport()
    /// Where an answer in parts grows.
    let gathered = OutputBuffer()
    var gathers: [Int: Gather] = [:]
    var nextGather = 1
    var traffic = WorkerTraffic()
    var random: SplitMix64
    /// Replies of commands that nobody's buffer is lent for.
    let replies = OutputBuffer()
    private var nextTend = 0
    private var movesRefilledAt = 0
    /// Millionths of a byte that may be sent besides.
    private var movesUnspent = 0
    /// Members to which a link came up before an epoch named them here.
    private var earlyLinks: Set<Int> = []
    /// How far the log is written anew; nil when it is not.
    var rewrite: LogRewrite?
    private(set) var durableBatch = 0

    /// Starts a worker with an empty copy of everything; ``restore(_:)`` puts the log back, then
    /// ``start(clock:)`` begins.
    public init(
        _ configuration: WorkerConfiguration, epoch: RingEpoch, output: any WorkerOutput
    ) {
        shared = Shared(configuration, epoch: epoch, output: output)
        random = SplitMix64(seed: configuration.seed)
        nextForward = Worker.firstForward(incarnation: configuration.incarnation)
        for number in 0..<Partition.count {
            let isOwned = configuration.partitions.contains(number)
            partitions.append(
                isOwned
                    ? Partition(number: number, shared: shared, seed: configuration.seed) : nil)
        }
        shared.deliver = { [unowned self] token, reply in complete(token, reply) }
    }

    deinit {
        replies.deallocate()
        gathered.deallocate()
    }

    /// The epoch that the worker acts by.
    public var epoch: RingEpoch { shared.epoch }

    /// Puts back one record of the log; others' partitions are passed over.
    public func restore(_ record: Record) {
        if record.kind.hasKey {
            partitions[record.slot >> 10]?.restore(record)
            return
        }
        for slot in record.slot...record.lastSlot {
            var single = record
            single.slot = slot
            single.lastSlot = slot
            partitions[slot >> 10]?.restore(single)
        }
    }

    /// The log was damaged in the middle: the slot's copy, or every copy, counts for nothing until
    /// it is installed anew.
    ///
    /// Told in order with the records around the damage.
    public func markDamaged(slot: Int?) {
        for partition in partitions {
            guard let partition else { continue }
            for place in 0..<Partition.slotCount
            where slot == nil || slot == partition.firstSlot + place {
                partition.slots[place].markDamaged()
            }
        }
    }

    /// Begins to act by the epoch that the worker was made with.
    public func start(clock: Clock) {
        noteCacheSettings()
        for partition in partitions { partition?.endRestore() }
        for partition in partitions { partition?.adopt(clock: clock, isStart: true) }
    }

    /// Acts by a newer epoch, durable already.
    public func adopt(_ epoch: RingEpoch, clock: Clock) {
        guard epoch.number > shared.epoch.number else { return }
        shared.take(epoch)
        noteCacheSettings()
        // What was under way to learners or for another generation is not waited for any more.
        for link in shared.allLinks { link.installBytes = 0 }
        for partition in partitions { partition?.adopt(clock: clock, isStart: false) }
        reviewForwards(clock: clock)
        settleUnconfirmed(clock: clock, mayAsk: false)
        retryParked(clock: clock)
        for member in earlyLinks.sorted() where shared.link(to: member) != nil {
            earlyLinks.remove(member)
            onLink(to: member, isUp: true, clock: clock)
        }
    }

    /// Leases were given or taken.
    public func setLeases(_ leases: LeaseTable, clock: Clock) {
        let isAdoptionNews = shared.leases.hasOtherAdoptions(than: leases)
        shared.take(leases)
        // A home that has adopted the epoch holds its former promise no more.
        if isAdoptionNews { for partition in partitions { partition?.nextDue = clock.now } }
        settleUnconfirmed(clock: clock, mayAsk: false)
    }

    /// The outgoing link to a member came up or went down; either way what was under way is lost.
    public func onLink(to member: Int, isUp: Bool, clock: Clock) {
        guard let link = shared.link(to: member) else {
            if isUp { earlyLinks.insert(member) } else { earlyLinks.remove(member) }
            return
        }
        link.isUp = false
        link.reset()
        loseForwards(to: member)
        link.isUp = isUp
        for partition in partitions {
            partition?.onLink(to: member, isUp: isUp, clock: clock)
        }
        if isUp { retryParked(clock: clock) }
    }

    /// Time passes; call it about every 20 milliseconds.
    public func onTick(clock: Clock) {
        refillMoveBudget(clock: clock)
        let isTending = clock.now >= nextTend
        if isTending { nextTend = clock.now + Limits.tendInterval }
        for partition in partitions {
            guard let partition else { continue }
            partition.pursueDue(clock: clock)
            if isTending { partition.tend(clock: clock) }
            if isTending { partition.expireSome(clock: clock) }
            if isTending { partition.pursueWatches() }
            partition.pursueMoves(clock: clock)
            partition.pursueUndecided(clock: clock)
            partition.pursueSharers(clock: clock)
            partition.pursueSessions(clock: clock)
        }
        if isTending { expireForwards(clock: clock) }
        if isTending { tendGuesses(clock: clock) }
        settleUnconfirmed(clock: clock, mayAsk: true)
        retryParked(clock: clock)
    }

    /// Lets the copying for a change of the ring go on at the rate that the settings give a node;
    /// each worker has its share of it.
    private func refillMoveBudget(clock: Clock) {
        let elapsed = clock.now - movesRefilledAt
        movesRefilledAt = clock.now
        let settings = shared.epoch.settings
        if settings.areMovesPaused {
            shared.moveBudget = 0
        } else if settings.moveBytesPerSecond == 0 {
            shared.moveBudget = Int.max / 2
        } else {
            let owned = partitions.count { $0 != nil }
            let rate = settings.moveBytesPerSecond * owned / Partition.count
            let most = max(rate / 4, Limits.moveBurstMin)
            // What is less than a byte counts the next time, or a low rate would send nothing ever.
            let gain = rate * min(elapsed, Limits.moveElapsedMax) + movesUnspent
            movesUnspent = gain % 1_000_000
            shared.moveBudget = min(shared.moveBudget + gain / 1_000_000, most)
        }
    }

    /// The log records of this tick: to be written as one batch, then dropped with ``endBatch()``.
    public var log: OutputBuffer { shared.log }

    /// Completes the tick's frames.
    ///
    /// - Returns: the number of the batch in ``log``; nil when there is nothing to write.
    public func flush(clock: Clock) -> Int? {
        if shared.log.isEmpty || shared.planted.contains(.acknowledgesEarly) {
            drainDurable(clock: clock)
        }
        if shared.hasNewlyServed {
            shared.hasNewlyServed = false
            retryParked(clock: clock)
        }
        if !guessed.isEmpty { askForGuessed(clock: clock) }
        for link in shared.allLinks { link.flush() }
        return shared.log.isEmpty ? nil : shared.batch
    }

    /// The batch was handed to the disk; the next records belong to the next one.
    public func endBatch() {
        shared.log.clear()
        shared.batch += 1
    }

    /// Everything up to a batch is durable by the policy in force.
    public func onDurable(batch: Int, clock: Clock) {
        durableBatch = max(durableBatch, batch)
        drainDurable(clock: clock)
    }

    /// The log failed for good: no write is accepted or acknowledged any more, reads go on.
    public func onLogFailure(_ reason: String) {
        shared.writesStopped = reason
        shared.isLogLost = true
    }

    /// The disk is full, or has room again: until then no write is accepted, reads go on, and what
    /// was appended waits.
    ///
    /// - Parameter reason: why nothing can be written; nil when it can be again.
    public func onLogFull(_ reason: String?) {
        guard !shared.isLogLost else { return }
        shared.writesStopped = reason
        for partition in partitions { partition?.isQuiet = false }
    }

    /// A member does not keep up with what it is sent, or does again: until then what it asks for to
    /// read is put off, and done when it asks again.
    public func setPressed(_ isPressed: Bool, of member: Int) {
        shared.link(to: member)?.isPressed = isPressed
    }

    /// Too much waits for the disk, or no longer: until then other nodes' writes are refused, and
    /// streams that this node follows; what it lacks is installed later.
    public func setCongested(_ isCongested: Bool) { shared.isCongested = isCongested }

    /// Takes no new commands for the slots that this node leads, so that what is under way can end
    /// before others take over; askers try again elsewhere.
    public func drain() {
        shared.isDraining = true
    }

    /// Notes that somebody still asks this process, which is about to end, for something.
    public func turnAway(clock: Clock) {
        shared.turnedAwayAt = clock.now
    }

    /// What is to be sent to a member; the shell takes it and clears it.
    public func outgoing(to member: Int) -> OutputBuffer? { shared.link(to: member)?.out }

    /// Records appended since the process started.
    public var recordCount: Int { shared.records }

    /// The members that a link may exist to.
    public var linkedMembers: [Int] { shared.linkedMembers }

    private func drainDurable(clock: Clock) {
        while let effect = shared.undurable.next(durable: durableBatch) {
            switch effect {
            case .own(let slot, let generation, let position):
                guard let partition = partitions[slot >> 10] else { continue }
                let place = partition.place(slot)
                guard partition.slots[place].generation == generation,
                    partition.isLeading(place)
                else { continue }
                let replica = Int(partition.arc(place).selfIndex)
                partition.acknowledge(place, replica: replica, position: position, clock: clock)
            case .acknowledge(let home, let slot, let generation, let position):
                shared.link(to: home)?.append(
                    .acknowledge, partition: slot >> 10, slot, generation, position)
            case .copy(let asker, let slot, let generation, let copy):
                answer(asker, slot, generation, copy, clock: clock)
            }
        }
    }

    private func answer(
        _ asker: Int, _ slot: Int, _ generation: Int, _ copy: CopyState, clock: Clock
    ) {
        if asker == shared.number {
            guard let partition = partitions[slot >> 10] else { return }
            partition.onCopy(
                copy, partition.place(slot), generation: generation, from: asker, clock: clock)
            return
        }
        guard let link = shared.link(to: asker), link.isUp else { return }
        let buffer = link.buffer(.copy, partition: slot >> 10)
        for number in [slot, generation, copy.base, copy.position] {
            if !buffer.isEmpty { buffer.append(UInt8(ascii: " ")) }
            buffer.append(decimal: number)
        }
        buffer.append(UInt8(ascii: " "))
        buffer.append(hexadecimal: copy.digest, digits: 16)
        buffer.append(UInt8(ascii: " "))
        buffer.append(decimal: copy.condition.rawValue)
    }

    /// Answers reads whose confirm round is complete, and those that can have none any more.
    private func settleUnconfirmed(clock: Clock, mayAsk: Bool) {
        guard !shared.unconfirmed.isEmpty else { return }
        let waiting = shared.unconfirmed
        shared.unconfirmed.removeAll(keepingCapacity: true)
        let deadline = clock.now - shared.epoch.settings.deadlineMilliseconds * 1_000
        var isWanted = false
        for read in waiting {
            guard let partition = partitions[read.slot >> 10] else { continue }
            let place = partition.place(read.slot)
            let isCurrent =
                partition.slots[place].generation == read.generation
                && partition.isLeading(place)
            if !isCurrent || read.since < deadline {
                shared.reply(read.token, Replies.tryAgain)
            } else if shared.isConfirmed(partition.arc(place), after: read.since) {
                shared.reply(read.token, read.reply)
            } else {
                shared.unconfirmed.append(read)
                isWanted = true
            }
        }
        if isWanted, mayAsk { shared.output.confirmWanted() }
    }
}
