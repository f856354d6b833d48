import Ring

/// What the copies and the guesses of a node, or of several, did in some time.
///
/// The counts come from other processes: as floating-point numbers no sum of theirs can overflow.
struct CacheCounts: Sendable, Equatable {
    /// Reads that clients asked of the node.
    var clientReads = 0.0
    /// Writes that they asked of it.
    var clientWrites = 0.0
    /// Reads of keys of other homes that may be cached.
    var reads = 0.0
    /// Of those, the ones answered from a copy without asking the home.
    var hits = 0.0
    /// Of those, the ones whose copy the home said to be the newest.
    var validated = 0.0
    /// Of those, the ones for which the home sent the entry.
    var fills = 0.0
    /// Copies given up for want of room.
    var evictions = 0.0
    /// Copies dropped as a home said so.
    var invalidated = 0.0
    /// Copies renewed by a home after a write.
    var updated = 0.0
    /// Messages for reads, answers included.
    var readMessages = 0.0
    /// Messages for writes, answers included.
    var writeMessages = 0.0
    /// Keys guessed and asked for.
    var guesses = 0.0
    /// Of those, the ones that came.
    var fetched = 0.0
    /// Of those, the ones that a client has read.
    var used = 0.0
    /// Guessed keys that a client asked for before they had come.
    var late = 0.0
    /// Fetched keys that were dropped unread.
    var wasted = 0.0

    /// Nothing.
    init() {}

    /// What a node has counted since its process started.
    init(_ report: NodeReport) {
        let caches = report.caches
        let messages = caches.messages
        clientReads = Double(report.traffic.reads)
        clientWrites = Double(report.traffic.writes)
        reads = Double(caches.reads)
        hits = Double(caches.hits)
        validated = Double(caches.validated)
        fills = Double(caches.fills)
        evictions = Double(caches.evictions)
        invalidated = Double(caches.invalidated)
        updated = Double(caches.updated)
        let asked = Double(messages.readsForwarded) + Double(messages.renewals)
        readMessages = 2 * (asked + Double(messages.prefetches))
        let told = Double(messages.writesForwarded) + Double(messages.invalidations)
        writeMessages = 2 * (told + Double(messages.records)) + Double(messages.pushes)
        guesses = Double(caches.prefetches.guesses)
        fetched = Double(caches.prefetches.fetched)
        used = Double(caches.prefetches.used)
        late = Double(caches.prefetches.late)
        wasted = Double(caches.prefetches.wasted)
    }

    private typealias Count = WritableKeyPath<CacheCounts, Double> & Sendable

    private static let all: [Count] = [
        \.clientReads, \.clientWrites, \.reads, \.hits, \.validated, \.fills, \.evictions,
        \.invalidated, \.updated, \.readMessages, \.writeMessages, \.guesses, \.fetched, \.used,
        \.late, \.wasted,
    ]

    static func += (sum: inout CacheCounts, more: CacheCounts) {
        for count in all { sum[keyPath: count] += more[keyPath: count] }
    }

    /// What was counted after an earlier report of the same process.
    func since(_ earlier: CacheCounts) -> CacheCounts {
        var change = self
        for count in Self.all {
            change[keyPath: count] = max(0, self[keyPath: count] - earlier[keyPath: count])
        }
        return change
    }

    // MARK: Ratios; nil while there is nothing to divide by.

    /// Reads answered from a copy, of those that could be: 0 to 1.
    var hitRate: Double? { Self.share(hits, of: reads) }
    /// Reads whose copy the home said to be the newest, of those that could be cached: 0 to 1.
    var validatedRate: Double? { Self.share(validated, of: reads) }
    /// Messages between nodes for each read of a client.
    var messagesPerRead: Double? { Self.share(readMessages, of: clientReads) }
    /// Messages between nodes for each write of a client.
    var messagesPerWrite: Double? { Self.share(writeMessages, of: clientWrites) }
    /// Fetched keys that were read: 0 to 1.
    var accuracy: Double? { Self.share(used, of: fetched) }
    /// Reads that a guess has answered, of those and the ones that missed: 0 to 1; nil without
    /// guesses.
    var coverage: Double? { guesses > 0 ? Self.share(used, of: used + max(0, reads - hits)) : nil }

    private static func share(_ part: Double, of whole: Double) -> Double? {
        whole > 0 ? part / whole : nil
    }
}

/// What a node's copies are at the moment; of several nodes the sums.
struct CacheLevels: Sendable, Equatable {
    /// Copies.
    var entries = 0.0
    /// Bytes that they take.
    var bytes = 0.0
    /// Bytes that they may take.
    var bytesMax = 0.0
    /// As home: keys of which others have copies.
    var sharedKeys = 0.0
    /// Event loops whose predictor has stopped itself.
    var stopped = 0.0
    /// Event loops.
    var threads = 0.0

    init() {}

    init(_ report: NodeReport) {
        entries = Double(report.caches.entries)
        bytes = Double(report.caches.bytes)
        bytesMax = Double(report.caches.bytesMax)
        sharedKeys = Double(report.caches.sharedKeys)
        stopped = Double(report.caches.prefetches.stopped)
        threads = Double(report.threads)
    }

    static func += (sum: inout CacheLevels, more: CacheLevels) {
        sum.entries += more.entries
        sum.bytes += more.bytes
        sum.bytesMax += more.bytesMax
        sum.sharedKeys += more.sharedKeys
        sum.stopped += more.stopped
        sum.threads += more.threads
    }
}
