extension RingEpoch {
    /// The ring once the change under way is done: members and settings; nil while there is none.
    public var target: RingTarget? {
        guard let change = queue.active, change.tokens != nil else { return nil }
        let (members, settings) = Self.after(change, members: members, settings: settings)
        return RingTarget(change: change.id, members: members, replicas: settings.replicas)
    }

    /// For each arc the members that the change under way adds to its replica set: they copy it
    /// already, and count for nothing yet (`PROTOCOL`, rule 12).
    ///
    /// - Returns: as many lists as there are arcs; none at all while no change is under way.
    public var learners: [[Int]] {
        guard let target else { return [] }
        return arcs.map { arc in
            target.replicas(of: arc.first).filter { !arc.present.replicas.contains($0) }
        }
    }

    /// Down members without which the change under way would leave slots to a minority of their
    /// sets, which serves nothing: the switch waits for them.
    public var missing: [Int] {
        guard let target else { return [] }
        let down = Set(members.filter { $0.state == .down }.map(\.number))
        guard !down.isEmpty else { return [] }
        var missing: Set<Int> = []
        for arc in arcs {
            let set = target.replicas(of: arc.first)
            let absent = down.intersection(set)
            guard set != arc.present.replicas, 2 * absent.count >= set.count else { continue }
            missing.formUnion(absent)
        }
        return missing.sorted()
    }

    /// Whether the histories name members that hold no copy any more, and that may forget theirs
    /// once the history is shorter.
    public var hasSurplusHistory: Bool {
        !former.isEmpty
            || arcs.contains { arc in
                arc.history.dropLast().contains { era in
                    era.replicas.contains { !arc.present.replicas.contains($0) }
                }
            }
    }
}

/// The ring as it will be after a change.
public struct RingTarget: Sendable {
    /// The change.
    public let change: Int
    /// The members after it.
    public let members: [Member]
    /// The replication factor after it.
    public let replicas: Int
    /// The tokens after it.
    public let ring: TokenRing

    init(change: Int, members: [Member], replicas: Int) {
        self.change = change
        self.members = members
        self.replicas = replicas
        ring = TokenRing(members: members)
    }

    /// The replica set of a slot after the change, clockwise; empty when nobody holds a token.
    public func replicas(of slot: Int) -> [Int] {
        ring.index(owning: slot).map { ring.replicas(at: $0, count: replicas) } ?? []
    }
}
