extension RingEpoch {
    /// Epoch numbers, generations, positions and incarnations stay below this: 2⁵³.
    public static let numberLimit = 1 << 53

    /// The epoch after this one with given members and settings, whatever changed them.
    ///
    /// Everything that a slot's generation depends on is worked out here, so that a change of
    /// membership needs only to say what the members are.
    ///
    /// - Returns: nil when a replica set would change that is not settled (`PROTOCOL`, rule 16),
    ///   when a history would outgrow ``historyMax``, when no eligible member would hold a token,
    ///   and after the last epoch number.
    func succeeded(
        by members: [Member], _ settings: ClusterSettings, settled isSettled: (Arc) -> Bool
    ) -> RingEpoch? {
        guard number + 1 < Self.numberLimit else { return nil }
        var next = self
        next.number += 1
        next.members = members
        next.settings = settings
        let ring = next.ring
        guard ring.count > 0 else { return nil }

        var pieces: [Arc] = []
        for arc in arcs {
            let settled = isSettled(arc)
            var history = arc.history
            if settled { history.removeSubrange(..<(history.count - 1)) }
            for (first, last) in ring.cut(first: arc.first, last: arc.last) {
                var piece = Arc(first: first, last: last, history: history)
                let era = next.era(of: first, in: ring)
                if era.replicas != arc.present.replicas && !settled { return nil }
                if isNew(era, after: arc.present, in: next) { piece.history.append(era) }
                guard piece.history.count <= Self.historyMax else { return nil }
                pieces.append(piece)
            }
        }
        next.arcs = ring.joined(pieces)
        next.former = next.membersOnlyInHistories(of: former + self.members)
        return next
    }

    /// Whether an era of the next epoch begins a generation.
    private func isNew(_ era: Era, after present: Era, in next: RingEpoch) -> Bool {
        guard era.replicas == present.replicas, era.home == present.home else { return true }
        guard let home = era.home else { return false }
        return member(number: home)?.incarnation != next.member(number: home)?.incarnation
    }

    /// Those of some members that are no members of this epoch, but that a history names.
    private func membersOnlyInHistories(of candidates: [Member]) -> [Member] {
        let gone = candidates.filter { member(number: $0.number) == nil }
        guard !gone.isEmpty else { return [] }
        let named = Set(arcs.lazy.flatMap(\.history).flatMap(\.replicas))
        return gone.filter { named.contains($0.number) }.sorted { $0.number < $1.number }
    }
}

extension TokenRing {
    /// A run of slots cut after each token in it; all ends inclusive.
    fileprivate func cut(first: Int, last: Int) -> [(first: Int, last: Int)] {
        var ends: [(first: Int, last: Int)] = []
        var start = first
        var index = positions.partitioningIndex { $0 >= first }
        while index < count, positions[index] < last {
            ends.append((start, positions[index]))
            start = positions[index] + 1
            index += 1
        }
        ends.append((start, last))
        return ends
    }

    /// Arcs with those neighbours made one that no token parts and whose histories are equal.
    fileprivate func joined(_ pieces: [Arc]) -> [Arc] {
        var arcs: [Arc] = []
        arcs.reserveCapacity(pieces.count)
        for piece in pieces {
            if let previous = arcs.last, previous.history == piece.history,
                index(owning: previous.last).map({ positions[$0] }) != previous.last
            {
                arcs[arcs.count - 1].last = piece.last
            } else {
                arcs.append(piece)
            }
        }
        return arcs
    }
}
