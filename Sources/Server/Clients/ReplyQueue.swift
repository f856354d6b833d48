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

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// By which the next reply that is awaited is known.
    var nextSequence: Int { first + entries.count }

    mutating func append(_ awaited: Awaited) { entries.append(.awaited(awaited)) }

    mutating func append(_ reply: [UInt8]) { entries.append(.ready(.reply(reply))) }

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
        entries.removeFirst()
        first += 1
    }

    /// Keeps a reply until those before it are there.
    mutating func keep(_ reply: [UInt8], as sequence: Int) {
        entries[sequence - first] = .ready(.reply(reply))
    }

    /// The next that can leave, removed; nil while a reply is awaited.
    mutating func next() -> Ready? {
        guard case .ready(let ready)? = entries.first else { return nil }
        removeFirst()
        return ready
    }

    mutating func removeAll() { entries.removeAll() }
}
