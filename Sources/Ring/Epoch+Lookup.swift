// What a node, a client or a viewer asks of an epoch. The functions of a slot take 0 to 16,383 and
// an epoch whose arcs cover all slots, which `validate()` has checked of one from outside.

extension RingEpoch {
    /// The member with a number; O(log n).
    public func member(number: Int) -> Member? {
        let index = members.partitioningIndex { $0.number >= number }
        return index < members.count && members[index].number == number ? members[index] : nil
    }

    /// Members, and former ones that a history still names.
    public var everyone: [Member] { members + former }

    /// The member with a name.
    public func member(named name: String) -> Member? {
        members.first { $0.name == name }
    }

    /// The member with an identity.
    public func member(id: NodeID) -> Member? {
        members.first { $0.id == id }
    }

    /// The index in ``arcs`` of the arc that a slot lies in; O(log n).
    public func arcIndex(of slot: Int) -> Int {
        precondition((0..<Slots.count).contains(slot))
        return arcs.partitioningIndex { $0.last >= slot }
    }

    /// The arc that a slot lies in; O(log n).
    public func arc(of slot: Int) -> Arc { arcs[arcIndex(of: slot)] }

    /// The last epoch that changed a slot's replica set, its home or the home's incarnation.
    public func generation(of slot: Int) -> Int { arc(of: slot).present.generation }

    /// The member that owns a slot by its tokens, up or not: the first of the replica set.
    public func owner(of slot: Int) -> Int { arc(of: slot).present.replicas[0] }

    /// The member that orders a slot's reads and writes; nil while the whole set is down.
    public func home(of slot: Int) -> Int? { arc(of: slot).present.home }

    /// The replica set of a slot, clockwise.
    public func replicas(of slot: Int) -> [Int] { arc(of: slot).present.replicas }

    /// The start of the home's process that a slot's present generation names.
    ///
    /// An epoch knows it for the present generation only, since a new incarnation of the home
    /// begins a new one.
    public func homeIncarnation(of slot: Int) -> Int? {
        home(of: slot).flatMap { member(number: $0)?.incarnation }
    }

    /// The numbers of the members whose acceptance counts for the next epoch, ascending.
    public var voters: [Int] { members.filter(\.isVoter).map(\.number) }

    /// How many voters decide the next epoch: more than half.
    public var voterMajority: Int { members.count(where: \.isVoter) / 2 + 1 }

    /// The tokens of all eligible members, held by member numbers.
    public var ring: TokenRing { TokenRing(members: members) }

    /// Slots that each member is home of, by member number; those of none are not in it.
    public var homeSlotCounts: [Int: Int] {
        var counts: [Int: Int] = [:]
        for arc in arcs {
            if let home = arc.present.home { counts[home, default: 0] += arc.slotCount }
        }
        return counts
    }
}

extension TokenRing {
    /// The tokens of the eligible among members.
    init(members: [Member]) {
        self.init(
            tokens: members.lazy.filter(\.isEligible).map {
                (holder: $0.number, positions: $0.tokens)
            })
    }
}
