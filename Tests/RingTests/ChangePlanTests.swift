import Testing

@testable import Ring

@Suite("The plan of a change")
struct ChangePlanTests {
    /// Ten keys of a hundred bytes in each slot.
    private static let even = facts { _ in (10, 1_000) }

    private static func facts(_ amount: (Int) -> (keys: Int, bytes: Int)) -> SlotFacts {
        SlotFacts(
            (0..<Slots.count).map { slot in
                let (keys, bytes) = amount(slot)
                return CopyReport(
                    slot: slot, base: 1, position: 1, keys: keys, bytes: bytes, digest: "")
            })
    }

    private func plan(
        _ wish: ChangeRequest.Wish, _ epoch: RingEpoch, facts: SlotFacts = even
    ) -> ChangePlan {
        ChangePlan(of: wish, in: epoch, facts: facts)
    }

    @Test("a plan is what is done: copies, receivers and loads, for every kind of change")
    func plansAreDone() throws {
        let five = founded(5)
        let uneven = try #require(five.changed(.leave(member: 2))?.changed(.leave(member: 4)))
        let oneDown = try #require(five.next(.down(member: 3)))
        let cases: [(RingEpoch, ChangeRequest.Wish)] = [
            (five, five.joinWish), (five, .leave(member: 2)), (oneDown, .evict(member: 3)),
            (uneven, .rebalance), (five, .set(name: "replicas", value: "4")),
            (five, .set(name: "replicas", value: "2")), (founded(1), founded(1).joinWish),
        ]
        for (before, wish) in cases {
            let plan = plan(wish, before)
            #expect(plan.refused == nil)
            let after = try #require(before.changed(wish), "\(wish)")
            let done = Self.copied(from: before, to: after)
            #expect(plan.total.slots == done.values.reduce(0, +), "\(wish)")
            for (name, slots) in done {
                let planned = plan.moves.filter { $0.to == name }
                #expect(planned.reduce(0) { $0 + $1.amount.slots } == slots, "\(wish) \(name)")
            }
            for load in plan.loads {
                let number = after.members.first { $0.name == load.node }?.number ?? 0
                #expect(load.homeSlots.after == after.homeSlotCounts[number] ?? 0, "\(wish)")
                #expect(load.homeKeys.after == 10 * load.homeSlots.after)
                #expect(load.copyBytes.after == 1_000 * load.copySlots.after)
            }
        }
    }

    /// Slots that each member holds afterwards and did not hold before, by name.
    private static func copied(from before: RingEpoch, to after: RingEpoch) -> [String: Int] {
        var copied: [String: Int] = [:]
        for slot in 0..<Slots.count {
            for member in after.replicas(of: slot) where !before.replicas(of: slot).contains(member)
            {
                copied[after.member(number: member)?.name ?? "?", default: 0] += 1
            }
        }
        return copied
    }

    @Test("what is copied comes from the homes, which alone know all")
    func sources() throws {
        let down = try #require(founded(5).next(.down(member: 3)))
        let plan = plan(.evict(member: 3), down)
        #expect(!plan.moves.isEmpty)
        #expect(plan.moves.allSatisfy { $0.from != nil && $0.from != "n3" && $0.from != $0.to })
        #expect(plan.moves.allSatisfy { $0.to != "n3" })
    }

    @Test("a join and a leave copy hardly more than what must be copied")
    func least() {
        for wish in [founded(5).joinWish, .leave(member: 2)] {
            let plan = plan(wish, founded(5))
            #expect(plan.least.bytes > 0)
            #expect(Double(plan.total.bytes) <= 1.3 * Double(plan.least.bytes))
            #expect(plan.total.bytes == 1_000 * plan.total.slots)
        }
    }

    @Test("keys and bytes count where they are, and what nobody tells is said")
    func unevenFacts() {
        let all = Self.facts { slot in slot < 100 ? (7, 70) : (0, 0) }
        let known = plan(founded(3).joinWish, founded(3), facts: all)
        #expect(known.total.keys <= 3 * 700)
        #expect(known.total.bytes == 10 * known.total.keys)
        let none = plan(founded(3).joinWish, founded(3), facts: SlotFacts([]))
        #expect(none.total.keys == 0 && none.total.slots > 0)
        #expect(none.warnings.contains { $0.contains("16384 slots") })
    }

    @Test("numbers without bounds neither overflow nor become negative")
    func hostileFacts() {
        for amount in [Int.max, Int.min] {
            let plan = plan(
                founded(5).joinWish, founded(5), facts: Self.facts { _ in (amount, amount) })
            #expect(plan.total.bytes >= 0 && plan.total.keys >= 0)
            #expect(plan.loads.allSatisfy { $0.copyBytes.after >= 0 })
        }
        let outside = CopyReport(
            slot: Slots.count, base: 1, position: 1, keys: 1, bytes: 1, digest: "")
        #expect(SlotFacts([outside]).unknownSlots == Slots.count)
    }

    @Test("a refused wish says why and moves nothing")
    func refused() {
        let plan = plan(.evict(member: 2), founded(5))
        #expect(plan.refused == "n2 is up, only a down member is evicted")
        #expect(plan.moves.isEmpty && plan.loads.isEmpty)
        #expect(self.plan(.leave(member: 1), founded(1)).refused != nil)
    }

    @Test("a plan behind other changes is of the ring that these will leave, and says so")
    func waits() throws {
        let five = founded(5)
        let queued = try #require(five.next(ask(five.joinWish, id: "first")))
        let plan = plan(.leave(member: 1), queued)
        #expect(plan.waitsBehind == [1])
        let six = try #require(five.changed(five.joinWish))
        #expect(plan.total == self.plan(.leave(member: 1), six).total)
        #expect(plan.warnings.contains { $0.hasPrefix("it waits behind change 1") })
    }

    @Test("people are warned of rings that survive no failure and of missing copies")
    func warnings() throws {
        #expect(
            plan(.leave(member: 1), founded(3)).warnings.starts(with: [
                "3 copies need 3 nodes: 2 nodes hold no more",
                "a ring of 2 survives no failure: a majority of 2 copies is both",
            ]))
        #expect(
            plan(.set(name: "replicas", value: "1"), founded(3)).warnings.contains {
                $0.contains("a lost disk loses its keys")
            })
        let down = try #require(founded(4).next(.down(member: 2)))
        #expect(
            plan(.leave(member: 1), down).warnings.contains { $0.hasPrefix("n2 is down") })
        let two = try #require(founded(3).next(.down(member: 2)))
        #expect(
            plan(.leave(member: 1), two).warnings.first?.contains("no majority") == true)
    }

    @Test("a member that will be home of far more keys than the others is named")
    func heavyHomes() throws {
        let five = founded(5)
        let arc = try #require(five.arcs.first { $0.present.home == 2 })
        let skewed = Self.facts { (arc.first...arc.last).contains($0) ? (1_000, 1) : (1, 1) }
        let plan = plan(.leave(member: 4), five, facts: skewed)
        #expect(
            plan.warnings.contains { $0.contains("is home of") && $0.contains("% of all keys") })
        #expect(!self.plan(.leave(member: 4), five).warnings.contains { $0.contains("is home of") })
    }

    @Test("the time at the limit of the rate is that of the member that sends most")
    func seconds() {
        var epoch = founded(5)
        epoch.settings.moveBytesPerSecond = 1_000
        let plan = plan(epoch.joinWish, epoch)
        var sent: [String: Int] = [:]
        for move in plan.moves { sent[move.from ?? "", default: 0] += move.amount.slots }
        #expect(plan.seconds == sent.values.max())
        epoch.settings.areMovesPaused = true
        let paused = self.plan(epoch.joinWish, epoch)
        #expect(paused.seconds == nil)
        #expect(paused.warnings.contains { $0.hasPrefix("copying is paused") })
    }
}
