import ServerCore

/// Which faults a run has and how bad they are: every kind is on or off by the seed, so that some
/// runs have few kinds and much of them.
struct FaultPlan {
    enum Kind: CaseIterable {
        case crash
        /// After a tick's frames left, in the middle of writing its log records.
        case crashWithinTick
        case crashAll
        case pause
        /// One direction between two nodes.
        case cut
        /// All links of one node, both ways.
        case isolate
        case reset
        case stallDisk

        /// Whether it alone brings about new epochs.
        var changesEpochs: Bool {
            switch self {
            case .crash, .crashWithinTick, .crashAll, .pause, .isolate: true
            case .cut, .reset, .stallDisk: false
            }
        }
    }

    let kinds: [Kind]
    /// Whether links keep the order and lose nothing unless they break, as TCP does.
    let isOrdered: Bool
    let lossPermille: Int
    let doublePermille: Int
    let tailPermille: Int
    let isSyncedAlways: Bool
    let latency: ClosedRange<Int>
    let syncTime: ClosedRange<Int>
    let faultInterval: ClosedRange<Int>
    /// Clock rates differ from true time by at most this.
    let clockPartsPerMillion: Int
    /// The longest that a message of the tail is held back.
    let tailMax: Int
    /// Whether leases, heartbeats and suspicion are quick.
    let hasShortTimings: Bool
    /// The longest that one crash, pause or cut lasts.
    let outageMax: Int

    init(random: inout SplitMix64) {
        var kinds = Kind.allCases.filter { _ in Bool.random(using: &random) }
        if !kinds.contains(where: \.changesEpochs) {
            kinds.append([.crash, .pause, .isolate].randomElement(using: &random) ?? .crash)
        }
        self.kinds = kinds
        isOrdered = Bool.random(using: &random)
        func some(_ range: ClosedRange<Int>) -> Int {
            Bool.random(using: &random) ? Int.random(in: range, using: &random) : 0
        }
        lossPermille = some(1...40)
        doublePermille = some(1...50)
        tailPermille = some(1...60)
        tailMax = Int.random(in: 5_000...800_000, using: &random)
        isSyncedAlways = Int.random(in: 0..<3, using: &random) > 0
        let fastest = Int.random(in: 50...500, using: &random)
        latency = fastest...(fastest * Int.random(in: 2...10, using: &random))
        let sync = Int.random(in: 50...2_000, using: &random)
        syncTime = sync...(sync * Int.random(in: 1...15, using: &random))
        let calm = Int.random(in: 150_000...900_000, using: &random)
        faultInterval = calm...(calm * 3)
        clockPartsPerMillion = some(1...20_000)
        hasShortTimings = Bool.random(using: &random)
        // The more often something breaks, the sooner it is mended, or nothing would ever work.
        outageMax = calm * Int.random(in: 1...4, using: &random)
    }
}
