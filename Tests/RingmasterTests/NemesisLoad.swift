import Checker
import Client
import ServerCore
import Synchronization

/// Clients that use a few keys in every way there is, until they are told to stop.
///
/// Half of them let the client route and try again; the others ask one certain node, once,
/// whatever becomes of it. Beside them, each node has readers that ask it for the keys that it is
/// home of, or was when it was last well: a home that is so no longer must not answer them. No
/// value is written twice, so that every read tells which write it saw.
/// Keys are used up and followed by fresh ones: a write of unknown fate may take effect at any
/// later time, and too many of them on one key make its history hard to judge.
final class NemesisLoad: Sendable {
    static let clients = 16
    /// Clients that only read, of each node.
    static let readersPerNode = 2
    /// How many keys are in use at one time.
    static let keys = 12
    /// How many of them hold numbers.
    static let counters = 3
    /// Operations on each key before the next one takes its place, on the average.
    static let operationsPerKey = 300
    /// The longest that a client waits between two operations; half of that on the average.
    static let pauseMilliseconds = 30
    /// How long a client waits after an operation that was not done.
    static let retryMilliseconds = 100

    let recorder = Recorder()
    private let client: ClusterClient
    private let nodes: [(name: String, endpoint: Endpoint)]
    private let watch: NemesisWatch
    private let seed: UInt64
    private let begun = Atomic(0)
    private let isStopped = Atomic(false)

    init(
        client: ClusterClient, nodes: [(name: String, endpoint: Endpoint)],
        watch: NemesisWatch, seed: UInt64
    ) {
        self.client = client
        self.nodes = nodes
        self.watch = watch
        self.seed = seed
    }

    /// Lets the clients end with the operation that they are at.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Runs until ``stop()``.
    func run() async {
        await withDiscardingTaskGroup { group in
            for number in 0..<Self.clients {
                group.addTask { [self] in
                    var user = NemesisUser(number: number, seed: seed)
                    while !isOver { await operate(&user) }
                }
            }
            for number in 0..<(Self.readersPerNode * nodes.count) {
                group.addTask { [self] in
                    var user = NemesisUser(number: Self.clients + number, seed: seed)
                    while !isOver { await read(at: nodes[number % nodes.count], &user) }
                }
            }
        }
    }

    /// Reads all keys that were ever used through every node.
    func readAll() async {
        let keys = Set(recorder.history.operations.map(\.key))
        await withDiscardingTaskGroup { group in
            for (number, node) in nodes.enumerated() {
                group.addTask { [self] in
                    for key in keys {
                        await recorder.record(client: 100 + number, .get, on: key) {
                            await client.carryOut(.get, on: key, through: node.endpoint)
                        }
                    }
                }
            }
        }
    }

    private func operate(_ user: inout NemesisUser) async {
        let turn = begun.add(1, ordering: .relaxed).newValue
        let index = Int.random(in: 0..<Self.keys, using: &user.random)
        let key = Self.key(index, turn: turn)
        let action = user.action(on: key, isCounter: index < Self.counters)
        var outcome = Checker.Outcome.unknown
        await recorder.record(client: user.number, action, on: key) {
            outcome = await ask(action, key, for: user.number)
            return outcome
        }
        user.learn(outcome, of: action, on: key)
        await pause(&user, after: outcome)
    }

    private func read(
        at node: (name: String, endpoint: Endpoint), _ user: inout NemesisUser
    ) async {
        let turn = begun.load(ordering: .relaxed)
        let keys = (0..<Self.keys).map { Self.key($0, turn: turn) }
        var outcome = Checker.Outcome.notDone
        if let key = watch.keys(at: node.name, among: keys).randomElement(using: &user.random) {
            await recorder.record(client: user.number, .get, on: key) {
                outcome = await client.carryOut(.get, on: key, through: node.endpoint)
                return outcome
            }
        }
        await pause(&user, after: outcome)
    }

    private var isOver: Bool { isStopped.load(ordering: .relaxed) }

    /// One of the keys that are in use when so many operations have begun.
    private static func key(_ index: Int, turn: Int) -> [UInt8] {
        let round = turn / (keys * operationsPerKey)
        return Array("\(index < counters ? "count" : "key"):\(round):\(index)".utf8)
    }

    private func pause(_ user: inout NemesisUser, after outcome: Checker.Outcome) async {
        let time =
            outcome == .notDone
            ? Self.retryMilliseconds
            : Int.random(in: 0...Self.pauseMilliseconds, using: &user.random)
        // Nobody cancels a client: it is told to stop.
        try? await Task.sleep(for: .milliseconds(time))
    }

    private func ask(_ action: Action, _ key: [UInt8], for user: Int) async -> Checker.Outcome {
        if NemesisUser.isRouted(user) { return await client.carryOut(action, on: key) }
        return await client.carryOut(
            action, on: key, through: nodes[user / 2 % nodes.count].endpoint)
    }
}

/// One client: what it does next, and what it knows.
private struct NemesisUser {
    let number: Int
    var random: SplitMix64
    private var writes = 0
    /// What it last saw or wrote, for compare-and-set to meet its match.
    private var latest: (key: [UInt8], value: [UInt8])?

    init(number: Int, seed: UInt64) {
        self.number = number
        random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(number))
    }

    static func isRouted(_ number: Int) -> Bool { number.isMultiple(of: 2) }

    mutating func action(on key: [UInt8], isCounter: Bool) -> Action {
        writes += 1
        let value = Array("\(number):\(writes)".utf8)
        let isRouted = Self.isRouted(number)
        if isCounter {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return .delete
            case 1..<7 where !isRouted:
                return .increment(Int.random(in: -9...9, using: &random))
            default: return .get
            }
        }
        if let latest, latest.key == key, Bool.random(using: &random) {
            return .compareAndSet(old: latest.value, new: value)
        }
        switch Int.random(in: 0..<(isRouted ? 12 : 16), using: &random) {
        case 0...1: return .set(value)
        case 2...3: return .create(value)
        case 4...5: return .update(value)
        case 6: return .delete
        case 7...11: return .get
        case 12: return .exchange(value)
        case 13: return .take
        case 14: return .exists
        default: return .append(value)
        }
    }

    mutating func learn(_ outcome: Checker.Outcome, of action: Action, on key: [UInt8]) {
        switch (action, outcome) {
        case (.get, .answered(.value(let value?))): latest = (key, value)
        case (.set(let value), .answered), (.exchange(let value), .answered):
            latest = (key, value)
        case (.update(let value), .answered(.flag(true))),
            (.create(let value), .answered(.flag(true))),
            (.compareAndSet(_, let value), .answered(.flag(true))):
            latest = (key, value)
        default: break
        }
    }
}
