/// Finds where a joining node cuts into a ring.
///
/// A cut lies at the boundary between two arcs and takes slots from the end of the one before it
/// and from the start of the one after it. First as many cuts as tokens are made, each where the
/// ring then is most even; then every cut in turn is taken out and put where it is best by now; and
/// the sizes are tuned slot by slot. A step is kept only when the ring becomes more even by it.
struct PlacementSearch {
    /// What the joining node takes at one boundary.
    struct Cut: Equatable {
        /// Slots from the end of the arc before the boundary.
        var tail = 0
        /// Slots from the start of the arc after it.
        var head = 0

        var slots: Int { tail + head }
    }

    /// The ring before the join.
    let ring: TokenRing
    /// The joining node; the others are 0 to `joiner - 1`.
    let joiner: Int
    /// How many nodes hold tokens once it has joined.
    let nodes: Int
    let replicas: Int
    /// What is cut in front of each arc of `ring`.
    private(set) var cuts: [Cut]
    /// The ring with the cuts made.
    private(set) var layout: PlacementLayout
    private(set) var loads: PlacementLoads

    init(existing: [[Int]], replicas: Int) {
        ring = TokenRing(nodes: existing)
        joiner = existing.count
        nodes = Set(ring.holders).count + 1
        self.replicas = replicas
        let cuts = Array(repeating: Cut(), count: ring.count)
        self.cuts = cuts
        (layout, loads) = Self.laidOut(
            ring, cuts: cuts, joiner: joiner, nodes: nodes, replicas: replicas)
    }

    mutating func run(tokenCount: Int) {
        var left = Slots.count / nodes
        for remaining in stride(from: tokenCount, to: 0, by: -1) {
            left -= makeBestCut(slots: max(1, left / remaining))
        }
        tune()
        moveCuts()
        tune()
    }

    /// Everyone's tokens, the joining node's last.
    func tokens() -> [[Int]] {
        var tokens = [[Int]](repeating: [], count: joiner + 1)
        for index in 0..<ring.count {
            let next = index + 1 == ring.count ? 0 : index + 1
            let position = ring.positions[index]
            tokens[ring.holders[index]].append(wrapped(position - cuts[next].tail))
            if cuts[next].slots > 0 { tokens[joiner].append(wrapped(position + cuts[next].head)) }
        }
        return tokens.map { $0.sorted() }
    }

    private func wrapped(_ position: Int) -> Int { (position + Slots.count) % Slots.count }

    private mutating func rebuild() {
        (layout, loads) = Self.laidOut(
            ring, cuts: cuts, joiner: joiner, nodes: nodes, replicas: replicas)
    }

    /// A ring with cuts made, and what its nodes then carry.
    private static func laidOut(
        _ ring: TokenRing, cuts: [Cut], joiner: Int, nodes: Int, replicas: Int
    ) -> (PlacementLayout, PlacementLoads) {
        var pieces: [PlacementLayout.Piece] = []
        pieces.reserveCapacity(ring.count * 2)
        for index in 0..<ring.count {
            let cut = cuts[index]
            if cut.slots > 0 {
                pieces.append(.init(owner: joiner, slots: cut.slots, boundary: index))
            }
            let next = index + 1 == ring.count ? 0 : index + 1
            let slots = ring.slotCount(at: index) - cut.head - cuts[next].tail
            pieces.append(.init(owner: ring.holders[index], slots: slots, boundary: index))
        }
        let layout = PlacementLayout(pieces: pieces, nodes: joiner + 1, replicas: replicas)
        var loads = PlacementLoads(places: joiner + 1, nodes: nodes, replicas: replicas)
        for index in pieces.indices {
            loads.add(pieces[index].slots, of: index, in: layout)
        }
        return (layout, loads)
    }
}

// MARK: - Cutting

extension PlacementSearch {
    /// Makes the cut of so many slots after which the ring is most even, or of fewer slots when no
    /// arc is large enough.
    ///
    /// - Returns: the slots taken; 0 when no arc can be cut.
    private mutating func makeBestCut(slots wanted: Int) -> Int {
        var slots = wanted
        while slots > 0 {
            if let (boundary, cut) = bestCut(slots: slots) {
                cuts[boundary] = cut
                rebuild()
                return slots
            }
            slots /= 2
        }
        return 0
    }

    private func bestCut(slots: Int) -> (boundary: Int, cut: Cut)? {
        let shapes = [
            Cut(tail: 0, head: slots), Cut(tail: slots / 2, head: slots - slots / 2),
            Cut(tail: slots, head: 0),
        ]
        let layout = self.layout
        var best: (boundary: Int, cut: Cut)?
        var lowest = Int.max
        for index in 0..<layout.count {
            let previous = layout.index(before: index)
            let (after, before) = (layout.pieces[index], layout.pieces[previous])
            if after.owner == joiner || before.owner == joiner { continue }
            if index == previous && slots >= after.slots { continue }
            for cut in shapes where cut.head < after.slots && cut.tail < before.slots {
                let unevenness = unevenness(with: cut, before: index)
                if unevenness < lowest {
                    lowest = unevenness
                    best = (after.boundary, cut)
                }
            }
        }
        return best
    }

    /// How uneven the ring is with one more cut; on a ring so small that a replica set reaches all
    /// around it, roughly.
    private func unevenness(with cut: Cut, before index: Int) -> Int {
        var trial = loads
        let layout = self.layout
        let previous = layout.index(before: index)
        // The cut's slots leave the sets that they were in …
        trial.add(-cut.head, of: index, in: layout)
        trial.add(-cut.tail, of: previous, in: layout)
        // … for one that the joining node heads.
        trial.addHome(cut.slots, to: joiner)
        trial.addCopies(cut.slots, to: joiner)
        var found = 1
        for place in layout.places(of: index) where found < replicas {
            let node = layout.sets[place]
            if node == joiner { continue }
            trial.addCopies(cut.slots, to: node)
            found += 1
        }
        // In the sets of arcs before it that look beyond it, it takes the last node's place.
        var distance = 1
        var arc = previous
        while distance <= layout.count, layout.reaches(distance, from: arc) {
            if !layout.replicas(of: arc, contain: joiner) {
                let slots = layout.pieces[arc].slots - (distance == 1 ? cut.tail : 0)
                if layout.setSize == replicas {
                    trial.addCopies(-slots, to: layout.sets[layout.places(of: arc).upperBound - 1])
                }
                trial.addCopies(slots, to: joiner)
            }
            arc = layout.index(before: arc)
            distance += 1
        }
        return trial.unevenness
    }

    /// Takes every cut out once and makes it anew where it is best.
    private mutating func moveCuts() {
        for boundary in cuts.indices where cuts[boundary].slots > 0 {
            let before = self
            cuts[boundary] = Cut()
            rebuild()
            let slots = before.cuts[boundary].slots
            let isMade = makeBestCut(slots: slots) == slots
            if !isMade || loads.unevenness >= before.loads.unevenness { self = before }
        }
    }
}

// MARK: - Tuning

extension PlacementSearch {
    /// Passes over all cuts with one step size; each stops early when it changes nothing.
    private static let passesMax = 8

    /// Makes cuts larger and smaller at either end, in ever smaller steps, as long as it helps.
    private mutating func tune() {
        var step = max(1, Slots.count / nodes / 16)
        while step > 0 {
            var passes = 0
            while passes < Self.passesMax, tune(by: step) { passes += 1 }
            step /= 2
        }
    }

    /// One pass; answers whether it changed anything.
    private mutating func tune(by step: Int) -> Bool {
        var isChanged = false
        for index in 0..<layout.count where layout.pieces[index].owner == joiner {
            for (end, slots) in [
                (\Cut.tail, step), (\Cut.tail, -step), (\Cut.head, step), (\Cut.head, -step),
            ] {
                if resize(index, end, by: slots) { isChanged = true }
            }
        }
        return isChanged
    }

    /// Moves slots between the joining node's arc and the neighbour at one end, if that helps.
    private mutating func resize(
        _ index: Int, _ end: WritableKeyPath<Cut, Int>, by slots: Int
    ) -> Bool {
        let boundary = layout.pieces[index].boundary
        let isTail = end == \Cut.tail
        let neighbour = isTail ? layout.index(before: index) : layout.index(after: index)
        guard layout.pieces[neighbour].slots > slots, layout.pieces[index].slots > -slots,
            cuts[boundary][keyPath: end] >= -slots
        else { return false }
        let unevenness = loads.unevenness
        shift(slots, from: neighbour, to: index)
        guard loads.unevenness < unevenness else {
            shift(-slots, from: neighbour, to: index)
            return false
        }
        cuts[boundary][keyPath: end] += slots
        layout.resize(neighbour, by: -slots)
        layout.resize(index, by: slots)
        return true
    }

    private mutating func shift(_ slots: Int, from source: Int, to target: Int) {
        loads.add(-slots, of: source, in: layout)
        loads.add(slots, of: target, in: layout)
    }
}
