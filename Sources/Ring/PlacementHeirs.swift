/// Finds who inherits the arcs of a leaving node.
///
/// The leaver's arcs become gaps. The node before a gap and the node after it share it: their
/// boundary is tuned until the ring is most even. While a node is loaded beyond what is wanted, a
/// third node takes part of a gap with a token more. Last, and only then, slots move between nodes
/// that stay.
struct PlacementHeirs {
    /// One or more arcs of the leaver with no other's between them.
    struct Gap {
        /// The piece before the gap; its heirs' pieces follow, then the piece after the gap.
        var piece: Int
        /// What each of them has of the gap, in this order, at least two elements.
        ///
        /// An heir has at least one slot; the nodes before and after the gap may have none.
        var parts: [Int]

        /// How many slots a part can do without.
        func spare(_ part: Int) -> Int {
            let isHeir = part > 0 && part < parts.count - 1
            return isHeir ? parts[part] - 1 : parts[part]
        }
    }

    private(set) var draft: PlacementDraft
    private var gaps: [Gap] = []
    /// The ring before.
    private let before: PlacementCensus
    private let leaver: Int
    private let replicas: Int

    /// - Parameters:
    ///   - existing: the tokens before; a node other than the leaver holds some.
    ///   - leaver: the place of the leaving node.
    ///   - replicas: the replication factor.
    init(existing: [[Int]], leaver: Int, replicas: Int) {
        let ring = TokenRing(nodes: existing)
        before = PlacementCensus(tokens: existing, replicas: replicas)
        self.leaver = leaver
        self.replicas = replicas
        let last = ring.holders.lastIndex { $0 != leaver } ?? 0
        var pieces: [PlacementDraft.Piece] = []
        var gap = 0
        // Ending at another's token, no gap lies across the end.
        for step in 1...ring.count {
            let index = (last + step) % ring.count
            let slots = ring.slotCount(at: index)
            if ring.holders[index] == leaver {
                gap += slots
            } else {
                if gap > 0 { gaps.append(Gap(piece: pieces.count - 1, parts: [0, gap])) }
                pieces.append(.init(owner: ring.holders[index], slots: slots + gap))
                gap = 0
            }
        }
        // The first piece follows the last one.
        if let first = gaps.first, first.piece < 0 { gaps[0].piece = pieces.count - 1 }
        gaps.sort { $0.piece < $1.piece }
        draft = PlacementDraft(
            pieces: pieces, end: ring.positions[last], places: existing.count,
            replicas: replicas)
    }

    mutating func run() {
        tune()
        while draft.loads.excess > 0, nameHeir() {}
        let slotsMax = before.home[leaver] / Self.sparePart
        draft.relieve(slotsMax: slotsMax, addsTokens: false)
    }

    /// Beyond what the leaver owned and held, at most this part of it moves for the sake of
    /// evenness: slots between nodes that stay, and copies because of heirs.
    private static let sparePart = 5
}

// MARK: - Heirs

extension PlacementHeirs {
    /// How many of the least loaded nodes are tried as heirs.
    private static let heirsTried = 12

    /// A piece for an heir, and where it is taken from.
    private struct Bequest {
        var gap: Int
        /// The part behind which the piece lies.
        var part: Int
        var heir: Int
        /// Slots from the end of that part.
        var tail: Int
        /// Slots from the start of the next one.
        var head: Int
    }

    /// Gives some of a gap to a node that is not next to it; answers whether that helps anywhere.
    ///
    /// Where a single heir has all of a gap that the node after it has not, it only takes the
    /// leaver's place in replica sets. Anywhere else a set gets two new members for one.
    private mutating func nameHeir() -> Bool {
        if let bequest = bestBequest(isInPlace: true) {
            make(bequest)
            tune()
            return true
        }
        guard let bequest = bestBequest(isInPlace: false) else { return false }
        let previous = self
        make(bequest)
        tune()
        if movedCopies <= before.copies[leaver] * (Self.sparePart + 1) / Self.sparePart {
            return true
        }
        self = previous
        return false
    }

    /// Copies that nodes hold now and did not hold before.
    private var movedCopies: Int {
        let tokens = draft.tokens(keeping: Placement.tokensMax)
        return PlacementCensus(tokens: tokens, replicas: replicas).moved(from: before).copies
    }

    /// The piece for an heir with which the ring is least overloaded.
    private mutating func bestBequest(isInPlace: Bool) -> Bequest? {
        let counts = draft.tokenCounts
        let heirs = draft.lightest(Self.heirsTried).filter { counts[$0] < Placement.tokensMax }
        var best: Bequest?
        var lowest = (draft.loads.overload, Int.min)
        for gap in gaps.indices where !isInPlace || gaps[gap].parts.count == 2 {
            for part in 0..<gaps[gap].parts.count - 1 {
                let place = gaps[gap].piece + part + 1
                draft.insertPiece(before: place, owner: 0)
                for bequest in bequests(to: heirs, gap: gap, part: part)
                where !isInPlace || bequest.tail == gaps[gap].parts[0] {
                    draft.replace(
                        place,
                        with: .init(owner: bequest.heir, slots: bequest.tail + bequest.head),
                        before: bequest.tail)
                    let loads = (draft.loads.overload, draft.loads.unevenness)
                    if loads < lowest {
                        lowest = loads
                        best = bequest
                    }
                    draft.replace(place, with: .init(owner: 0, slots: 0), before: -bequest.tail)
                }
                draft.removePiece(at: place)
            }
        }
        return best
    }

    private func bequests(to heirs: [Int], gap: Int, part: Int) -> [Bequest] {
        let piece = gaps[gap].piece + part
        let after = draft.pieces[draft.present(after: piece)].owner
        let neighbours = [draft.pieces[piece].owner, after]
        let (tail, head) = (gaps[gap].spare(part), gaps[gap].spare(part + 1))
        let shapes = [
            (tail, 0), (tail / 2, 0), (tail / 4, 0), (0, head), (0, head / 2), (0, head / 4),
            (tail / 2, head / 2), (tail, head / 2), (tail, head),
        ].filter { $0.0 + $0.1 > 0 }
        return heirs.filter { !neighbours.contains($0) }.flatMap { heir in
            shapes.map { Bequest(gap: gap, part: part, heir: heir, tail: $0.0, head: $0.1) }
        }
    }

    private mutating func make(_ bequest: Bequest) {
        let place = gaps[bequest.gap].piece + bequest.part + 1
        let slots = bequest.tail + bequest.head
        draft.insertPiece(before: place, owner: bequest.heir)
        draft.replace(
            place, with: .init(owner: bequest.heir, slots: slots), before: bequest.tail)
        gaps[bequest.gap].parts[bequest.part] -= bequest.tail
        gaps[bequest.gap].parts[bequest.part + 1] -= bequest.head
        gaps[bequest.gap].parts.insert(slots, at: bequest.part + 1)
        for later in gaps.indices where later > bequest.gap { gaps[later].piece += 1 }
    }
}

// MARK: - Tuning

extension PlacementHeirs {
    /// Passes over all gaps with one step size; each stops early when it changes nothing.
    private static let passesMax = 8

    /// Moves the boundaries inside the gaps, in ever smaller steps, as long as it helps.
    private mutating func tune() {
        var step = gaps.lazy.flatMap(\.parts).max() ?? 0
        while step > 0 {
            var passes = 0
            while passes < Self.passesMax, tune(by: step) { passes += 1 }
            step /= 2
        }
    }

    /// One pass; answers whether it changed anything.
    private mutating func tune(by step: Int) -> Bool {
        var isChanged = false
        for gap in gaps.indices {
            for part in 0..<gaps[gap].parts.count - 1 {
                for slots in [step, -step] where shift(slots, to: part, of: gap) {
                    isChanged = true
                }
            }
        }
        return isChanged
    }

    /// Moves slots between a part and the next one, if that helps.
    private mutating func shift(_ slots: Int, to part: Int, of gap: Int) -> Bool {
        let giver = slots > 0 ? part + 1 : part
        guard gaps[gap].spare(giver) >= abs(slots) else { return false }
        let unevenness = draft.loads.unevenness
        let piece = gaps[gap].piece + part
        draft.shift(slots, to: piece)
        guard draft.loads.unevenness < unevenness else {
            draft.shift(-slots, to: piece)
            return false
        }
        gaps[gap].parts[part] += slots
        gaps[gap].parts[part + 1] -= slots
        return true
    }
}
