import Checker
import Client

/// Several writers that write their own keys, each key several times, through a cluster's client.
struct WriteRun {
    /// How many operations are under way at most: one per writer.
    static let writers = 16
    /// How often each key is written, so that a lost write shows an older value.
    static let writesPerKey = 4

    let recorder = Recorder()
    let client: ClusterClient
    let writes: Int

    /// Writes it all.
    func run() async {
        await withDiscardingTaskGroup { group in
            for writer in 0..<Self.writers {
                group.addTask { await run(writer) }
            }
        }
    }

    private func run(_ writer: Int) async {
        for write in stride(from: writer, to: writes, by: Self.writers) {
            let turn = write / Self.writers
            let key = Array("key:\(writer):\(turn / Self.writesPerKey)".utf8)
            let action = Action.set(Array("value \(turn) of \(writer)".utf8))
            await recorder.record(client: writer, action, on: key) {
                await client.carryOut(action, on: key)
            }
        }
    }
}
