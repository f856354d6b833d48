/// What each node of a ring carries, and one number for how uneven that is.
///
/// The number is a sum of fourth powers of each node's deviation from the mean, so that it falls
/// when the worst node gets better, and still tells two layouts with the same worst node apart.
struct PlacementLoads {
    /// Slots that each node owns.
    private var home: [Int]
    /// Slots that each node holds a copy of, its own included.
    private var copies: [Int]
    /// The lower, the more even.
    private(set) var unevenness: Int

    private let nodes: Int
    private let copiesTotal: Int

    /// At half its deviation from the mean, a home load counts as much as a copies load.
    private static let homeWeight = 16
    /// Deviations beyond four times the mean count as that; the sum over 1,024 nodes stays within
    /// 63 bits.
    private static let thousandthsMax = 4_000
    private static let fourthPowerMax = 256_000_000_000_000

    init(nodes: Int, replicas: Int) {
        self.nodes = nodes
        home = Array(repeating: 0, count: nodes)
        copies = home
        copiesTotal = Slots.count * min(nodes, replicas)
        unevenness =
            nodes * (Self.homeWeight + 1) * Self.fourthPower(0, nodes: nodes, total: copiesTotal)
    }

    /// Counts slots of an arc, or forgets them when `slots` is negative.
    mutating func add(_ slots: Int, of index: Int, in layout: PlacementLayout) {
        if slots == 0 { return }
        addHome(slots, to: layout.pieces[index].owner)
        let places = layout.places(of: index)
        var place = places.lowerBound
        while place < places.upperBound {
            addCopies(slots, to: layout.sets[place])
            place += 1
        }
    }

    mutating func addHome(_ slots: Int, to node: Int) {
        let load = home[node]
        home[node] = load + slots
        let change =
            Self.fourthPower(load + slots, nodes: nodes, total: Slots.count)
            - Self.fourthPower(load, nodes: nodes, total: Slots.count)
        unevenness += Self.homeWeight * change
    }

    mutating func addCopies(_ slots: Int, to node: Int) {
        let load = copies[node]
        copies[node] = load + slots
        unevenness +=
            Self.fourthPower(load + slots, nodes: nodes, total: copiesTotal)
            - Self.fourthPower(load, nodes: nodes, total: copiesTotal)
    }

    /// The fourth power of a load's deviation from the mean, in thousandths of the mean.
    private static func fourthPower(_ load: Int, nodes: Int, total: Int) -> Int {
        let thousandths = load * nodes * 1_000 / total - 1_000
        if thousandths > thousandthsMax { return fourthPowerMax }
        let square = thousandths * thousandths
        return square * square
    }
}
