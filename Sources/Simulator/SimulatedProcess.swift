import DequeModule
import Log
import RESP
import Ring
import ServerCore

/// One node process: the production core, and a shell around it as thin as the real one's.
///
/// The shell's duties: directives in order, each complete before the next; at the end of each tick
/// frames out, then the log, then replies.
final class SimulatedProcess: WorkerOutput {
    /// What lives only as long as the process.
    struct Running {
        var node: Node
        let worker: Worker
        var directives: Deque<NodeDirective> = []
        var isDirectiveUnderWay = false
        var isSyncing = false
        var syncingBatch = 0
        var replies: [(token: RequestToken, bytes: [UInt8])] = []
        var wantsConfirm = false
        var laterEpochsSeen: Set<Int> = []
        var ticks = 0
    }

    static let tickInterval = 20_000
    /// The slots' account is taken at every so many ticks: it may be as old as that.
    static let ticksPerReport = 4

    let number: Int
    unowned let world: World
    let partitions = [0]
    let clockOffset: Int
    let clockRate: Int
    var disk: SimulatedDisk
    /// The incarnation: counts the starts.
    var life = 0
    var running: Running?
    var isPaused = false
    /// What came while the process was paused.
    var held: [ProcessInput] = []
    /// Whether no sync of its disk is begun for a while.
    var isDiskStalled = false
    /// Whether it crashes in the middle of writing its next batch.
    var crashesWhileWriting = false

    init(number: Int, world: World, epoch: RingEpoch) {
        self.number = number
        self.world = world
        clockOffset = Int.random(in: 1...1_000_000_000_000, using: &world.random)
        let rate = world.plan.clockPartsPerMillion
        clockRate = Int.random(in: -rate...rate, using: &world.random)
        disk = SimulatedDisk(founding: epoch, number: number)
    }

    var isAlive: Bool { running != nil }

    /// The process's own monotonic clock.
    var monotonic: Int { clockOffset + world.now + world.now * clockRate / 1_000_000 }

    var clock: Clock {
        Clock(now: monotonic, wall: 1_700_000_000_000 + world.now / 1_000)
    }

    // MARK: WorkerOutput

    func complete(_ token: RequestToken, _ reply: UnsafeRawBufferPointer) {
        running?.replies.append((token, Array(reply)))
    }

    func passOn(_ request: PassedRequest, toPartition partition: Int) {
        preconditionFailure("clients ask for keys of the one worker's partitions only")
    }

    func confirmWanted() { running?.wantsConfirm = true }

    func laterEpochSeen(from member: Int) { running?.laterEpochsSeen.insert(member) }
}
