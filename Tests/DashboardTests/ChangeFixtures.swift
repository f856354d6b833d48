import Client
import Ring

@testable import Dashboard

/// Rings in which something changes.
extension Fixture {
    /// What the slots hold: six keys of 100 bytes each.
    static let facts = SlotFacts(
        (0..<Slots.count).map {
            CopyReport(slot: $0, base: 1, position: 6, keys: 6, bytes: 600, digest: "")
        })

    static func asking(_ wish: ChangeRequest.Wish, in epoch: RingEpoch = epoch()) -> RingEpoch? {
        let request = ChangeRequest(id: "test-\(epoch.number)", wish: wish)
        return epoch.next(applying: [.request(request)], settled: { _ in true })
    }

    static let joinWish = ChangeRequest.Wish.join(
        id: id(6), name: "n6", host: "127.0.0.1", port: 7106)

    /// A sixth node that joins while a leave waits behind it.
    static func joining() -> RingEpoch? {
        asking(joinWish).flatMap { asking(.leave(member: 2), in: $0) }
    }

    /// A snapshot in which each home has copied so much of what it has to.
    static func copying(
        _ epoch: RingEpoch, share: Double, events: [EventReport] = []
    ) -> ClusterSnapshot {
        var snapshot = snapshot(epoch, events: events)
        guard let change = epoch.queue.active else { return snapshot }
        var copied = 0
        for index in snapshot.members.indices {
            let home = snapshot.members[index].number
            let slots = zip(epoch.arcs, epoch.learners).reduce(0) { sum, pair in
                pair.0.present.home == home ? sum + pair.0.slotCount * pair.1.count : sum
            }
            guard slots > 0, let receiver = change.kind.member else { continue }
            var move = MoveReport(change: change.id, member: receiver)
            move.slots = slots
            move.copiedSlots = Int(share * Double(slots))
            move.keys = 6 * move.slots
            move.copiedKeys = 6 * move.copiedSlots
            move.bytes = 600 * move.slots
            move.copiedBytes = 600 * move.copiedSlots
            copied += move.copiedBytes
            snapshot.members[index].latest?.report.moves = [move]
        }
        snapshot.movePace = MovePace(change: change.id, milliseconds: 10_000, bytes: copied)
        return snapshot
    }

    /// A member that is down and will be evicted.
    static func evicting() -> ClusterSnapshot? {
        guard let epoch = epoch().next(applying: [.down(member: 4)], settled: { _ in true }) else {
            return nil
        }
        var snapshot = snapshot(epoch, silent: [4])
        for index in snapshot.members.indices where snapshot.members[index].number != 4 {
            snapshot.members[index].latest?.report.evictions = [4: 41_900 + index]
        }
        return snapshot
    }

    /// A join that has failed.
    static func failed() -> RingEpoch? {
        asking(joinWish)?.next(
            applying: [.fail(change: 1, reason: "nothing heard from n6 for 60 s")],
            settled: { _ in true })
    }

    /// The screen after the plan of a leave came in.
    static func planning(_ screen: TestScreen) -> TestScreen {
        screen.press(.character("2"), .down, .character("D"))
        let plan = ChangePlan(of: .leave(member: 2), in: epoch(), facts: facts)
        _ = screen.update(.planned(1, .leave(name: "n2"), .success(plan)), at: 11_000)
        return screen
    }
}
