import Ring
import ServerCore

/// Which faults a run has and how bad they are: every kind is on or off by the seed, so that some
/// runs have few kinds and much of them.
struct FaultPlan {
    let kinds: [FaultKind]
    /// Whether links keep the order and lose nothing unless they break, as TCP does.
    let isOrdered: Bool
    let lossPermille: Int
    let doublePermille: Int
    let tailPermille: Int
    /// Log lines within frames of which a bit is flipped on the way.
    let damagePermille: Int
    let isSyncedAlways: Bool
    let latency: ClosedRange<Int>
    let syncTime: ClosedRange<Int>
    let faultInterval: ClosedRange<Int>
    /// Clock rates differ from true time by at most this.
    let clockPartsPerMillion: Int
    /// Wall clocks differ from true time by at most this, in milliseconds.
    let wallMilliseconds: Int
    /// The longest that a message of the tail is held back.
    let tailMax: Int
    /// How long a down member keeps its place, in milliseconds.
    let graceMilliseconds: Int
    /// Whether leases, heartbeats and suspicion are quick.
    let hasShortTimings: Bool
    /// The longest that one crash, pause or cut lasts.
    let outageMax: Int
    /// Workers per process, each with one partition.
    let workers: Int
    /// Keys that clients use in each of the slots they use.
    let keysPerSlot: Int
    /// Bytes added to some of the values.
    let paddingMax: Int
    /// Bytes of entries in one piece of an install; nil is the core's own limit.
    let pieceBytes: Int?
    /// Of the plain writes, those with a time to live.
    let expiryPermille: Int
    /// How nodes answer reads of others' keys.
    let coherence: Coherence
    /// Whether that is changed from time to time.
    let switchesCoherence: Bool
    /// Of the clients' questions, the ones that follow a hint to fetch a key.
    let hintPermille: Int
    /// Of the clients' questions, the ones about the first of the keys, most of them reads: so that
    /// copies of it are in use all the time.
    let hotPermille: Int
}

extension FaultPlan {
    /// Draws a plan; with a coherence only if none is wanted.
    init(random: inout SplitMix64, coherence wanted: Coherence?) {
        let density = Int.random(in: 1...3, using: &random)
        var kinds = FaultKind.allCases.filter { _ in
            Int.random(in: 0..<4, using: &random) < density
        }
        if !kinds.contains(where: \.changesEpochs) {
            kinds.append([.crash, .pause, .isolate].randomElement(using: &random) ?? .crash)
        }
        self.kinds = kinds
        isOrdered = Bool.random(using: &random)
        func some(_ range: ClosedRange<Int>, oneIn count: Int = 2) -> Int {
            Int.random(in: 0..<count, using: &random) == 0
                ? Int.random(in: range, using: &random) : 0
        }
        lossPermille = some(1...40)
        doublePermille = some(1...50)
        tailPermille = some(1...60)
        damagePermille = some(1...15, oneIn: 3)
        tailMax = Int.random(in: 5_000...800_000, using: &random)
        isSyncedAlways = Int.random(in: 0..<3, using: &random) > 0
        let fastest = Int.random(in: 50...500, using: &random)
        latency = fastest...(fastest * Int.random(in: 2...10, using: &random))
        let sync = Int.random(in: 50...2_000, using: &random)
        syncTime = sync...(sync * Int.random(in: 1...15, using: &random))
        let calm = Int.random(in: 150_000...900_000, using: &random)
        faultInterval = calm...(calm * 3)
        clockPartsPerMillion = some(1...20_000)
        wallMilliseconds = some(1...5_000)
        hasShortTimings = Bool.random(using: &random)
        // The more often something breaks, the sooner it is mended, or nothing would ever work.
        outageMax = calm * Int.random(in: 1...4, using: &random)
        let isSoon = kinds.contains(where: \.changesMembers)
        graceMilliseconds = isSoon ? Int.random(in: 1_000...5_000, using: &random) : 60_000
        workers = 1 + some(1...1, oneIn: 4)
        keysPerSlot = 2 + some(1...3, oneIn: 4)
        paddingMax = some(20...120, oneIn: 3)
        pieceBytes = Bool.random(using: &random) ? 1 + some(1...400, oneIn: 2) : nil
        expiryPermille = some(50...300, oneIn: 3)
        // Drawn apart, so that a run without copies is the same run as before there were any.
        var fork = random
        var copying = SplitMix64(seed: ~fork.next())
        let choices: [Coherence] = [.off, .off, .validate, .invalidate, .invalidate, .update]
        coherence = wanted ?? choices.randomElement(using: &copying) ?? .off
        switchesCoherence =
            wanted == nil && coherence != .off && Int.random(in: 0..<3, using: &copying) == 0
        hintPermille = coherence == .off ? 0 : Int.random(in: 0...100, using: &copying)
        let isHot = coherence != .off && Bool.random(using: &copying)
        hotPermille = isHot ? Int.random(in: 300...800, using: &copying) : 0
    }
}

extension FaultPlan: CustomStringConvertible {
    /// The plan in words, for the head of a history.
    var description: String {
        var parts = [kinds.map { "\($0)" }.joined(separator: " ")]
        parts.append(isOrdered ? "links like TCP" : "links that reorder")
        func add(_ amount: Int, _ what: String) {
            if amount > 0 { parts.append("\(amount)\(what)") }
        }
        add(lossPermille, "‰ of messages lost")
        add(doublePermille, "‰ doubled")
        add(tailPermille, "‰ held back up to \(tailMax) µs")
        add(damagePermille, "‰ of log lines damaged on the way")
        parts.append("latency \(latency.lowerBound) to \(latency.upperBound) µs")
        parts.append(
            isSyncedAlways
                ? "each batch synced, \(syncTime.lowerBound) to \(syncTime.upperBound) µs"
                : "batches not synced, no machine dies")
        add(clockPartsPerMillion, " ppm between clocks")
        add(wallMilliseconds, " ms between wall clocks")
        parts.append(hasShortTimings ? "short leases" : "usual leases")
        parts.append("outages up to \(outageMax) µs, eviction after \(graceMilliseconds) ms")
        if workers > 1 { parts.append("\(workers) workers") }
        if let pieceBytes { parts.append("installs in pieces of \(pieceBytes) bytes") }
        add(paddingMax, " bytes of padding")
        add(expiryPermille, "‰ of writes expire")
        add(hotPermille, "‰ of questions about one key")
        parts.append("coherence \(coherence)\(switchesCoherence ? ", switched" : "")")
        return parts.joined(separator: "; ")
    }
}
