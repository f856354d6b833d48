/// What each node of a ring carries, and one number for how uneven that is.
///
/// The number is a sum of fourth powers of each node's deviation from the mean, so that it falls
/// when the worst node gets better, and still tells two layouts with the same worst node apart.
struct PlacementLoads {
    /// Slots that each node owns.
    private(set) var home: [Int]
    /// Slots that each node holds a copy of, its own included.
    private(set) var copies: [Int]
    /// The lower, the more even.
    private(set) var unevenness: Int

    /// The nodes that hold tokens: those that the mean is of.
    let nodes: Int
    let copiesTotal: Int

    /// At half its deviation from the mean, a home load counts as much as a copies load.
    private static let homeWeight = 16
    /// Deviations beyond four times the mean count as that; the sum over 1,024 nodes stays within
    /// 63 bits.
    private static let thousandthsMax = 4_000
    private static let fourthPowerMax = 256_000_000_000_000

    /// Loads of nothing yet.
    ///
    /// - Parameters:
    ///   - places: nodes that are counted by; those without tokens carry nothing.
    ///   - nodes: how many of them hold tokens, at least 1.
    ///   - replicas: the replication factor.
    init(places: Int, nodes: Int, replicas: Int) {
        self.nodes = nodes
        home = Array(repeating: 0, count: places)
        copies = home
        copiesTotal = Slots.count * min(nodes, replicas)
        unevenness =
            places * (Self.homeWeight + 1) * Self.fourthPower(0, nodes: nodes, total: copiesTotal)
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

// MARK: - What is wanted

extension PlacementLoads {
    /// The home load up to which a node is left alone, in thousandths of the mean.
    private static let homeWanted = 1_040
    /// The load of copies up to which a node is left alone, in thousandths of the mean.
    private static let copiesWanted = 1_090

    /// How far a node is beyond the loads that are wanted, in thousandths of the mean; 0 or less
    /// for a node that is within both.
    func excess(of node: Int) -> Int {
        max(
            Self.thousandths(home[node], nodes: nodes, total: Slots.count) - Self.homeWanted,
            Self.thousandths(copies[node], nodes: nodes, total: copiesTotal) - Self.copiesWanted)
    }

    /// What all nodes carry beyond what is wanted, in thousandths of the mean; 0 when the ring is as
    /// even as is wanted.
    var overload: Int {
        var sum = 0
        for node in home.indices {
            sum += max(
                0, Self.thousandths(home[node], nodes: nodes, total: Slots.count) - Self.homeWanted)
            sum += max(
                0,
                Self.thousandths(copies[node], nodes: nodes, total: copiesTotal)
                    - Self.copiesWanted)
        }
        return sum
    }

    /// Whether a node owns, and not only copies, more than is wanted.
    func ownsTooMuch(_ node: Int) -> Bool {
        Self.thousandths(home[node], nodes: nodes, total: Slots.count) > Self.homeWanted
    }

    /// A node's loads over their means, in thousandths, home and copies weighing the same.
    func burden(of node: Int) -> Int {
        Self.thousandths(home[node], nodes: nodes, total: Slots.count)
            + Self.thousandths(copies[node], nodes: nodes, total: copiesTotal)
    }

    /// The largest excess of any node.
    var excess: Int { home.indices.lazy.map { excess(of: $0) }.max() ?? 0 }

    /// A load over the mean, in thousandths.
    ///
    /// Slots being whole, the mean is rounded up: with few slots for each node, one slot more than
    /// the mean is not yet uneven.
    private static func thousandths(_ load: Int, nodes: Int, total: Int) -> Int {
        load * 1_000 / ((total + nodes - 1) / nodes)
    }
}
