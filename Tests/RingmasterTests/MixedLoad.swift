import Checker
import Client
import Synchronization

/// Clients that read and write a few keys in every way there is, until they are told to stop.
///
/// Half of them let the client route; the others ask one node each, whatever becomes of it.
final class MixedLoad: Sendable {
    static let clients = 6
    static let keys = 24

    let recorder = Recorder()
    let client: ClusterClient
    private let nodes: [Endpoint]
    private let isStopped = Atomic(false)

    init(client: ClusterClient, nodes: [Endpoint]) {
        self.client = client
        self.nodes = nodes
    }

    /// Lets the clients end with the operation that they are at.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Runs until ``stop()``.
    func run() async {
        await withDiscardingTaskGroup { group in
            for number in 0..<Self.clients {
                group.addTask { await self.run(number) }
            }
        }
    }

    /// Sends reads to a node that stands still, one more whenever ten other operations have been
    /// answered, and waits for their answers.
    ///
    /// The node finds them waiting when it goes on, and by then what it knows is old.
    ///
    /// - Parameters:
    ///   - node: the one that is asked.
    ///   - keys: what it is asked for.
    ///   - count: how many reads.
    ///   - goOn: lets the node go on; is called when all have been sent.
    /// - Throws: ``TimedOut`` when the others get no answers, or what `goOn` throws.
    func probe(
        _ node: Endpoint, keys: [[UInt8]], count: Int, _ goOn: () throws -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for probe in 0..<count {
                let before = recorder.counts.answered
                try await until("ten more operations", within: .seconds(60)) {
                    recorder.counts.answered >= before + 10
                }
                let key = keys[probe % keys.count]
                group.addTask { [self] in
                    await recorder.record(client: 100 + probe, .get, on: key) {
                        await client.carryOut(.get, on: key, through: node)
                    }
                }
            }
            try goOn()
        }
    }

    private func run(_ number: Int) async {
        var turn = 0
        // What this client last wrote or tried to write, for compare-and-set to meet its match.
        var latest: [[UInt8]: [UInt8]] = [:]
        while !isStopped.load(ordering: .relaxed) {
            turn += 1
            let key = Self.key(turn * 7 + number * 5)
            // No value is written twice, so that every read tells which write it saw.
            let value = Array("\(number):\(turn)".utf8)
            let action = Self.action(turn, value, over: latest[key] ?? [])
            if !action.isRead { latest[key] = value }
            await recorder.record(client: number, action, on: key) {
                guard number % 2 == 1 else { return await client.carryOut(action, on: key) }
                return await client.carryOut(
                    action, on: key, through: nodes[number / 2 % nodes.count])
            }
        }
    }

    static func key(_ number: Int) -> [UInt8] { Array("key:\(number % keys)".utf8) }

    private static func action(_ turn: Int, _ value: [UInt8], over old: [UInt8]) -> Action {
        switch turn % 11 {
        case 0, 3: .set(value)
        case 1: .create(value)
        case 5: .update(value)
        case 7: .compareAndSet(old: old, new: value)
        case 9: .delete
        default: .get
        }
    }
}
