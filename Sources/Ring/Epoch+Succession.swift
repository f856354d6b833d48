extension RingEpoch {
    /// Epoch numbers, generations, positions and incarnations stay below this: 2⁵³.
    public static let numberLimit = 1 << 53

    /// The epoch after this one with given members, settings and queue, whatever changed them.
    ///
    /// Everything that a slot's generation depends on is worked out here, so that a change of
    /// membership needs only to say what the members are.
    ///
    /// - Returns: nil when a replica set would change that is not settled (`PROTOCOL`, rule 16),
    ///   when a history would outgrow ``historyMax``, when no eligible member would hold a token,
    ///   and after the last epoch number.
    func succeeded(by draft: EpochDraft, settled isSettled: (Arc) -> Bool) -> RingEpoch? {
        guard number + 1 < Self.numberLimit else { return nil }
        var next = self
        next.number += 1
        next.members = draft.members
        next.settings = draft.settings
        next.queue = draft.queue
        let ring = next.ring
        guard ring.count > 0 else { return nil }
        let cuts = SlotCuts(ring, next.target?.ring)

        var pieces: [Arc] = []
        for arc in arcs {
            let settled = isSettled(arc)
            var history = arc.history
            if settled { history.removeSubrange(..<(history.count - 1)) }
            for (first, last) in cuts.cut(first: arc.first, last: arc.last) {
                var piece = Arc(first: first, last: last, history: history)
                let era = next.era(of: first, in: ring)
                if era.replicas != arc.present.replicas && !settled { return nil }
                if isNew(era, after: arc.present, in: next) { piece.history.append(era) }
                guard piece.history.count <= Self.historyMax else { return nil }
                pieces.append(piece)
            }
        }
        next.arcs = cuts.joined(pieces)
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

/// Where arcs end: at the tokens of the ring, and at those of the ring to come.
private struct SlotCuts {
    private let positions: [Int]

    init(_ ring: TokenRing, _ target: TokenRing?) {
        positions =
            target.map { Array(Set(ring.positions).union($0.positions)).sorted() }
            ?? ring.positions
    }

    /// A run of slots cut after each position in it; all ends inclusive.
    func cut(first: Int, last: Int) -> [(first: Int, last: Int)] {
        var ends: [(first: Int, last: Int)] = []
        var start = first
        var index = positions.partitioningIndex { $0 >= first }
        while index < positions.count, positions[index] < last {
            ends.append((start, positions[index]))
            start = positions[index] + 1
            index += 1
        }
        ends.append((start, last))
        return ends
    }

    /// Arcs with those neighbours made one that no position parts and whose histories are equal.
    func joined(_ pieces: [Arc]) -> [Arc] {
        var arcs: [Arc] = []
        arcs.reserveCapacity(pieces.count)
        for piece in pieces {
            if let previous = arcs.last, previous.history == piece.history,
                !isCut(after: previous.last)
            {
                arcs[arcs.count - 1].last = piece.last
            } else {
                arcs.append(piece)
            }
        }
        return arcs
    }

    private func isCut(after slot: Int) -> Bool {
        let index = positions.partitioningIndex { $0 >= slot }
        return index < positions.count && positions[index] == slot
    }
}
