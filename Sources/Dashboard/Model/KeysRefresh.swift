/// The list of the Keys screen being read anew, beside the one that is shown until all of it is there.
struct KeysRefresh: Sendable, Equatable {
    /// The list is read anew at most so often.
    static let intervalMilliseconds = 1_000
    /// Pages in a second at most, one after the other.
    static let pagesPerSecondMax = 32

    /// The request whose answer is waited for.
    var request: Int?
    private(set) var keys: [[UInt8]] = []
    private(set) var known: Set<[UInt8]> = []
    /// Where the next page begins; `"0"` once all were seen.
    private(set) var cursor = "0"
    private var secondBegan: Int
    private var pagesInSecond = 0

    init(at now: Int) { secondBegan = now }

    /// Whether another page may be asked for now; counts it.
    mutating func mayAsk(at now: Int) -> Bool {
        if now - secondBegan >= 1_000 { (secondBegan, pagesInSecond) = (now, 0) }
        guard request == nil, pagesInSecond < Self.pagesPerSecondMax else { return false }
        pagesInSecond += 1
        return true
    }

    /// Takes a page; keys that came already are left out.
    mutating func take(_ page: KeyPage) {
        for key in page.keys where keys.count < KeysModel.keysMax && known.insert(key).inserted {
            keys.append(key)
        }
        cursor = page.cursor
        request = nil
    }

    /// Whether it reaches as far as the list that is shown.
    func covers(_ shown: KeysModel) -> Bool {
        if cursor == "0" || keys.count >= KeysModel.keysMax { return true }
        return shown.cursor != "0" && keys.count >= shown.keys.count
    }
}

/// What tells that some key may have changed: while it stays the same, nothing is read anew.
struct KeysTrace: Sendable, Equatable {
    private var epoch: Int
    private var keys: Int
    private var writes: Int

    init?(_ known: Model.Known?) {
        guard let known, let status = known.status else { return nil }
        epoch = status.cluster.epoch
        keys = status.cluster.keys
        writes = known.snapshot.members.reduce(0) { $0 &+ ($1.report?.traffic.writes ?? 0) }
    }
}
