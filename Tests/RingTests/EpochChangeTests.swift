import Testing

@testable import Ring

@Suite("The next epoch")
struct EpochChangeTests {
    @Test("founding makes every slot generation 1 with its owner as home")
    func founding() {
        for nodes in [1, 2, 3, 5, 9, 64] {
            let epoch = founded(nodes)
            #expect(epoch.validate() == nil)
            #expect(epoch.number == 1 && epoch.former.isEmpty)
            #expect(epoch.members.allSatisfy { $0.state == .up && $0.incarnation == 1 })
            #expect(epoch.voters == Array(1...min(nodes, 7)))
            for arc in epoch.arcs {
                #expect(arc.history.count == 1 && arc.present.generation == 1)
                #expect(arc.present.replicas.count == min(nodes, 3))
                #expect(arc.present.home == arc.present.replicas[0])
            }
        }
    }

    @Test("when a home dies its arcs go to the next up member, and no others change")
    func homeDies() throws {
        let before = founded(5)
        let after = try #require(before.next(.down(member: 2)))
        #expect(after.number == 2 && after.validate() == nil)
        for (old, new) in zip(before.arcs, after.arcs) {
            #expect(new.present.replicas == old.present.replicas)
            if old.present.home == 2 {
                #expect(new.present.generation == 2 && new.present.home == old.present.replicas[1])
                #expect(new.history == old.history + [new.present])
            } else {
                #expect(new == old)
            }
        }
    }

    @Test("a member that is up again takes its arcs back, and no others change")
    func upAgain() throws {
        let before = try #require(founded(5).next(.down(member: 2)))
        let after = try #require(before.next(up(2, incarnation: 2)))
        for (old, new) in zip(before.arcs, after.arcs) {
            if old.present.replicas[0] == 2 {
                #expect(new.present == Era(generation: 3, replicas: old.present.replicas, home: 2))
            } else {
                #expect(new == old)
            }
        }
    }

    @Test("a new incarnation of an up member begins a generation where it is home")
    func restart() throws {
        let before = founded(4)
        let after = try #require(before.next(up(3, incarnation: 2)))
        for (old, new) in zip(before.arcs, after.arcs) {
            #expect(new.present.generation == (old.present.home == 3 ? 2 : 1))
            #expect(new.present.home == old.present.home)
        }
        let owned = try #require(after.arcs.first { $0.present.home == 3 })
        #expect(after.homeIncarnation(of: owned.first) == 2)
    }

    @Test("a whole cluster that restarts is one epoch")
    func restartOfAll() throws {
        let after = try #require(
            founded(5).next(
                up(1, incarnation: 2), up(2, incarnation: 2), up(3, incarnation: 2),
                up(4, incarnation: 2), up(5, incarnation: 2)))
        #expect(after.number == 2)
        #expect(after.arcs.allSatisfy { $0.present.generation == 2 })
    }

    @Test("one member down and another restarted are one epoch")
    func bothAtOnce() throws {
        let before = founded(5)
        let after = try #require(before.next(.down(member: 1), up(2, incarnation: 2)))
        for (old, new) in zip(before.arcs, after.arcs) {
            let changed = old.present.home == 1 || old.present.home == 2
            #expect(new.present.generation == (changed ? 2 : 1))
        }
    }

    @Test("a slot whose whole set is down has no home until a member is up")
    func noHome() throws {
        let down = try #require(
            founded(3).next(.down(member: 1), .down(member: 2), .down(member: 3)))
        #expect(down.arcs.allSatisfy { $0.present.home == nil && $0.present.generation == 2 })
        #expect(down.validate() == nil && down.home(of: 0) == nil)
        #expect(down.homeIncarnation(of: 0) == nil)
        let up = try #require(down.next(up(2), settled: false))
        #expect(up.arcs.allSatisfy { $0.present.home == 2 && $0.history.count == 3 })
    }

    @Test("a history grows while its slot is not settled and is cut to the settled generation")
    func histories() throws {
        var epoch = founded(3)
        let slot = try #require(epoch.arcs.first { $0.present.home == 1 }).first
        epoch = try #require(epoch.next(.down(member: 1)))
        epoch = try #require(epoch.next(up(1, incarnation: 2), settled: false))
        #expect(epoch.arc(of: slot).history.map(\.generation) == [1, 2, 3])
        let ofTwo = try #require(epoch.arcs.first { $0.present.replicas[0] == 2 }).first
        #expect(epoch.arc(of: ofTwo).history.map(\.generation) == [1])
        let unsettled = try #require(epoch.next(.down(member: 2), settled: false))
        #expect(unsettled.arc(of: slot).history.map(\.generation) == [1, 2, 3])
        let settled = try #require(epoch.next(.down(member: 2)))
        #expect(settled.arc(of: slot).history.map(\.generation) == [3])
        #expect(settled.arc(of: ofTwo).history.map(\.generation) == [1, 4])
        #expect(settled.validate() == nil)
    }

    @Test("another replication factor waits until every slot that it changes is settled")
    func replicationFactor() throws {
        let before = founded(5)
        let five = ChangeRequest.Wish.set(name: "replicas", value: "5")
        #expect(before.changed(five, settled: false) == nil)
        let after = try #require(before.changed(five))
        #expect(after.arcs.allSatisfy { $0.present.replicas.count == 5 })
        #expect(after.arcs.allSatisfy { $0.history.map(\.generation) == [1, 3] })
        #expect(after.queue.ended.map(\.outcome) == [.done])
    }

    @Test("fewer copies wait for a down member that would be the only one, and for no other")
    func fewerCopies() throws {
        let asked = try #require(
            founded(5).next(ask(.set(name: "replicas", value: "1")), settled: false))
        #expect(asked.target != nil && asked.missing.isEmpty)
        let down = try #require(asked.next(.down(member: 2), settled: false))
        #expect(down.missing == [2])
        let two = try #require(
            founded(5).next(.down(member: 4))?.next(
                ask(.set(name: "replicas", value: "2")), settled: false))
        #expect(two.missing == [4])
        let five = try #require(
            founded(5).next(.down(member: 4))?.next(
                ask(.set(name: "replicas", value: "5")), settled: false))
        #expect(five.missing.isEmpty)
    }

    @Test("settings that touch no slot leave every generation as it is")
    func timings() throws {
        let before = founded(5)
        var settings = before.settings
        settings.graceMilliseconds = 5_000
        let after = try #require(
            before.next(ask(.set(name: "grace", value: "5000")), settled: false))
        #expect(after.arcs == before.arcs && after.number == 2 && after.settings == settings)
        #expect(after.next(ask(.set(name: "grace", value: "5000"))) == nil)
    }

    @Test("changes that alter nothing make no epoch")
    func nothing() throws {
        let epoch = try #require(founded(3).next(.down(member: 2)))
        #expect(epoch.next() == nil)
        #expect(epoch.next(.down(member: 2)) == nil)
        #expect(epoch.next(up(1)) == nil)
    }

    @Test("changes that contradict make no epoch")
    func contradictions() throws {
        let epoch = try #require(founded(3).next(up(1, incarnation: 4)))
        #expect(epoch.next(.down(member: 4)) == nil)
        #expect(epoch.next(up(1, incarnation: 3)) == nil)
        #expect(epoch.next(.down(member: 2), up(2, incarnation: 2)) == nil)
        #expect(epoch.next(.up(member: 2, incarnation: 2, host: "", port: 1)) == nil)
        #expect(epoch.next(.up(member: 2, incarnation: 2, host: "h", port: 0)) == nil)
        var joining = epoch
        joining.members[2].state = .joining
        #expect(joining.next(.down(member: 3)) == nil)
        var last = epoch
        last.number = RingEpoch.numberLimit - 1
        #expect(last.next(.down(member: 1)) == nil)
    }

    @Test("another address changes no generation")
    func address() throws {
        let before = founded(3)
        let after = try #require(
            before.next(.up(member: 2, incarnation: 1, host: "other", port: 9)))
        #expect(after.arcs == before.arcs)
        #expect(after.member(number: 2)?.host == "other" && after.member(number: 2)?.port == 9)
    }

    @Test("above seven members a voter that goes down gives its vote to an up member")
    func voters() throws {
        var epoch = try #require(founded(9).next(.down(member: 3), .down(member: 8)))
        #expect(epoch.voters == [1, 2, 4, 5, 6, 7, 9] && epoch.voterMajority == 4)
        epoch = try #require(epoch.next(.down(member: 1)))
        #expect(epoch.voters == [1, 2, 4, 5, 6, 7, 9])
        epoch = try #require(epoch.next(up(8)))
        #expect(epoch.voters == [2, 4, 5, 6, 7, 8, 9])
        let small = try #require(founded(7).next(.down(member: 3)))
        #expect(small.voters == Array(1...7))
    }

    @Test("of requests that contradict each other the later one is answered with its refusal")
    func refusedRequest() throws {
        let after = try #require(
            founded(5).next(applying: [ask(.rebalance, id: "b"), ask(.rebalance, id: "a")]) {
                _ in true
            })
        #expect(after.queue.waiting.count == 1 && after.validate() == nil)
        #expect(after.queue.answer(to: "a")?.change == 1)
        #expect(after.queue.answer(to: "a")?.refusal == nil)
        #expect(after.queue.answer(to: "b")?.refusal == "a rebalance waits already")
        let none = try #require(after.next(ask(.set(name: "replicas", value: "0"), id: "c")))
        #expect(none.queue.answer(to: "c")?.refusal == "replicas must be 1 to 7")
        #expect(none.settings == after.settings)
    }

    @Test("a free vote goes to a member that is up rather than to one that is down")
    func freeVote() throws {
        let down = try #require(founded(10).next(.down(member: 8)))
        let left = try #require(down.changed(.leave(member: 1)))
        #expect(left.voters == [2, 3, 4, 5, 6, 7, 9])
    }
}
