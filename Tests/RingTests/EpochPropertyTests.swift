import Testing

@testable import Ring

/// SplitMix64, so that a seed gives the same run everywhere.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

@Suite("Any run of epochs")
struct EpochPropertyTests {
    @Test("keeps the rules of generations and histories", arguments: UInt64(1)...12)
    func rules(seed: UInt64) throws {
        var random = Seeded(state: seed)
        var epoch = founded(Int.random(in: 1...10, using: &random))
        for _ in 0..<25 {
            let changes = randomChanges(of: epoch, using: &random)
            let settledSlots = Set(
                (0..<64).map { _ in Int.random(in: 0..<Slots.count, using: &random) })
            let isSettled = { (arc: Arc) in settledSlots.contains { arc.first...arc.last ~= $0 } }
            let next = epoch.next(applying: changes, settled: isSettled)
            #expect(next == epoch.next(applying: changes.reversed(), settled: isSettled))
            guard let next else { continue }
            #expect(next.number == epoch.number + 1)
            #expect(next.validate() == nil)
            for slot in stride(from: 0, to: Slots.count, by: 61) {
                check(slot, from: epoch, to: next, settled: isSettled(epoch.arc(of: slot)))
            }
            epoch = next
        }
    }

    /// States the rule of one slot's history from the two epochs alone.
    private func check(_ slot: Int, from old: RingEpoch, to new: RingEpoch, settled: Bool) {
        let (before, after) = (old.arc(of: slot), new.arc(of: slot))
        let hasChanged =
            old.replicas(of: slot) != new.replicas(of: slot)
            || old.home(of: slot) != new.home(of: slot)
            || old.homeIncarnation(of: slot) != new.homeIncarnation(of: slot)
        #expect((after.present.generation == new.number) == hasChanged)
        let kept = settled ? [before.present] : before.history
        #expect(after.history == (hasChanged ? kept + [after.present] : kept))
    }

    private func randomChanges(
        of epoch: RingEpoch, using random: inout Seeded
    ) -> [EpochChange] {
        var changes: [EpochChange] = epoch.members.shuffled(using: &random).prefix(3).compactMap {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .down(member: $0.number)
            case 1: up($0.number, incarnation: $0.incarnation)
            default: up($0.number, incarnation: $0.incarnation + 1)
            }
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            let count = Int.random(in: 1...4, using: &random)
            changes.append(
                ask(.set(name: "replicas", value: "\(count)"), id: "r\(epoch.number)"))
        }
        if let change = epoch.queue.active, Int.random(in: 0..<4, using: &random) == 0 {
            changes.append(.finish(change: change.id))
        }
        return changes
    }
}

@Suite("Membership that changes")
struct SuccessionTests {
    @Test("arcs are cut at new tokens, and each piece inherits its history")
    func recut() throws {
        let epoch = try #require(founded(3).next(.down(member: 1)))
        let next = try #require(epoch.changed(epoch.joinWish))
        #expect(next.validate() == nil && next.former.isEmpty)
        for slot in 0..<Slots.count {
            let (before, after) = (epoch.arc(of: slot), next.arc(of: slot))
            if after.present.generation == next.number {
                #expect(after.history == [before.present, after.present])
            } else {
                #expect(after.history == [before.present])
            }
        }
        #expect(next.members.allSatisfy { $0.tokens.allSatisfy { next.arc(of: $0).last == $0 } })
    }

    @Test("a member that left stays known until no history names it")
    func former() throws {
        let four = try #require(founded(3).changed(founded(3).joinWish))
        let left = try #require(four.changed(.leave(member: 4)))
        #expect(left.former.map(\.number) == [4] && left.validate() == nil)
        let kept = try #require(left.next(.down(member: 1), settled: false))
        #expect(kept.former.map(\.number) == [4])
        let settled = try #require(left.next(.down(member: 1)))
        #expect(settled.former.isEmpty && settled.validate() == nil)
    }

    @Test("arcs that no token parts are one again once their histories are equal")
    func rejoined() throws {
        let four = try #require(founded(3).changed(founded(3).joinWish))
        var epoch = try #require(four.changed(.leave(member: 4)))
        #expect(epoch.arcs.count > epoch.ring.arcEnds.count)
        for incarnation in 2...3 {
            epoch = try #require(
                epoch.next(
                    up(1, incarnation: incarnation), up(2, incarnation: incarnation),
                    up(3, incarnation: incarnation)))
        }
        #expect(epoch.arcs.count == epoch.ring.arcEnds.count && epoch.validate() == nil)
    }
}
