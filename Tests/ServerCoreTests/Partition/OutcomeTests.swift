import Bytes
import Log
import Ring
import Testing

@testable import ServerCore

@Suite("A home that was replaced learns what became of its writes")
struct OutcomeTests {
    let cluster = WorkerCluster()
    let key: String
    let home: Int
    let other: Int

    init() {
        key = cluster.key(home: 1)
        let replicas = founded(3).replicas(of: Slots.slot(of: key))
        home = replicas[1]
        other = replicas[2]
    }

    /// The others act without node 1, which learns it last.
    private func replace1(restarted: Bool = false) {
        let down = EpochChange.down(member: 1)
        let next =
            restarted
            ? founded(3).after(down, up(home, incarnation: 2)) : founded(3).after(down)
        cluster.adopt(next, at: [home, other])
        cluster.run()
        cluster.lossy = []
        cluster.adopt(next, at: [1])
        #expect(cluster[1].waitingCount == 1)
        cluster.lease()
        cluster.tick(milliseconds: 100)
    }

    /// A piece of an install of what node 1 has, which is not the last one.
    private func sendPiece(to number: Int, value: String) {
        let slot = Slots.slot(of: key)
        let output = OutputBuffer()
        defer { output.deallocate() }
        Array(key.utf8).withUnsafeBytes { key in
            Array(value.utf8).withUnsafeBytes { value in
                RecordEncoder.append(
                    Record(
                        kind: .copy, key: key, value: value, slot: slot, generation: 1,
                        position: 1, expiry: 0),
                    to: output)
            }
        }
        let line = String(decoding: output.bytes, as: UTF8.self)
        let digest = String(repeating: "0", count: 16)
        #expect(
            cluster.deliver(
                ["INSTALL", "0", "\(slot)", "1", "1", "more", digest, line], from: 1, to: number))
        cluster.run()
    }

    @Test("a write that the next home begins with is done")
    func foundWriteIsDone() {
        cluster.lossy = [[home, 1], [other, 1]]
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        #expect(cluster.reply(write, at: 1) == nil)
        replace1()
        #expect(cluster.reply(write, at: 1) == "+OK\r\n")
    }

    @Test("a write that the next home begins without is not done")
    func lostWriteIsNotDone() {
        cluster.lossy = [[1, home], [1, other]]
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        replace1()
        #expect(cluster.reply(write, at: 1)?.hasPrefix("-TRYAGAIN") == true)
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == "$-1\r\n")
    }

    @Test("nothing is promised of a write when the next home begins with a half-installed copy")
    func halfInstalledCopyPromisesNothing() {
        cluster.lossy = [[1, home], [1, other]]
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        sendPiece(to: home, value: "v")
        #expect(cluster.copy(of: key, at: home)?.position == 0)
        replace1()
        let read = cluster.ask(home, "GET", key)
        #expect(cluster.reply(read, at: home) == "$1\r\nv\r\n")
        #expect(cluster.reply(write, at: 1)?.hasPrefix("-UNKNOWN") == true)
    }

    @Test("a restart does not forget that an install had begun")
    func replayRemembersHalfAnInstall() {
        cluster.lossy = [[1, home], [1, other]]
        let write = cluster.ask(1, "SET", key, "v")
        cluster.run()
        sendPiece(to: home, value: "v")
        cluster.kill(home)
        cluster.start(home, incarnation: 2)
        cluster.connect()
        replace1(restarted: true)
        #expect(cluster.reply(write, at: 1)?.hasPrefix("-UNKNOWN") == true)
    }
}
