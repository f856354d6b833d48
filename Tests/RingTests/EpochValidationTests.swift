import Testing

@testable import Ring

@Suite("An epoch from outside")
struct EpochValidationTests {
    /// What makes an epoch of five nodes wrong.
    private static let damages: [(String, @Sendable (inout RingEpoch) -> Void)] = [
        ("number zero", { $0.number = 0 }),
        ("number too large", { $0.number = 1 << 53 }),
        ("short cluster id", { $0.clusterID = "c" }),
        ("empty name", { $0.clusterName = "" }),
        ("no replicas", { $0.settings.replicas = 0 }),
        ("too many replicas", { $0.settings.replicas = 8 }),
        ("lease shorter than a heartbeat", { $0.settings.leaseMilliseconds = 50 }),
        ("no members", { $0.members = [] }),
        ("members out of order", { $0.members.swapAt(0, 1) }),
        ("port zero", { $0.members[0].port = 0 }),
        ("host with a blank", { $0.members[0].host = "a b" }),
        ("token out of range", { $0.members[0].tokens[15] = Slots.count }),
        ("tokens out of order", { $0.members[0].tokens.swapAt(0, 1) }),
        ("one token held twice", { $0.members[0].tokens[0] = $0.members[1].tokens[0] }),
        (
            "no voters",
            { epoch in
                for index in epoch.members.indices { epoch.members[index].isVoter = false }
            }
        ),
        ("negative incarnation", { $0.members[0].incarnation = -1 }),
        ("no arcs", { $0.arcs = [] }),
        ("a gap", { $0.arcs.remove(at: 3) }),
        ("arcs past the end", { $0.arcs[$0.arcs.count - 1].last = Slots.count }),
        ("an empty history", { $0.arcs[2].history = [] }),
        ("a generation of the future", { $0.arcs[2].history[0].generation = 2 }),
        ("a generation twice", { $0.arcs[2].history.append($0.arcs[2].present) }),
        ("an unknown replica", { $0.arcs[2].history[0].replicas[2] = 9 }),
        (
            "one replica twice",
            { $0.arcs[2].history[0].replicas[2] = $0.owner(of: $0.arcs[2].first) }
        ),
        ("a home outside the set", { $0.arcs[2].history[0].home = 9 }),
        (
            "a home that is not the first",
            { epoch in
                epoch.arcs[2].history[0].home = epoch.arcs[2].present.replicas[1]
            }
        ),
        ("a home that is down", { $0.members[0].state = .down }),
        ("replicas of another arc", { $0.arcs[2].history = $0.arcs[3].history }),
        (
            "a token inside an arc",
            { epoch in
                epoch.arcs[2].last = epoch.arcs[3].last
                epoch.arcs.remove(at: 3)
            }
        ),
        ("a former member that is one", { $0.former = [$0.members[0]] }),
    ]

    @Test("is refused when it is damaged", arguments: damages.indices)
    func damage(index: Int) {
        var epoch = founded(5)
        #expect(epoch.validate() == nil)
        Self.damages[index].1(&epoch)
        #expect(epoch.validate() != nil, "\(Self.damages[index].0)")
    }

    @Test("answers for every slot once it has passed")
    func lookups() throws {
        let epoch = founded(5)
        for slot in 0..<Slots.count {
            let arc = epoch.arc(of: slot)
            #expect(arc.first...arc.last ~= slot)
            #expect(epoch.ring.count == 80 && epoch.owner(of: slot) == arc.present.replicas[0])
        }
        #expect(epoch.homeSlotCounts.values.reduce(0, +) == Slots.count)
        #expect(epoch.member(named: "n3")?.number == 3 && epoch.member(named: "n9") == nil)
        #expect(epoch.member(id: nodeID(4))?.name == "n4" && epoch.member(number: 6) == nil)
    }
}
