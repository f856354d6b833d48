/// Which keys were read soon after which: a bounded table over the keys of a node.
///
/// Keys have places in small sets, chosen by fingerprint; in a full set the key that was read
/// longest ago makes room. Each key keeps a few followers with weights that fall with their
/// distance behind it.
/// Source: Nexus (Gu et al., «Nexus: A Novel Weighted-Graph-Based Prefetching Algorithm for
/// Metadata Servers in Petabyte-Scale Storage Systems», 2006), its linear decremented assignment.
struct FollowerTable: Sendable {
    /// Keys of one set.
    private static let ways = 8
    /// Followers of one key.
    static let followersPerKey = 8
    /// Times that a key was followed after which its weights are halved.
    private static let timesMax: UInt16 = 64

    /// A key that was read soon after another one.
    struct Follower: Sendable, Equatable {
        /// Its place; meaningless when the weight is 0.
        var place: Int32 = 0
        /// Part of its fingerprint, as its place may have gone to another key.
        var tag: UInt32 = 0
        /// How often and how closely it followed; 0 for none.
        var weight: UInt16 = 0
    }

    /// Reads behind a key within which another one is its follower.
    let lookahead: Int
    private let setMask: Int
    private var clock: UInt32 = 0
    private var fingerprints: [UInt64]
    private var readAt: [UInt32]
    /// How often another key was read right after this one.
    private var times: [UInt16]
    private var keys: [[UInt8]]
    private var followers: [Follower]

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - capacity: keys; rounded up to a power of two.
    ///   - lookahead: reads behind a key within which another one is its follower.
    init(capacity: Int, lookahead: Int) {
        var sets = 1
        while sets * Self.ways < capacity { sets *= 2 }
        let count = sets * Self.ways
        self.lookahead = max(1, lookahead)
        setMask = sets - 1
        fingerprints = Array(repeating: 0, count: count)
        readAt = Array(repeating: 0, count: count)
        times = Array(repeating: 0, count: count)
        keys = Array(repeating: [], count: count)
        followers = Array(repeating: Follower(), count: count * Self.followersPerKey)
    }

    /// The key at a place.
    func key(at place: Int) -> [UInt8] { keys[place] }

    /// The place of a key that is read now.
    mutating func place(of key: UnsafeRawBufferPointer) -> Int {
        clock &+= 1
        let fingerprint = Fingerprint.of(key) | 1
        let start = (Int(truncatingIfNeeded: fingerprint >> 16) & setMask) &* Self.ways
        var oldest = start
        var ageMax: UInt32 = 0
        for place in start..<start &+ Self.ways {
            if fingerprints[place] == fingerprint {
                readAt[place] = clock
                return place
            }
            // An empty place is older than any other.
            let age = fingerprints[place] == 0 ? .max : clock &- readAt[place]
            if age > ageMax { (oldest, ageMax) = (place, age) }
        }
        put(key, fingerprint, at: oldest)
        return oldest
    }

    private mutating func put(_ key: UnsafeRawBufferPointer, _ fingerprint: UInt64, at place: Int) {
        fingerprints[place] = fingerprint
        readAt[place] = clock
        times[place] = 0
        // The bytes of the key that was here make room for those of the new one.
        keys[place].removeAll(keepingCapacity: true)
        keys[place].append(contentsOf: key)
        let start = place &* Self.followersPerKey
        for index in start..<start &+ Self.followersPerKey { followers[index].weight = 0 }
    }

    /// Notes that a key was read after others.
    ///
    /// - Parameters:
    ///   - follower: the place of the key.
    ///   - earlier: at most ``lookahead`` places, the one right before last.
    /// - Returns: whether it was known to follow one of them.
    mutating func learn(_ follower: Int, after earlier: [Int32]) -> Bool {
        if let last = earlier.last, last != Int32(follower) { count(Int(last)) }
        let tag = self.tag(follower)
        var weight = lookahead &- earlier.count &+ 1
        var isKnown = false
        followers.withUnsafeMutableBufferPointer { followers in
            for place in earlier {
                if place != Int32(follower) {
                    let start = Int(place) &* Self.followersPerKey
                    let wasKnown = Self.learn(
                        Follower(place: Int32(follower), tag: tag, weight: UInt16(weight)),
                        UnsafeMutableBufferPointer(
                            rebasing: followers[start..<start &+ Self.followersPerKey]))
                    isKnown = isKnown || wasKnown
                }
                weight &+= 1
            }
        }
        return isKnown
    }

    /// Adds a follower's weight to its own, or takes the place of a weaker one; answers whether it
    /// had one.
    @inline(__always)
    private static func learn(
        _ follower: Follower, _ known: UnsafeMutableBufferPointer<Follower>
    ) -> Bool {
        var least = 0
        for index in known.indices {
            let weight = known[index].weight
            if weight > 0, known[index].place == follower.place, known[index].tag == follower.tag {
                known[index].weight = weight &+ follower.weight
                return true
            }
            if weight < known[least].weight { least = index }
        }
        if known[least].weight <= follower.weight {
            known[least] = follower
        } else {
            known[least].weight &-= follower.weight
        }
        return false
    }

    /// Halves the weights of a key that was followed often, so that new habits outweigh old ones.
    private mutating func count(_ place: Int) {
        times[place] &+= 1
        guard times[place] >= Self.timesMax else { return }
        times[place] /= 2
        let start = place &* Self.followersPerKey
        for index in start..<start &+ Self.followersPerKey { followers[index].weight /= 2 }
    }

    /// The key that most probably follows some reads.
    ///
    /// Each of the reads votes for its own followers: where two ways cross, the reads before the
    /// crossing tell which one it is.
    ///
    /// - Parameters:
    ///   - trail: places, the latest last; the last ``lookahead`` count.
    ///   - confidence: 0 to 1.
    /// - Returns: a place; nil when no key follows with that confidence, or when nothing ever
    ///   followed the latest.
    func next(after trail: [Int32], confidence: Double) -> Int? {
        guard let latest = trail.last, wasFollowed(Int(latest)) else { return nil }
        if let sure = sureFollower(of: Int(latest)), !trail.contains(sure.place) {
            return Int(sure.place)
        }
        var candidates = Candidates()
        var possible = 0
        let reads = trail.suffix(lookahead)
        for (index, place) in reads.enumerated() {
            let distance = reads.count &- index
            let total = Int(times[Int(place)])
            guard total > 0 else { continue }
            possible &+= lookahead &- distance &+ 1
            let start = Int(place) &* Self.followersPerKey
            for index in start..<start &+ Self.followersPerKey {
                let follower = followers[index]
                guard follower.weight > 0, isCurrent(follower), !reads.contains(follower.place)
                else { continue }
                candidates.add(follower.place, Double(follower.weight) / Double(total))
            }
        }
        guard let best = candidates.best, best.score >= confidence * Double(possible) else {
            return nil
        }
        return Int(best.place)
    }

    /// The follower that has nearly always come right after a key.
    private func sureFollower(of place: Int) -> Follower? {
        let whole = Int(times[place]) &* lookahead
        let start = place &* Self.followersPerKey
        for index in start..<start &+ Self.followersPerKey {
            let follower = followers[index]
            guard follower.weight > 0, Int(follower.weight) &* 8 >= whole &* 7 else { continue }
            return whole > 0 && isCurrent(follower) ? follower : nil
        }
        return nil
    }

    /// Whether any key was ever read right after one.
    func wasFollowed(_ place: Int) -> Bool { times[place] > 0 }

    private func isCurrent(_ follower: Follower) -> Bool {
        tag(Int(follower.place)) == follower.tag
    }

    private func tag(_ place: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: fingerprints[place] >> 32)
    }
}

/// Keys that may come next, with the votes for each.
private struct Candidates {
    private var places: [Int32] = []
    private var scores: [Double] = []

    mutating func add(_ place: Int32, _ score: Double) {
        if let index = places.firstIndex(of: place) {
            scores[index] += score
        } else {
            places.append(place)
            scores.append(score)
        }
    }

    /// The one with most votes; of equals the one named first.
    var best: (place: Int32, score: Double)? {
        guard var best = scores.indices.first else { return nil }
        for index in scores.indices where scores[index] > scores[best] { best = index }
        return (places[best], scores[best])
    }
}
