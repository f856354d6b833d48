import Bytes
import Checker
import Commands
import RESP
import Ring
import ServerCore

/// One simulated cluster with its clients: everything that happens in it comes from one generator.
final class World {
    /// From so many members on, those that are gone included, no more are asked to join.
    static let membersMax = 12
    /// Joins that may have been asked for before and are decided after that.
    private static let joinsUnderWayMax = 20

    let options: SimulationOptions
    let plan: FaultPlan
    let keys: [WatchedKey]
    /// The slots of the keys, ascending.
    let watchedSlots: [Int]
    let replyBuffer = OutputBuffer()
    var random: SplitMix64
    /// What concerns copies only; apart from ``random``, see ``FaultPlan``.
    var copying: SplitMix64
    private static let copyingSalt: UInt64 = 0x5eed_c0b1_e5
    var now = 0
    var queue = EventQueue()
    var processes: [SimulatedProcess] = []
    /// By sender and receiver, both by member number.
    var links: [[Link]] = []
    var clients: [SimulatedClient] = []
    var history = History()
    /// Whether messages are still lost and held back.
    var isFaulty = true
    /// Whether clients still ask.
    var isAsking = true
    var counts = SimulationCounts()
    var trace: Trace
    var violation: SimulationViolation?
    var epochs: [Int: RingEpoch] = [:]
    /// The newest epoch that any process has adopted.
    var newestEpoch: RingEpoch
    /// Members at founding, below which the cluster is not left for long.
    let foundingCount: Int
    /// Nodes that have asked to be members, and requests made, which have names by these counts.
    var joinersAsked = 0
    var requestsMade = 0
    /// By process and watched slot: what its copy knew last.
    var lastVersions: [[CopyVersion]]

    /// Founds a cluster of processes that have not started; without a plan, one is drawn.
    init(seed: UInt64, options: SimulationOptions, plan: FaultPlan?) {
        self.options = options
        var random = SplitMix64(seed: seed)
        self.plan = plan ?? FaultPlan(random: &random, coherence: options.coherence)
        copying = SplitMix64(seed: seed ^ World.copyingSalt)
        trace = Trace(options)
        let count = options.processes ?? (Bool.random(using: &random) ? 3 : 5)
        let epoch = World.found(count, self.plan, &random)
        keys = WatchedKey.choose(
            in: epoch, perSlot: self.plan.keysPerSlot, partitions: self.plan.workers)
        watchedSlots = Set(keys.map(\.slot)).sorted()
        let places = World.membersMax + World.joinsUnderWayMax + 1
        links = Array(repeating: Array(repeating: Link(), count: places), count: places)
        lastVersions = Array(
            repeating: Array(repeating: .none, count: watchedSlots.count), count: places)
        newestEpoch = epoch
        foundingCount = count
        self.random = random
        for number in 1...count {
            processes.append(SimulatedProcess(number: number, world: self, epoch: epoch))
        }
        for client in 0..<options.clients { clients.append(SimulatedClient(number: client)) }
        trace.note(0, "\(count) processes; \(self.plan)")
    }

    private static func found(
        _ count: Int, _ plan: FaultPlan, _ random: inout SplitMix64
    ) -> RingEpoch {
        var settings = ClusterSettings()
        settings.graceMilliseconds = plan.graceMilliseconds
        settings.coherence = plan.coherence
        if plan.hasShortTimings {
            settings.heartbeatMilliseconds = 40
            settings.leaseMilliseconds = 150
            settings.suspectMilliseconds = 250
            settings.deadlineMilliseconds = 1_500
        }
        let nodes = (1...count).map { number in
            (
                id: NodeID(random: &random), name: "n\(number)", host: "10.0.0.\(number)",
                port: 7_100
            )
        }
        return RingEpoch.founding(
            clusterID: String(repeating: "5", count: 32), clusterName: "simulated",
            settings: settings, nodes: nodes)
    }

    deinit { replyBuffer.deallocate() }

    func process(_ number: Int) -> SimulatedProcess { processes[number - 1] }

    func schedule(_ action: Event.Action, at time: Int) { queue.add(action, at: time) }

    /// How long a sync takes.
    func syncTime() -> Int { Int.random(in: plan.syncTime, using: &random) }

    /// The command that a client's request names; all of them exist.
    func commandID(_ arguments: Arguments) -> CommandID? { CommandTable.find(arguments[0]) }

    func violate(_ kind: SimulationViolation.Kind, _ text: String) {
        guard violation == nil else { return }
        violation = SimulationViolation(kind: kind, time: now, text: text)
        trace.note(now, "VIOLATION \(kind.rawValue): \(text)")
    }

    /// Lets everything happen up to a time, or up to a violation.
    func run(until end: Int) {
        while violation == nil, let time = queue.nextTime, time <= end { step() }
        now = max(now, end)
    }

    /// Lets the next event happen.
    func step() {
        guard let event = queue.popFirst() else { return }
        now = event.time
        counts.events += 1
        trace.fold(event.time)
        carryOut(event.action)
    }

    private func carryOut(_ action: Event.Action) {
        switch action {
        case .input(let number, let life, let input):
            let process = process(number)
            guard process.life == life, process.isAlive else { return }
            trace.fold(number)
            process.take(input)
            inspect(process)
        case .reply(let client, let operation, let bytes):
            onReply(client: client, operation: operation, bytes)
        case .giveUp(let client, let operation):
            onGiveUp(client: client, operation: operation)
        case .ask(let client): ask(client)
        case .fault: injectFault()
        case .crash(let number, let life):
            let process = process(number)
            if process.life == life { crash(process) }
        case .restart(let number): restart(process(number))
        case .resume(let number): resume(process(number))
        case .setCut(let isCut, let sender, let receiver):
            guard isFaulty else { return }
            if isCut { cut(from: sender, to: receiver) } else { heal(from: sender, to: receiver) }
        case .endStall(let number): process(number).endStall()
        case .lookAfterMembers: lookAfterMembers()
        case .switchCoherence: switchCoherence()
        }
    }
}
