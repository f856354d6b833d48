/// The version of one write in its slot, or how far a slot had come when something was said of it;
/// larger wins.
struct Version: Comparable, Sendable {
    var generation = 0
    var position = 0
    /// Between two writes: how often the home had taken copies back without a write.
    var turn = 0

    /// Stands for the version of a key that is not there.
    static let absent = Version()

    static func < (left: Version, right: Version) -> Bool {
        (left.generation, left.position, left.turn)
            < (right.generation, right.position, right.turn)
    }
}

/// What a node that is not a key's home knows of the key.
struct Copy {
    /// What is known.
    enum Content {
        /// The value and when it expires: milliseconds since 1970, 0 for never.
        case value([UInt8], expiry: Int)
        /// This node is a successor: its replica has the version.
        case replica
        /// There is no such key.
        case absent
    }

    var key: [UInt8]
    var content: Content
    /// Of the entry.
    var version: Version
    /// Who said so.
    var home: Int
    /// In which session with that home; 0 when the home does not know of the copy.
    var session: Int
    /// When the home was asked, in monotonic microseconds: so old the copy is at most.
    var askedAt: Int
    /// Which worker of the process guessed it, or ``hinted``, as long as no client has read it;
    /// nil when it was asked for by a client's read.
    var guesser: Int?

    /// Stands for a client's hint in place of a worker's guess.
    static let hinted = -1

    /// Bytes that a copy takes beside its key and value.
    static let overheadBytes = 160

    var byteCount: Int {
        guard case .value(let value, _) = content else { return key.count + Copy.overheadBytes }
        return key.count + value.count + Copy.overheadBytes
    }
}

/// One worker's copies of other homes' keys, within a bound of bytes.
///
/// Among copies that clients have asked for, what has to go is found as SIEVE does (Zhang et al.,
/// NSDI 2024): a hand walks from the oldest copy to the newest and takes the first that was not read
/// since it last came by. A hit only sets a bit, a scan drives out no copy that is in use, and hit
/// rates are those of far larger policies.
///
/// Guessed copies wait for their first read in a buffer of their own, as the lines that a processor
/// fetches ahead do (Jouppi, ISCA 1990): the more copies are in use, the closer does the hand walk
/// behind the newest, and it would take there what nobody has had the time to read.
struct CopyCache {
    private struct Node {
        var hash: UInt64
        var copy: Copy
        /// How many copies had had to go before it came.
        let evictionsBefore: Int
        var isVisited = false
        /// The neighbour that is newer, and the one that is older; -1 at the ends.
        var newer: Int32 = -1
        var older: Int32 = -1
    }

    /// The largest share of the bound that one copy may take, as a divisor.
    static let largestShare = 8
    /// The share of the bound that guesses leave to copies that clients have asked for, as a divisor.
    static let askedShare = 4

    private var places: [UInt64: Int32] = [:]
    private var nodes: [Node?] = []
    private var free: [Int32] = []
    /// Copies that a client has asked for.
    private var asked = Queue()
    /// Guesses that nobody has read yet.
    private var guessed = Queue()
    /// The next of those asked for that may have to go; -1 is the oldest.
    private var hand: Int32 = -1
    /// Copies that had to go for want of room.
    private(set) var evictions = 0
    /// Who guessed the copies that went unread, since this was last asked.
    private var wasted: [Int] = []
    /// The bound; what is above goes at the next insertion.
    var bytesMax = 0

    var count: Int { places.count }

    var bytes: Int { asked.bytes + guessed.bytes }

    /// Where the copy of a key is; nil when there is none.
    func find(_ hash: UInt64, _ key: UnsafeRawBufferPointer) -> Int32? {
        guard let place = places[hash], let node = nodes[Int(place)],
            node.copy.key.elementsEqual(key)
        else { return nil }
        return place
    }

    subscript(place: Int32) -> Copy {
        guard let node = nodes[Int(place)] else { preconditionFailure("no copy there") }
        return node.copy
    }

    /// Notes that a client was answered from a copy.
    ///
    /// - Returns: who guessed it, if nobody had read it before.
    mutating func noteHit(_ place: Int32) -> Int? {
        guard let guesser = nodes[Int(place)]?.copy.guesser else {
            nodes[Int(place)]?.isVisited = true
            return nil
        }
        // The read that was guessed says nothing of a second one: what a scan has read goes before
        // what is in use.
        unlink(place)
        nodes[Int(place)]?.copy.guesser = nil
        link(place)
        return guesser
    }

    /// Keeps a copy; one that is too large is not kept.
    mutating func insert(_ copy: Copy, hash: UInt64) {
        if let place = places[hash] { remove(place) }
        guard copy.byteCount <= bytesMax / CopyCache.largestShare else {
            if let guesser = copy.guesser { wasted.append(guesser) }
            return
        }
        while bytes + copy.byteCount > bytesMax { evictOne() }
        let node = Node(hash: hash, copy: copy, evictionsBefore: evictions)
        let place: Int32
        if let reused = free.popLast() {
            place = reused
            nodes[Int(place)] = node
        } else {
            place = Int32(nodes.count)
            nodes.append(node)
        }
        places[hash] = place
        link(place)
    }

    mutating func remove(_ place: Int32) {
        guard let node = nodes[Int(place)] else { return }
        if let guesser = node.copy.guesser { wasted.append(guesser) }
        unlink(place)
        places[node.hash] = nil
        nodes[Int(place)] = nil
        free.append(place)
    }

    mutating func removeAll() {
        let bytesMax = bytesMax
        let evictions = evictions
        let wasted = wasted + nodes.compactMap { $0?.copy.guesser }
        self = CopyCache()
        self.bytesMax = bytesMax
        self.evictions = evictions
        self.wasted = wasted
    }

    /// Who guessed the copies that went unread since this was last asked.
    mutating func takeWasted() -> [Int] {
        defer { wasted.removeAll(keepingCapacity: true) }
        return wasted
    }

    // MARK: What has to go

    private mutating func evictOne() {
        remove(isGuessDue ? guessed.oldest : unreadByHand())
        evictions += 1
    }

    /// Whether the oldest guess goes before any copy that was asked for: guesses have all that is
    /// theirs, or it has stayed as long as it would if the oldest of all copies always went.
    private var isGuessDue: Bool {
        guard guessed.oldest >= 0, let guess = nodes[Int(guessed.oldest)] else { return false }
        return asked.oldest < 0 || guessed.bytes >= bytesMax - bytesMax / CopyCache.askedShare
            || evictions - guess.evictionsBefore >= count
    }

    /// The first copy from the hand on that was not read since the hand last came by.
    private mutating func unreadByHand() -> Int32 {
        var candidate = hand >= 0 ? hand : asked.oldest
        while let node = nodes[Int(candidate)], node.isVisited {
            nodes[Int(candidate)]?.isVisited = false
            candidate = node.newer >= 0 ? node.newer : asked.oldest
        }
        hand = candidate
        return candidate
    }

    // MARK: Queues

    /// Copies in the order in which they came, linked through their nodes.
    private struct Queue {
        var newest: Int32 = -1
        var oldest: Int32 = -1
        var bytes = 0

        mutating func append(_ place: Int32, _ nodes: inout [Node?]) {
            nodes[Int(place)]?.older = newest
            nodes[Int(place)]?.newer = -1
            if newest >= 0 { nodes[Int(newest)]?.newer = place } else { oldest = place }
            newest = place
        }

        mutating func remove(_ node: Node, _ nodes: inout [Node?]) {
            if node.newer >= 0 {
                nodes[Int(node.newer)]?.older = node.older
            } else {
                newest = node.older
            }
            if node.older >= 0 {
                nodes[Int(node.older)]?.newer = node.newer
            } else {
                oldest = node.newer
            }
        }
    }

    /// Puts a copy at the end of its queue.
    private mutating func link(_ place: Int32) {
        guard let copy = nodes[Int(place)]?.copy else { return }
        if copy.guesser == nil {
            asked.append(place, &nodes)
            asked.bytes += copy.byteCount
        } else {
            guessed.append(place, &nodes)
            guessed.bytes += copy.byteCount
        }
    }

    /// Takes a copy out of its queue.
    private mutating func unlink(_ place: Int32) {
        guard let node = nodes[Int(place)] else { return }
        if node.copy.guesser == nil {
            if hand == place { hand = node.newer }
            asked.remove(node, &nodes)
            asked.bytes -= node.copy.byteCount
        } else {
            guessed.remove(node, &nodes)
            guessed.bytes -= node.copy.byteCount
        }
    }
}
