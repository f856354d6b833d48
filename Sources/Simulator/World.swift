import Bytes
import Checker
import Commands
import RESP
import Ring
import ServerCore

/// One simulated cluster with its clients: everything that happens in it comes from one generator.
final class World {
    let options: SimulationOptions
    let plan: FaultPlan
    let keys: [WatchedKey]
    /// The slots of the keys, ascending.
    let watchedSlots: [Int]
    let replyBuffer = OutputBuffer()
    var random: SplitMix64
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
    /// By process and slot: what its copy knew last.
    var lastVersions: [[Int: CopyVersion]]

    init(seed: UInt64, options: SimulationOptions) {
        self.options = options
        var random = SplitMix64(seed: seed)
        plan = FaultPlan(random: &random)
        trace = Trace(isKept: options.keepsTrace)
        let count = options.processes ?? (Bool.random(using: &random) ? 3 : 5)
        var settings = ClusterSettings()
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
        let epoch = RingEpoch.founding(
            clusterID: String(repeating: "5", count: 32), clusterName: "simulated",
            settings: settings, nodes: nodes)
        keys = WatchedKey.choose(in: epoch)
        watchedSlots = Set(keys.map(\.slot)).sorted()
        links = Array(repeating: Array(repeating: Link(), count: count + 1), count: count + 1)
        lastVersions = Array(repeating: [:], count: count + 1)
        self.random = random
        for number in 1...count {
            processes.append(SimulatedProcess(number: number, world: self, epoch: epoch))
        }
        for client in 0..<options.clients { clients.append(SimulatedClient(number: client)) }
        trace.note(0, "\(count) processes, \(plan)")
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
        while violation == nil, let time = queue.nextTime, time <= end,
            let event = queue.popFirst()
        {
            now = time
            counts.events += 1
            trace.fold(time)
            carryOut(event.action)
        }
        now = max(now, end)
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
        case .restart(let number): restart(process(number))
        case .resume(let number): resume(process(number))
        case .heal(let sender, let receiver): setCut(false, from: sender, to: receiver)
        case .endStall(let number):
            process(number).endStall()
        }
    }
}

/// A key that clients use.
struct WatchedKey {
    let bytes: [UInt8]
    let slot: Int
    /// Whether its values are numbers.
    let isCounter: Bool

    /// Two keys in each of three slots, which have different homes as long as all are up.
    static func choose(in epoch: RingEpoch) -> [WatchedKey] {
        var chosen: [WatchedKey] = []
        var homes: Set<Int> = []
        var number = 0
        while chosen.count < 6 {
            number += 1
            let slot = Slots.slot(of: "{\(number)}")
            guard slot < 1_024, let home = epoch.home(of: slot), homes.insert(home).inserted else {
                continue
            }
            for (name, isCounter) in [("text", false), ("count", true)] {
                chosen.append(
                    WatchedKey(
                        bytes: Array("{\(number)}\(name)".utf8), slot: slot, isCounter: isCounter))
            }
        }
        return chosen
    }
}
