import Glibc
import Ring
import Terminal

/// Which dots of the ring belong to whom; made anew only for another epoch, size or set of nodes
/// that are up.
struct RingRaster: Sendable {
    /// What it was made from.
    struct Key: Sendable, Equatable {
        var clusterID: String
        var epoch: Int
        var size: Size
        var hollow: Set<Int>
        var isASCII: Bool
    }

    /// One character cell of the ring.
    struct Spot: Sendable {
        /// Braille dots; 0 is off the ring.
        var pattern: UInt8 = 0
        /// Owner of most of them.
        var owner = 0
        /// The slot in the middle of the cell.
        var slot = 0
        /// Who gets its slots by the change under way, or a copy of them; 0 is nobody.
        var next = 0
        /// Whether the owner's glyph stands here instead of dots.
        var isGlyph = false
    }

    /// Every other braille dot.
    static let checkered: UInt8 = 0x95

    let key: Key
    let geometry: RingGeometry
    private(set) var spots: [Spot]

    init(_ key: Key, _ epoch: RingEpoch, _ moving: MovingArcs = MovingArcs()) {
        self.key = key
        geometry = RingGeometry(size: key.size)
        spots = [Spot](repeating: Spot(), count: key.size.width * key.size.height)
        let owners = Self.owners(epoch)
        for row in 0..<key.size.height {
            for column in 0..<key.size.width { rasterize(column, row, owners) }
        }
        if !key.isASCII { placeGlyphs(epoch) }
        if !moving.isEmpty { markMoves(epoch, moving) }
    }

    /// Marks the cells that move: the whole band where the owner changes, its inner edge where
    /// only a copy is made.
    private mutating func markMoves(_ epoch: RingEpoch, _ moving: MovingArcs) {
        for index in spots.indices where spots[index].owner != 0 {
            guard let move = moving[epoch.arcIndex(of: spots[index].slot)] else { continue }
            let place = geometry.place(
                x: 2 * (index % key.size.width) + 1, y: 4 * (index / key.size.width) + 2)
            if move.changesOwner || geometry.isInnerEdge(place.radius) {
                spots[index].next = move.to
            }
        }
    }

    subscript(_ column: Int, _ row: Int) -> Spot {
        spots[row * key.size.width + column]
    }

    /// The owner of each slot: the member whose token comes next, down or not.
    private static func owners(_ epoch: RingEpoch) -> [Int] {
        var owners = [Int](repeating: 0, count: Slots.count)
        for arc in epoch.arcs {
            guard let owner = arc.present.replicas.first ?? arc.present.home else { continue }
            for slot in arc.first...arc.last { owners[slot] = owner }
        }
        return owners
    }

    private mutating func rasterize(_ column: Int, _ row: Int, _ owners: [Int]) {
        var spot = Spot()
        var counts: [Int: Int] = [:]
        var dots: [(bit: UInt8, owner: Int, isRim: Bool)] = []
        for y in 0..<4 {
            for x in 0..<2 {
                let place = geometry.place(x: 2 * column + x, y: 4 * row + y)
                guard geometry.isOnBand(place.radius) else { continue }
                let owner = owners[place.slot]
                counts[owner, default: 0] += 1
                dots.append((BrailleCanvas.bit(x, y), owner, geometry.isRim(place.radius)))
            }
        }
        guard let most = counts.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) }) else {
            return
        }
        spot.owner = most.key
        spot.slot = geometry.place(x: 2 * column + 1, y: 4 * row + 2).slot
        for dot in dots where !key.hollow.contains(dot.owner) || dot.isRim {
            spot.pattern |= dot.bit
        }
        spots[row * key.size.width + column] = spot
    }

    /// Puts each owner's glyph in the middle of its arcs, as far as they do not crowd.
    private mutating func placeGlyphs(_ epoch: RingEpoch) {
        var taken: [(column: Int, row: Int)] = []
        var run: (first: Int, owner: Int)?
        var runs: [(first: Int, last: Int, owner: Int)] = []
        for arc in epoch.arcs {
            let owner = arc.present.replicas.first ?? 0
            if let open = run, open.owner != owner {
                runs.append((open.first, arc.first - 1, open.owner))
                run = nil
            }
            if run == nil { run = (arc.first, owner) }
        }
        if let run { runs.append((run.first, Slots.count - 1, run.owner)) }
        // The longest arcs first; they have room.
        for run in runs.sorted(by: { $0.last - $0.first > $1.last - $1.first }) {
            let dot = geometry.dot(slot: (run.first + run.last) / 2, at: geometry.middle)
            let place = (column: dot.x / 2, row: dot.y / 4)
            guard place.column >= 0, place.column < key.size.width, place.row >= 0,
                place.row < key.size.height,
                self[place.column, place.row].owner == run.owner,
                !taken.contains(where: {
                    abs($0.row - place.row) <= 1 && abs($0.column - place.column) <= 3
                })
            else { continue }
            taken.append(place)
            spots[place.row * key.size.width + place.column].isGlyph = true
        }
    }
}

/// Where slots lie on a ring of dots: slot 0 at the top, then clockwise.
struct RingGeometry: Sendable {
    let centerX: Double
    let centerY: Double
    let outer: Double
    let inner: Double

    init(size: Size) {
        centerX = Double(2 * size.width - 1) / 2
        centerY = Double(4 * size.height - 1) / 2
        outer = max(2, min(centerX, centerY))
        inner = outer * 0.74
    }

    /// The middle of the band.
    var middle: Double { (outer + inner) / 2 }

    func isOnBand(_ radius: Double) -> Bool { radius <= outer + 0.25 && radius >= inner }

    /// Whether a dot lies in the inner third of the band.
    func isInnerEdge(_ radius: Double) -> Bool { radius < inner + (outer - inner) / 3 }

    func isRim(_ radius: Double) -> Bool { radius > outer - 1.1 || radius < inner + 1.1 }

    /// The slot and the distance from the centre of a dot.
    func place(x: Int, y: Int) -> (slot: Int, radius: Double) {
        let dx = Double(x) - centerX
        let dy = Double(y) - centerY
        var turn = atan2(dx, -dy) / (2 * .pi)
        if turn < 0 { turn += 1 }
        let slot = min(Slots.count - 1, Int(turn * Double(Slots.count)))
        return (slot, (dx * dx + dy * dy).squareRoot())
    }

    /// The dot of a slot at a distance from the centre.
    func dot(slot: Int, at radius: Double) -> (x: Int, y: Int) {
        let turn = (Double(slot) + 0.5) / Double(Slots.count) * 2 * .pi
        return (
            Int((centerX + radius * sin(turn)).rounded()),
            Int((centerY - radius * cos(turn)).rounded())
        )
    }
}
