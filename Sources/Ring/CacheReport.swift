/// What a node's copies of other homes' keys do; part of ``NodeReport``.
///
/// Counters run since the process started.
public struct CacheReport: Sendable, Codable, Equatable {
    /// The coherence that the node acts by.
    public var coherence = Coherence.off
    /// The prefetching that the node acts by.
    public var prefetching = Prefetching.off
    /// Copies that are kept, those of an absence included.
    public var entries = 0
    /// Bytes that they take.
    public var bytes = 0
    /// Bytes that they may take.
    public var bytesMax = 0
    /// Reads by this node's clients of keys that it is not home of and that may be cached.
    public var reads = 0
    /// Of those, the ones answered from a copy without asking the home.
    public var hits = 0
    /// Of those, the ones whose copy the home said to be the newest.
    public var validated = 0
    /// Of those, the ones for which the home sent the entry.
    public var fills = 0
    /// Copies given up for want of room.
    public var evictions = 0
    /// Copies dropped as a home said so.
    public var invalidated = 0
    /// Copies renewed by a home after a write.
    public var updated = 0
    /// Sessions with homes that ended as their lease ran out or the home's slots moved.
    public var sessionsEnded = 0
    /// As home: keys of which others have copies.
    public var sharedKeys = 0
    /// As home: writes of keys of which others had copies.
    public var sharedWrites = 0
    /// As home: waits for a sharer that its lease's end ended.
    public var leasesWaitedOut = 0
    /// Messages by kind.
    public var messages = CacheMessages()
    /// What the guesses came to.
    public var prefetches = PrefetchReport()

    /// An empty report.
    public init() {}

    /// Adds the counts of another report of the same node; its mechanisms are taken over.
    public mutating func add(_ other: CacheReport) {
        coherence = other.coherence
        prefetching = other.prefetching
        entries += other.entries
        bytes += other.bytes
        bytesMax += other.bytesMax
        reads += other.reads
        hits += other.hits
        validated += other.validated
        fills += other.fills
        evictions += other.evictions
        invalidated += other.invalidated
        updated += other.updated
        sessionsEnded += other.sessionsEnded
        sharedKeys += other.sharedKeys
        sharedWrites += other.sharedWrites
        leasesWaitedOut += other.leasesWaitedOut
        messages.add(other.messages)
        prefetches.add(other.prefetches)
    }
}

/// Messages that a node has sent to others for its clients' reads and writes, by kind.
public struct CacheMessages: Sendable, Codable, Equatable {
    /// Reads sent on to a home, those that ask for the entry included; each is answered.
    public var readsForwarded = 0
    /// Writes sent on to a home; each is answered.
    public var writesForwarded = 0
    /// Questions for more time of a sharer's lease; each is answered.
    public var renewals = 0
    /// As home: «drop your copy», which is acknowledged.
    public var invalidations = 0
    /// As home: new values sent to those that had a copy; not answered.
    public var pushes = 0
    /// Questions for guessed keys, grouped by home; each is answered.
    public var prefetches = 0
    /// As home: records sent to successors; each is acknowledged.
    public var records = 0

    /// No messages.
    public init() {}

    mutating func add(_ other: CacheMessages) {
        readsForwarded += other.readsForwarded
        writesForwarded += other.writesForwarded
        renewals += other.renewals
        invalidations += other.invalidations
        pushes += other.pushes
        prefetches += other.prefetches
        records += other.records
    }
}

/// What a node's guesses came to.
public struct PrefetchReport: Sendable, Codable, Equatable {
    /// Keys that were guessed and asked for.
    public var guesses = 0
    /// Of those, the ones that came.
    public var fetched = 0
    /// Of those, the ones that a client has read.
    public var used = 0
    /// Guessed keys that a client asked for before they had come.
    public var late = 0
    /// Fetched keys that were dropped unread.
    public var wasted = 0
    /// Bytes of keys and values that came.
    public var bytes = 0
    /// Workers of the node whose predictor has stopped itself as it did more harm than good.
    public var stopped = 0

    /// No guesses.
    public init() {}

    /// Adds the counts of another report.
    public mutating func add(_ other: PrefetchReport) {
        guesses += other.guesses
        fetched += other.fetched
        used += other.used
        late += other.late
        wasted += other.wasted
        bytes += other.bytes
        stopped += other.stopped
    }
}
