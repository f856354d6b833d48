import Log
import Ring
import Testing

@testable import ServerCore

@Suite("Changes of the ring, at the partitions")
struct MoveTests {
    private let cluster = WorkerCluster()
    private let joining = founded(3).after(
        .request(
            ChangeRequest(
                id: "r",
                wish: .join(id: nodeID(4), name: "n4", host: "127.0.0.1", port: 7_104))))

    /// Keys of slots of partition 0 that n4 will hold.
    private func moving(_ count: Int = 8) -> [String] {
        let target = joining.target
        let keys = (0..<20_000).lazy.map { "k\($0)" }.filter { key in
            let slot = Slots.slot(of: key)
            return slot < 1_024 && target?.replicas(of: slot).contains(4) == true
        }
        return Array(keys.prefix(count))
    }

    private func home(of key: String) -> Int { joining.home(of: Slots.slot(of: key)) ?? 0 }

    /// Writes keys at their homes.
    private func set(_ keys: [String]) {
        for key in keys { _ = cluster.ask(home(of: key), "SET", key, key) }
        cluster.run()
    }

    /// Begins the join, perhaps with another setting, and lets n4 copy what the others hold.
    private func copyAll(setting name: String? = nil, to value: String = "", ticks: Int = 20) {
        let setting = name.map { name in
            ChangeRequest(id: "s", wish: .set(name: name, value: value))
        }
        cluster.adopt(setting.map { joining.after(.request($0)) } ?? joining)
        cluster.start(4, incarnation: 1)
        cluster.connect()
        for _ in 0..<ticks { cluster.tick(milliseconds: 20) }
    }

    private var isCopied: Bool {
        (1...3).allSatisfy { cluster[$0].slotReport().copied == joining.queue.active?.id }
    }

    @Test("a joining node copies what it will hold, without a base, while the others serve")
    func learnersCopy() {
        let keys = moving()
        set(keys)
        copyAll()
        #expect(isCopied && keys.count == 8)
        for key in keys {
            let (old, new) = (
                cluster.copy(of: key, at: home(of: key)), cluster.copy(of: key, at: 4)
            )
            #expect(new?.digest == old?.digest && new?.keys == old?.keys)
            #expect(new?.base == 0 && old?.base == 1)
        }
    }

    @Test("a learner follows the stream, removals included, and counts for no majority")
    func learnersFollow() throws {
        let key = try #require(moving().first)
        let home = home(of: key)
        set([key])
        copyAll()
        cluster.lease(milliseconds: 10_000)
        _ = cluster.ask(home, "DEL", key)
        cluster.run()
        #expect(cluster.copy(of: key, at: 4)?.keys == 0)
        _ = cluster.ask(home, "SET", key, "w")
        cluster.run()
        #expect(cluster.copy(of: key, at: 4)?.digest == cluster.copy(of: key, at: home)?.digest)
        cluster.lossy = Set((1...3).filter { $0 != home }.map { [$0, home] })
        let lonely = cluster.ask(home, "SET", key, "x")
        cluster.run()
        #expect(cluster.reply(lonely, at: home) == nil)
    }

    @Test("after the switch the new sets serve every key, and nobody sends a value again")
    func switchOver() throws {
        let keys = moving()
        set(keys)
        copyAll()
        let sent = (1...3).map { cluster[$0].shared.movedBytes }
        let change = try #require(joining.queue.active?.id)
        let joined = joining.after(.finish(change: change))
        cluster.adopt(joined)
        for _ in 0..<20 { cluster.tick(milliseconds: 20) }
        cluster.lease(milliseconds: 10_000)
        for key in keys {
            let home = try #require(joined.home(of: Slots.slot(of: key)))
            let read = cluster.ask(home, "GET", key)
            cluster.run()
            #expect(cluster.reply(read, at: home) == "$\(key.utf8.count)\r\n\(key)\r\n")
            #expect(cluster.copy(of: key, at: 4)?.base == joined.number)
        }
        #expect((1...3).map { cluster[$0].shared.movedBytes } == sent && sent != [0, 0, 0])
    }

    @Test("who holds a slot no more drops it once the history has forgotten it, and not before")
    func surplusIsDropped() throws {
        let key = try #require(moving().first)
        let left = joining.target?.replicas(of: Slots.slot(of: key)) ?? []
        let gone = try #require((1...3).first { !left.contains($0) })
        set([key])
        copyAll()
        let change = try #require(joining.queue.active?.id)
        let joined = joining.after(.finish(change: change))
        cluster.adopt(joined)
        for _ in 0..<10 { cluster.tick(milliseconds: 20) }
        #expect(cluster.copy(of: key, at: gone)?.keys == 1)
        cluster.adopt(joined.after(.trim))
        for _ in 0..<10 { cluster.tick(milliseconds: 20) }
        #expect(cluster.copy(of: key, at: gone)?.keys == 0)
        #expect(cluster.copy(of: key, at: gone)?.base == 0)
        cluster.kill(gone)
        cluster.start(gone, incarnation: 2)
        #expect(cluster.copy(of: key, at: gone)?.keys == 0)
    }

    @Test("while moves are paused nothing is copied")
    func paused() {
        set(moving())
        copyAll(setting: "moves-paused", to: "yes")
        #expect((1...3).allSatisfy { cluster[$0].shared.movedBytes == 0 } && !isCopied)
    }

    @Test("what was copied for a change that is taken back is dropped again")
    func cancelled() throws {
        let key = try #require(moving().first)
        set([key])
        copyAll()
        #expect(cluster.copy(of: key, at: 4)?.keys == 1)
        let change = try #require(joining.queue.active?.id)
        let back = joining.after(
            .request(ChangeRequest(id: "c", wish: .cancel(change: change))))
        #expect(back.queue.ended.last?.outcome == .cancelled && back.members.count == 3)
        cluster.adopt(back)
        for _ in 0..<10 { cluster.tick(milliseconds: 20) }
        #expect(cluster.copy(of: key, at: 4)?.keys == 0)
    }

    @Test("at the lowest rates a change is slow, but goes on")
    func slowly() {
        set(moving())
        copyAll(setting: "move-rate", to: "400", ticks: 200)
        #expect((1...3).contains { cluster[$0].shared.movedBytes > 0 })
    }

    @Test("a home that is not settled teaches nobody")
    func unsettledHomeTeachesNobody() throws {
        let key = try #require(moving().first)
        let home = home(of: key)
        set([key])
        cluster.kill(home)
        cluster.start(home, incarnation: 2)
        cluster.adopt(joining.after(up(home, incarnation: 2)))
        cluster.start(4, incarnation: 1)
        cluster.stalledDisks = Set((1...3).filter { $0 != home })
        cluster.connect()
        for _ in 0..<10 { cluster.tick(milliseconds: 20) }
        cluster[home].onLink(to: 4, isUp: true, clock: cluster.clock)
        for _ in 0..<10 { cluster.tick(milliseconds: 20) }
        #expect(cluster.copy(of: key, at: 4)?.keys == 0)
        cluster.stalledDisks = []
        for _ in 0..<50 { cluster.tick(milliseconds: 20) }
        #expect(cluster.copy(of: key, at: 4)?.keys == 1)
    }

    @Test("a member that is down is not copied to, and nothing waits for it")
    func absentLearners() throws {
        let six = founded(6)
        // Two that share no replica set are down, and one of them loses its place.
        let pair = try #require(
            (2...6).first { other in
                !six.arcs.contains { Set($0.present.replicas).isSuperset(of: [1, other]) }
            })
        let down = six.after(.down(member: 1), .down(member: pair))
        let evicting = down.after(
            .request(ChangeRequest(id: "e", wish: .evict(member: 1))))
        let isAwaited = zip(evicting.arcs, evicting.learners).contains { arc, learners in
            arc.first < Partition.slotCount && learners.contains(pair)
        }
        try #require(isAwaited && evicting.missing.isEmpty)
        let ring = WorkerCluster(nodes: 6)
        ring.kill(1)
        ring.kill(pair)
        ring.adopt(evicting)
        for _ in 0..<20 { ring.tick(milliseconds: 20) }
        let living = (2...6).filter { $0 != pair }
        #expect(living.map { ring[$0].slotReport().copied } == living.map { _ in 1 })
    }
}
