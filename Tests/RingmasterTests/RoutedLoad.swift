import Checker
import Client
import NIOConcurrencyHelpers

/// Clients that read and write a few keys as any program would: each operation goes to its key's
/// home, and is tried again where that is safe.
final class RoutedLoad: Sendable {
    static let clients = 4
    static let keys = 24

    let recorder = Recorder()
    private let client: ClusterClient
    private let state = NIOLockedValueBox((isStopped: false, failures: [String]()))

    init(client: ClusterClient) { self.client = client }

    /// What went wrong, in the client's words.
    var failures: [String] { state.withLockedValue { $0.failures } }

    /// Lets the clients end with the operation that they are at.
    func stop() { state.withLockedValue { $0.isStopped = true } }

    /// Runs until ``stop()``.
    func run() async {
        await withDiscardingTaskGroup { group in
            for number in 0..<Self.clients {
                group.addTask { await self.run(number) }
            }
        }
    }

    private func run(_ number: Int) async {
        var turn = 0
        while !state.withLockedValue({ $0.isStopped }) {
            turn += 1
            let key = Array("routed:\((turn * 7 + number * 5) % Self.keys)".utf8)
            // No value is written twice, so that every read tells which write it saw.
            let action: Action = turn % 3 == 0 ? .get : .set(Array("\(number):\(turn)".utf8))
            await recorder.record(client: number, action, on: key) {
                switch action {
                case .set(let value): note(await client.set(key, value)) { _ in .flag(true) }
                default: reading(await client.get(key))
                }
            }
        }
    }

    private func reading(_ outcome: Client.Outcome<[UInt8]>) -> Checker.Outcome {
        // A key that is not there yet is an answer, too.
        if case .no = outcome { return .answered(.value(nil)) }
        return note(outcome) { .value($0) }
    }

    private func note<Value>(
        _ outcome: Client.Outcome<Value>, _ answer: (Value) -> Answer
    ) -> Checker.Outcome {
        switch outcome {
        case .done(let value): return .answered(answer(value))
        case .no(let reason), .notDone(let reason):
            state.withLockedValue { $0.failures.append(reason) }
            return .notDone
        case .unknown(let reason):
            state.withLockedValue { $0.failures.append(reason) }
            return .unknown
        }
    }
}
