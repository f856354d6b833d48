import DequeModule
import Log
import RESP
import Ring
import ServerCore

/// One node process: the production core, and a shell around it as thin as the real one's.
///
/// The shell's duties: directives in the order of their queue; at the end of each tick
/// frames out, then the log, then replies.
final class SimulatedProcess: WorkerOutput {
    /// What lives only as long as the process.
    final class Running {
        var node: Node
        let workers: [Worker]
        /// What each worker has not turned to yet; unused where there is one worker only.
        var mail: [Deque<WorkerMail>]
        var directives = DirectiveQueue()
        /// Whether what takes its time was begun; a disk that stands still begins nothing.
        var isDirectiveUnderWay = false
        /// Workers that have not adopted the epoch of the directive that is under way.
        var adoptionsMissing = 0
        var isSyncing = false
        var syncingBatch = 0
        var replies: [(token: RequestToken, bytes: [UInt8])] = []
        var wantsConfirm = false
        var laterEpochsSeen: Set<Int> = []
        var ticks = 0
        /// When it was asked to stop, when it had handed its slots over; nil before.
        var stopsSince: Int?
        var endsAfter: Int?
        var isDraining = false

        init(node: Node, workers: [Worker]) {
            self.node = node
            self.workers = workers
            mail = Array(repeating: [], count: workers.count)
        }
    }

    static let tickInterval = 20_000
    /// The slots' account is taken at every so many ticks: it may be as old as that.
    static let ticksPerReport = 4
    /// True time zero as the wall clocks have it, in milliseconds.
    static let wallStart = 1_700_000_000_000

    let number: Int
    unowned let world: World
    let clockOffset: Int
    let clockRate: Int
    /// How far its wall clock is ahead, in milliseconds.
    var wallOffset: Int
    var disk: SimulatedDisk
    /// The incarnation: counts the starts.
    var life = 0
    var running: Running?
    var isPaused = false
    /// Members that it connects to, or tries to.
    var dialled: Set<Int> = []
    /// What came while the process was paused.
    var held: [ProcessInput] = []
    /// Whether no sync of its disk is begun for a while.
    var isDiskStalled = false
    /// Whether it is never started again: it is out of the cluster, or its disk is lost.
    var isGone = false
    var isDiskLost = false
    /// Whether it crashes in the middle of writing its next batch.
    var crashesWhileWriting = false

    /// Makes a process that has not started.
    ///
    /// - Parameters:
    ///   - number: its member number.
    ///   - world: what it lives in.
    ///   - epoch: what its directory begins with: the founding epoch, or the one that lets it in.
    init(number: Int, world: World, epoch: RingEpoch) {
        self.number = number
        self.world = world
        clockOffset = Int.random(in: 1...1_000_000_000_000, using: &world.random)
        let rate = world.plan.clockPartsPerMillion
        clockRate = Int.random(in: -rate...rate, using: &world.random)
        let wall = world.plan.wallMilliseconds
        wallOffset = Int.random(in: -wall...wall, using: &world.random)
        disk = SimulatedDisk(
            founding: epoch, number: number, watched: world.watchedSlots.count)
    }

    var isAlive: Bool { running != nil }

    /// The process's own monotonic clock.
    var monotonic: Int { clockOffset + world.now + world.now * clockRate / 1_000_000 }

    var clock: Clock {
        Clock(now: monotonic, wall: SimulatedProcess.wallStart + world.now / 1_000 + wallOffset)
    }

    /// Each worker has one partition, whose number is its own.
    func worker(ofSlot slot: Int) -> Worker? {
        guard let running else { return nil }
        let partition = slot / (Slots.count / Worker.partitionCount)
        return partition < running.workers.count ? running.workers[partition] : nil
    }

    // MARK: WorkerOutput

    func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
        if token.kind == .connection {
            running?.replies.append((token, Array(reply)))
        } else {
            leave(.reply(token, Array(reply)), for: Int(token.worker))
        }
    }

    func passOn(_ request: PassedRequest, toPartition partition: Int) {
        leave(.passed(request), for: partition)
    }

    func confirmWanted() { running?.wantsConfirm = true }

    func laterEpochSeen(from member: Int) { running?.laterEpochsSeen.insert(member) }

    /// Simulated clients have no caches of their own.
    func keyChanged(_ key: UnsafeRawBufferPointer) {}
    func slotChanged(_ slot: Int) {}

    // MARK: Between threads

    private static let hop = 1...300

    /// Hands something to a worker: at once where it is the only one, else by way of its mail.
    func leave(_ mail: WorkerMail, for worker: Int) {
        guard let running else { return }
        precondition(worker < running.workers.count, "each partition in use has a worker")
        guard running.workers.count > 1 else { return unpack(mail, running.workers[worker]) }
        running.mail[worker].append(mail)
        scheduleInput(
            .mail(worker: worker),
            after: Int.random(in: SimulatedProcess.hop, using: &world.random))
    }

    func leaveForAll(_ mail: WorkerMail) {
        for worker in 0..<(running?.workers.count ?? 0) { leave(mail, for: worker) }
    }

    func openMail(of worker: Int) {
        guard let running, let mail = running.mail[worker].popFirst() else { return }
        unpack(mail, running.workers[worker])
    }

    private func unpack(_ mail: WorkerMail, _ worker: Worker) {
        switch mail {
        case .passed(let request): worker.submit(request, clock: clock)
        case .reply(let token, let bytes): bytes.withUnsafeBytes { worker.onReply(token, $0) }
        case .leases(let leases): worker.setLeases(leases, clock: clock)
        case .drain: worker.drain()
        case .adopt(let epoch):
            worker.adopt(epoch, clock: clock)
            running?.adoptionsMissing -= 1
            if running?.adoptionsMissing == 0 { finishAdoption() }
        }
    }
}
