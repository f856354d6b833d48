import Bytes
import Commands
import Log
import RESP
import Ring
import Testing

@testable import ServerCore

/// Commands in parts, at a node whose one worker owns everything: all parts are there at once.
@Suite("Commands in several parts")
struct GatherTests {
    private let outbox = WorkerCluster.Outbox()
    private let worker: Worker
    private let clock = Clock(now: 10_000_000, wall: 1_700_000_000_000)

    init() {
        worker = Worker(
            WorkerConfiguration(
                number: 1, incarnation: 1, isDurableAtFlush: true, quietUntil: 0, seed: 1),
            epoch: founded(1), output: outbox)
        worker.restore(Record(mark: 0...(Slots.count - 1), generation: 1, position: 0))
        worker.start(clock: clock)
        for _ in 0..<3 {
            if let batch = worker.flush(clock: clock) {
                worker.endBatch()
                worker.onDurable(batch: batch, clock: clock)
            }
        }
    }

    /// What a command is answered with at once; nil when its reply is to come later.
    private func ask(_ command: String...) -> String? {
        let reply = OutputBuffer()
        defer { reply.deallocate() }
        return withArguments(command.map { Array($0.utf8) }) { arguments in
            guard let id = CommandTable.find(arguments[0]) else { return nil }
            let disposition = worker.submit(
                id, arguments,
                token: RequestToken(kind: .connection, worker: 0, owner: 1, sequence: 1),
                version: .two, clock: clock, reply: reply)
            return disposition == .replied ? String(decoding: reply.bytes, as: UTF8.self) : nil
        }
    }

    @Test("what speaks of the whole cluster is answered at once where this node is all of it")
    func wholeCluster() {
        #expect(ask("MSET", "a", "1", "b", "2") == "+OK\r\n")
        #expect(ask("DBSIZE") == ":2\r\n")
        #expect(ask("KEYS", "a") == "*1\r\n$1\r\na\r\n")
        #expect(ask("RANDOMKEY")?.hasPrefix("$1\r\n") == true)
        #expect(ask("MGET", "a", "c", "b") == "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n")
        #expect(outbox.order.isEmpty, "nobody waits for a reply that comes on its own")
    }
}
