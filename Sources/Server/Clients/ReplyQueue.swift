import DequeModule

/// What one connection is to get, in its order: replies that are not there yet, and whatever has to
/// wait for one before it.
struct ReplyQueue {
    /// A reply that is waited for.
    struct Awaited {
        /// Monotonic microseconds.
        let startedAt: Int
        let isWrite: Bool
        /// The write, when the client does not want to hear of its own ones.
        var own: OwnWrite?
    }

    /// What can leave once everything before it has.
    enum Ready {
        case reply([UInt8])
        /// Something that the client has to forget, behind the replies that may name it.
        case invalidation(Invalidation)
    }

    private enum Entry {
        case awaited(Awaited)
        case ready(Ready)
    }

    private var entries: Deque<Entry> = []
    private var first = 0
    private var load = ReplyLoad()

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// Whether the connection is to ask for no more before some of it has left.
    var isFull: Bool {
        count >= ServerLimits.pendingRepliesMax
            || count >= ServerLimits.pendingRepliesMin && load.bytes >= ServerLimits.pendingBytes
    }

    /// By which the next reply that is awaited is known.
    var nextSequence: Int { first + entries.count }

    mutating func append(_ awaited: Awaited) { append(.awaited(awaited)) }

    mutating func append(_ reply: [UInt8]) { append(.ready(.reply(reply))) }

    private mutating func append(_ entry: Entry) {
        weigh(entry, 1)
        entries.append(entry)
    }

    /// Adds an entry to the load, or takes it off again.
    private mutating func weigh(_ entry: Entry, _ times: Int) {
        switch entry {
        case .awaited(let awaited): load.addAwaited(times, isWrite: awaited.isWrite)
        case .ready(.reply(let reply)): load.addKept(times * reply.count)
        case .ready(.invalidation): break
        }
    }

    /// Adds something to forget; what comes in a row becomes one.
    mutating func append(_ invalidation: Invalidation) {
        guard case .ready(.invalidation(var last))? = entries.last else {
            entries.append(.ready(.invalidation(invalidation)))
            return
        }
        // Taken out first, so that its keys are not copied as they grow.
        entries.removeLast()
        last.add(invalidation)
        entries.append(.ready(.invalidation(last)))
    }

    /// What is awaited by a sequence number; nil when nothing is.
    func awaited(_ sequence: Int) -> Awaited? {
        guard entries.indices.contains(sequence - first),
            case .awaited(let awaited) = entries[sequence - first]
        else { return nil }
        return awaited
    }

    /// Whether a reply can leave at once.
    func isFirst(_ sequence: Int) -> Bool { sequence == first }

    /// The first has left.
    mutating func removeFirst() {
        weigh(entries.removeFirst(), -1)
        first += 1
    }

    /// Learns from a reply that was awaited how large the next ones may be.
    mutating func noteSize(_ bytes: Int, isWrite: Bool) { load.note(bytes, isWrite: isWrite) }

    /// Keeps a reply until those before it are there.
    mutating func keep(_ reply: [UInt8], as sequence: Int) {
        weigh(entries[sequence - first], -1)
        entries[sequence - first] = .ready(.reply(reply))
        weigh(entries[sequence - first], 1)
    }

    /// The next that can leave, removed; nil while a reply is awaited.
    mutating func next() -> Ready? {
        guard case .ready(let ready)? = entries.first else { return nil }
        removeFirst()
        return ready
    }

    mutating func removeAll() {
        for entry in entries { weigh(entry, -1) }
        entries.removeAll()
    }
}
